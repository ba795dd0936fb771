import { oneLine, type Trace } from "../core/mod.ts";

const QUOTED_MAX_CHARS = 80;

/** The run's final answer; empty for a run that gave none. */
export function answerOf(trace: Trace): string {
  return trace.run.output ?? "";
}

/** Text from a run, short enough for an explanation. */
export function quote(text: string): string {
  return text === "" ? "an empty answer" : JSON.stringify(oneLine(text, QUOTED_MAX_CHARS));
}
