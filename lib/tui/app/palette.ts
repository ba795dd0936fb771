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
  return ranked([...items.values()], palette?.field.text ?? "");
}

/**
 * Names before descriptions, and what is written there before what only has the letters: `theme` finds the settings by their
 * description, and never a command in whose description these five letters lie about.
 */
function ranked(items: readonly PaletteItem[], query: string): readonly PaletteItem[] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return items;
  const whole = words.join(" ");
  const nameOf = ({ bound }: PaletteItem) => bound.key.label.toLowerCase();
  const says = ({ text }: PaletteItem, word: string) => text.toLowerCase().includes(word);
  const begins = ({ text }: PaletteItem, word: string) =>
    text.toLowerCase().split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word));
  const tiers = [
    items.filter((item) => nameOf(item) === whole),
    items.filter((item) => nameOf(item).startsWith(whole)),
    items.filter((item) => words.every((word) => nameOf(item).includes(word))),
    items.filter((item) => words.every((word) => begins(item, word))),
    items.filter((item) => words.every((word) => says(item, word))),
    items.filter(({ text }) => text.toLowerCase().replaceAll(" ", "").includes(words.join(""))),
    fuzzyFilter(items, query, nameOf),
  ];
  return [...new Set(tiers.flat())];
}
