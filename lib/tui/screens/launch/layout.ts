import type { Size } from "../../terminal/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { type Area, isInside } from "../../widgets/panes.ts";
import { type Focus, FORM_FIELDS } from "./model.ts";

export interface LaunchLayout {
  /** Absent where only one pane fits and another has the focus. */
  readonly agents?: Area;
  readonly prompt?: Area;
  readonly options?: Area;
  readonly about?: Area;
}

/** Border and filter. */
const LIST_HEAD_ROWS = 2;
const OPTION_ROWS = FORM_FIELDS.length - 1 + BORDER;

export function launchLayout(size: Size, focus: Focus): LaunchLayout {
  const { columns, rows } = size;
  if (columns < 60) {
    const whole: Area = { x: 0, y: 0, columns, rows };
    if (focus === "agents") return { agents: whole };
    const options: Area = { x: 0, y: rows - OPTION_ROWS, columns, rows: OPTION_ROWS };
    return { prompt: { ...whole, rows: Math.max(3, rows - OPTION_ROWS) }, options };
  }
  const left = Math.min(44, Math.floor(columns * 0.36));
  const about = columns >= 140 ? 44 : 0;
  const middle = columns - left - about;
  const optionRows = Math.min(OPTION_ROWS, rows - 5);
  return {
    agents: { x: 0, y: 0, columns: left, rows },
    prompt: { x: left, y: 0, columns: middle, rows: rows - optionRows },
    options: { x: left, y: rows - optionRows, columns: middle, rows: optionRows },
    ...(about > 0 ? { about: { x: left + middle, y: 0, columns: about, rows } } : {}),
  };
}

/** Models that stand in the place of the agents at once. */
export function modelHeight(size: Size): number {
  return Math.max(1, (launchLayout(size, "model").agents?.rows ?? 0) - BORDER);
}

/** Agents the list shows at once. */
export function agentHeight(size: Size): number {
  return Math.max(1, (launchLayout(size, "agents").agents?.rows ?? 0) - BORDER - 1);
}

/** What a click at this place means: a pane or a field, or a row of the agents in view. */
export function hitLaunch(
  size: Size,
  focus: Focus,
  x: number,
  y: number,
): Focus | { readonly row: number } | undefined {
  const layout = launchLayout(size, focus);
  if (isInside(layout.agents, x, y)) return { row: y - layout.agents!.y - LIST_HEAD_ROWS };
  if (isInside(layout.prompt, x, y)) return "prompt";
  if (isInside(layout.options, x, y)) return FORM_FIELDS[y - layout.options!.y];
  return undefined;
}
