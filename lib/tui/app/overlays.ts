import { EMPTY_FIELD, fieldOf, type TextField } from "../draw/text_field.ts";
import { completions, type Jump, NO_NAMES } from "./jump.ts";
import type { Bound } from "./keymap.ts";
import type { App } from "./model.ts";
import { paletteItems } from "./palette.ts";
import { typedScore } from "./score_form.ts";

/** Something is over the screen and takes its keys. */
export function isCovered(app: App): boolean {
  return Boolean(
    app.help ?? app.leaving ?? app.confirm ?? app.palette ?? app.jump ?? app.notebook ?? app.score,
  );
}

/** The text of what is over the screen, changed; `undefined`: nothing there takes text. */
export function typedOver(app: App, change: (field: TextField) => TextField | undefined): App | undefined {
  const { palette, jump, notebook, score, help } = app;
  if (palette) {
    const field = change(palette.field);
    return field ? { ...app, palette: { field, index: 0 } } : app;
  }
  if (jump) {
    const field = change(jump.field);
    if (!field) return app;
    const { problem: _, ...rest } = jump;
    return { ...app, jump: { ...rest, field, index: -1 } };
  }
  if (notebook) {
    const field = change(notebook.field);
    return field ? { ...app, notebook: { field, shown: notebook.shown } } : app;
  }
  if (score) return { ...app, score: typedScore(score, change) };
  if (!help) return undefined;
  const filter = change(help.filter);
  return filter ? { ...app, help: { filter, top: 0 } } : app;
}

export function withHelp(app: App): App {
  return { ...app, help: { filter: EMPTY_FIELD, top: 0 } };
}

export function scrolledHelp(app: App, step: 1 | -1): App {
  const { help } = app;
  return help ? { ...app, help: { ...help, top: Math.max(0, help.top + step) } } : app;
}

export function withPalette(app: App): App {
  return { ...app, palette: { field: EMPTY_FIELD, index: 0 } };
}

export function movedPalette(app: App, step: 1 | -1): App {
  const { palette } = app;
  if (!palette) return app;
  return { ...app, palette: { ...palette, index: around(palette.index + step, paletteItems(app).length) } };
}

/** The action that the palette points at. */
export function chosenInPalette(app: App): Bound | undefined {
  return app.palette && paletteItems(app)[app.palette.index]?.bound;
}

export function withJump(app: App): App {
  return { ...app, jump: { field: EMPTY_FIELD, index: -1, names: NO_NAMES } };
}

/** To the next completion, or the one before. */
export function movedJump(app: App, step: 1 | -1): App {
  const { jump } = app;
  if (!jump) return app;
  const { length } = completions(jump.field.text, jump.names);
  const from = jump.index < 0 && step < 0 ? 0 : jump.index;
  return { ...app, jump: { ...jump, index: length === 0 ? -1 : around(from + step, length) } };
}

/** The line with the chosen completion in it, the first one when none is chosen. */
export function completedJump(app: App): App {
  const { jump } = app;
  const completion = jump && completions(jump.field.text, jump.names)[Math.max(0, jump.index)];
  return jump && completion ? { ...app, jump: withLine(jump, completion.line) } : app;
}

/** The line to go by: what was typed, or the completion that was chosen. */
export function enteredJump(jump: Jump): Jump {
  const chosen = jump.index >= 0 ? completions(jump.field.text, jump.names)[jump.index] : undefined;
  return chosen ? withLine(jump, chosen.line) : jump;
}

function withLine(jump: Jump, text: string): Jump {
  const { problem: _, ...rest } = jump;
  return { ...rest, field: fieldOf(text), index: -1 };
}

function around(index: number, total: number): number {
  return total === 0 ? 0 : (index + total) % total;
}
