/** Why there is no connection, in words. */
export function connectionReason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "this program was started without permission for that host";
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code === "ECONNREFUSED"
    ? "the server refused the connection"
    : `the connection failed${code && ` (${code})`}`;
}

/** Name look-ups cannot be aborted; waiting for them can. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
