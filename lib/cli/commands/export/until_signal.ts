import type { Context } from "../../context.ts";

/** Runs what writes or sends until it is done or a signal comes. */
export async function untilSignal(
  context: Context,
  write: (signal: AbortSignal) => Promise<number | void>,
): Promise<number> {
  const { abortOnSignals } = await import("../../process/signals.ts");
  using stop = abortOnSignals();
  try {
    return await write(stop.signal) ?? 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    context.note("agentop: Cancelled");
    return 130;
  }
}
