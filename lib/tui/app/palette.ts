import { fuzzyFilter } from "../draw/fuzzy.ts";
import { type Bound, liveKeys, usableKeys } from "./keymap.ts";
import { type App, modeOf } from "./model.ts";

export interface PaletteItem {
  readonly bound: Bound;
  readonly text: string;
  readonly key: string;
}

const HIDDEN: ReadonlySet<string> = new Set(["palette", "interrupt"]);

/** What can be done now and fits what was typed, best first. */
export function paletteItems(app: App): readonly PaletteItem[] {
  const { palette, help: _h, ...closed } = app;
  const mode = modeOf(closed);
  const items = new Map<string, PaletteItem>();
  for (const bound of liveKeys(closed)) {
    const { action, help, keys, label } = bound.key;
    const id = `${bound.owner}/${action}`;
    if (HIDDEN.has(action) || items.has(id)) continue;
    const text = help.toLowerCase().startsWith(label.toLowerCase()) ? help : `${label}: ${help}`;
    items.set(id, { bound, text, key: usableKeys(bound.key, mode)[0] ?? keys[0]! });
  }
  return fuzzyFilter([...items.values()], palette?.field.text ?? "", (item) => item.text);
}
