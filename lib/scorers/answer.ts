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

/** The inside of the code fence that is the whole text, or the text. */
export function unfenced(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("```") || !trimmed.endsWith("```")) return trimmed;
  const start = trimmed.indexOf("\n");
  return start < 0 ? trimmed : trimmed.slice(start + 1, -3);
}
