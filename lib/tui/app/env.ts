import type { Env } from "../contract/screen.ts";
import { keymapOf } from "./keymap.ts";
import { type App, FOOTER_ROWS, HEADER_ROWS } from "./model.ts";

/** What all screens can see of the workbench. */
export function envOf(app: App): Env {
  const keymap = keymapOf(app.remap, app.screens);
  return {
    nowMs: app.nowMs,
    size: { columns: app.size.columns, rows: Math.max(0, app.size.rows - HEADER_ROWS - FOOTER_ROWS) },
    glyphs: app.glyphs,
    endpoint: app.endpoint,
    storePath: app.storePath,
    ...(app.settingsPath === undefined ? {} : { settingsPath: app.settingsPath }),
    timeZone: app.timeZone,
    extendedKeys: app.extendedKeys,
    hasEditor: app.hasEditor,
    own: app.own,
    ...(app.marked ? { marked: app.marked } : {}),
    demos: app.demos,
    settings: app.settings,
    bindings: keymap.bindings,
    settingsProblems: [...app.fileProblems, ...keymap.problems],
  };
}
