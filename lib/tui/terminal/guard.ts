/** Why the workbench must end now. */
export type Ending =
  | { readonly type: "signal"; readonly signal: Deno.Signal; readonly exitCode: number }
  | { readonly type: "crash"; readonly error: unknown };

const SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGTERM", 143], ["SIGHUP", 129], ["SIGINT", 130]];

/** Calls `onEnd` for every way a process can be made to end while it can still act. Returns the way to stop watching. */
export function guard(onEnd: (ending: Ending) => void): () => void {
  const handlers = SIGNALS.map(([signal, exitCode]) => {
    const handler = () => onEnd({ type: "signal", signal, exitCode });
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  });
  const onThrow = (error: unknown) => onEnd({ type: "crash", error });
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    onThrow(event.reason);
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    onThrow(event.error);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return () => {
    for (const remove of handlers) remove();
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
  };
}

/** Stops this process and what it is grouped with, as ^z in a shell does. Returns once it was continued. */
export function suspendProcess(): void {
  try {
    Deno.kill(0, "SIGTSTP");
  } catch {
    Deno.kill(Deno.pid, "SIGTSTP");
  }
}
