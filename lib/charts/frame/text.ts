import { escapeText, oneLine, shortRunId } from "../../core/mod.ts";

const LABEL_MAX_CHARS = 48;

/** Text from outside as a label: one line, bounded, nothing in it hidden. It stays text wherever a chart is drawn. */
export function label(text: string, maxChars = LABEL_MAX_CHARS): string {
  const shown = escapeText(oneLine(text.slice(0, maxChars * 4), maxChars));
  return shown === "" ? "(none)" : shown;
}

/**
 * The title of an axis in a specification: it becomes part of an expression that describes marks, in which Vega-Lite leaves
 * backslashes as they are.
 */
export function axisTitle(text: string): string {
  return text.replaceAll("\\", "\u2216");
}

/** `73 %`; what is not quite nothing or everything does not say so. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "<1 %";
  if (share < 1 && share > 0.99) return ">99 %";
  return `${Math.round(share * 100)} %`;
}

/** A run's short id as a label: ids may come from outside too. */
export function runLabel(runId: string): string {
  return label(shortRunId(runId));
}
