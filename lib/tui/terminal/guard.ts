/** Why the workbench must end now. */
export type Ending =
  | { readonly type: "signal"; readonly signal: Deno.Signal; readonly exitCode: number }
  | { readonly type: "crash"; readonly error: unknown };

/** As a shell says it of a process that SIGHUP ended. */
export const HANG_UP_EXIT_CODE = 129;

const SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGTERM", 143], ["SIGHUP", HANG_UP_EXIT_CODE], ["SIGINT", 130]];

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

function listen(signals: readonly Deno.Signal[], handler: () => void): () => void {
  if (Deno.build.os === "windows") return () => {};
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, handler);
  };
}

/** Calls back each time this process was stopped and goes on, whoever did both. Returns the way to stop watching. */
export function onContinued(callback: () => void): () => void {
  return listen(["SIGCONT"], callback);
}

/** Nothing happens on ^c and ^\: they are meant for the program that has the terminal. Returns the way back. */
export function ignoreInterrupts(): () => void {
  return listen(["SIGINT", "SIGQUIT"], () => {});
}

/**
 * Stops this process and what it is grouped with, as ^z in a shell does. Returns once it was continued, or at once where no shell
 * could continue it. Whoever started this one may not stop by itself (`deno task` passes the signal on instead), and the shell
 * would wait for it for ever: a child stops the whole group a moment later.
 */
export function suspendProcess(): void {
  const groupStopper = new Deno.Command("/bin/sh", {
    args: ["-c", "sleep 0.1; kill -STOP 0"],
    clearEnv: true,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdin: "null",
  }).spawn();
  Deno.kill(Deno.pid, "SIGTSTP");
  // The system lets nothing stop a group that has no shell to continue it, and one that was continued is not stopped again.
  try {
    groupStopper.kill("SIGKILL");
  } catch { /* it has done its work */ }
}
