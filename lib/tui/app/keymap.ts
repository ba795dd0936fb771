import {
  CONFIRM_KEYS,
  GLOBAL_KEYS,
  HELP_KEYS,
  JUMP_KEYS,
  LEAVE_KEYS,
  NOTEBOOK_KEYS,
  PALETTE_KEYS,
  SCORE_KEYS,
} from "./global_keys.ts";
import { type App, modeOf, screenOf } from "./model.ts";
import { keyId, type KeyTable, type Remap, remapKeys } from "./remap.ts";
import type { LoadedScreen } from "../contract/screen.ts";
import { type Binding, type Key, type Mode, MOTION_KEYS } from "../contract/keys.ts";

export interface TitledKeyTable extends KeyTable {
  readonly title: string;
}

const FRAME_TABLES: readonly TitledKeyTable[] = [
  { scope: "everywhere", title: "Everywhere", keys: GLOBAL_KEYS as readonly Key[] },
  { scope: "palette", title: "Palette", keys: PALETTE_KEYS as readonly Key[] },
  { scope: "jump", title: "Jump line", keys: JUMP_KEYS as readonly Key[] },
  { scope: "notebook", title: "Which notebook", keys: NOTEBOOK_KEYS as readonly Key[] },
  { scope: "score", title: "Score", keys: SCORE_KEYS as readonly Key[] },
  { scope: "help", title: "List of keys", keys: HELP_KEYS as readonly Key[] },
  { scope: "confirm", title: "Yes or no", keys: CONFIRM_KEYS as readonly Key[] },
  { scope: "leave", title: "Quit?", keys: LEAVE_KEYS as readonly Key[] },
];

/** Every key table of these screens and of the frame around them, as it is without remapping. */
export function keyTables(screens: readonly LoadedScreen[]): readonly TitledKeyTable[] {
  return [...screens.map(({ id, title, keys }) => ({ scope: id, title, keys })), ...FRAME_TABLES];
}

export interface Keymap {
  keysOf(scope: string): readonly Key[];
  readonly bindings: readonly Binding[];
  /** Entries of the remapping that are not used, and why. */
  readonly problems: readonly string[];
}

const keymaps = new WeakMap<readonly LoadedScreen[], WeakMap<Remap, Keymap>>();

/** The tables of these screens as remapped; worked out once. */
export function keymapOf(remap: Remap, screens: readonly LoadedScreen[]): Keymap {
  const ofScreens = keymaps.get(screens) ?? new WeakMap<Remap, Keymap>();
  keymaps.set(screens, ofScreens);
  const keymap = ofScreens.get(remap) ?? remapped(keyTables(screens), remap);
  ofScreens.set(remap, keymap);
  return keymap;
}

function remapped(originals: readonly TitledKeyTable[], remap: Remap): Keymap {
  const { tables, problems } = remapKeys(originals, remap);
  const byScope = new Map(tables.map((table) => [table.scope, table.keys]));
  return {
    keysOf: (scope) => byScope.get(scope) ?? [],
    bindings: bindingsOf(originals, tables),
    problems,
  };
}

function bindingsOf(originals: readonly TitledKeyTable[], tables: readonly KeyTable[]): readonly Binding[] {
  const rows = new Map<string, Binding>();
  tables.forEach((table, at) => {
    const original = originals[at]!;
    table.keys.forEach((key, index) => {
      const before = original.keys[index]!;
      const id = keyId(table.scope, before);
      if (rows.has(id)) return;
      const title = MOTION_KEYS.includes(before) ? "Motions" : original.title;
      rows.set(id, { id, title, keys: key.keys, help: key.help, changed: key !== before });
    });
  });
  return [...rows.values()];
}

export interface Bound {
  /** Which table the key is in. */
  readonly owner: "screen" | "root";
  readonly key: Key;
}

/** All keys that can be pressed now, in the order in which they are looked up. */
export function liveKeys(app: App): readonly Bound[] {
  const mode = modeOf(app);
  const keymap = keymapOf(app.remap, app.screens);
  const fits = (key: Key, model: unknown) =>
    fitsMode(key, mode) && (key.when?.(model) ?? true) && usableKeys(key, mode).length > 0;
  const root = (scope: string): Bound[] =>
    keymap.keysOf(scope).filter((key) => fits(key, app)).map((key) => ({ owner: "root", key }));
  const over = overlayScope(app);
  if (over) return [...root(over), ...root("everywhere")];
  const own = keymap.keysOf(app.active)
    .filter((key) => fits(key, app.models[app.active]))
    .map((key): Bound => ({ owner: "screen", key }));
  return [...own, ...root("everywhere")];
}

function overlayScope(app: App): string | undefined {
  if (app.leaving) return "leave";
  if (app.confirm) return "confirm";
  if (app.palette) return "palette";
  if (app.jump) return "jump";
  if (app.notebook) return "notebook";
  if (app.score) return "score";
  return app.help ? "help" : undefined;
}

function fitsMode(key: Key, mode: Mode): boolean {
  if (!key.modes) return mode === "normal" || mode === "pick";
  return key.modes.includes(mode);
}

/** Where letters are text, they are no keys. */
export function usableKeys(key: Key, mode: Mode): readonly string[] {
  return mode === "pick" ? key.keys.filter((name) => !/^\p{L}$/u.test(name)) : key.keys;
}

export function lookup(app: App, pressed: string): Bound | undefined {
  const mode = modeOf(app);
  return liveKeys(app).find((bound) => usableKeys(bound.key, mode).includes(pressed));
}

/** The keys for the footer, most useful first: those with a place in it, then what else the screen can do. */
export function footerKeys(app: App): readonly Key[] {
  const live = liveKeys(app);
  const placed = live.map((bound) => bound.key)
    .filter((key) => key.footer !== undefined)
    .sort((a, b) => a.footer! - b.footer!);
  const others = live.filter(({ owner, key }) =>
    owner === "screen" && key.footer === undefined && !isMotion(key)
  );
  return [...placed, ...others.map((bound) => bound.key)];
}

const MOTIONS: ReadonlySet<string> = new Set(MOTION_KEYS.map((key) => key.action));

/** Everyone knows what arrows do. */
function isMotion(key: Key): boolean {
  return MOTIONS.has(key.action) || key.counted === true;
}

export interface HelpSection {
  readonly title: string;
  readonly keys: readonly Key[];
}

/** Every key of the screen in view and of the frame, by mode. */
export function helpSections(app: App): readonly HelpSection[] {
  const keymap = keymapOf(app.remap, app.screens);
  const own = keymap.keysOf(app.active);
  const inMode = (mode: Mode) => distinct(own.filter((key) => (key.modes ?? ["normal"]).includes(mode)));
  const sections: HelpSection[] = [
    { title: screenOf(app)?.title ?? "", keys: inMode("normal") },
    { title: "While choosing", keys: inMode("pick").filter((key) => !key.modes?.includes("normal")) },
    { title: "While typing a filter", keys: inMode("filter") },
    { title: "In the form", keys: inMode("form") },
    { title: "In a question", keys: inMode("dialog") },
    { title: "Everywhere", keys: keymap.keysOf("everywhere") },
  ];
  return sections.filter((section) => section.keys.length > 0);
}

/** A key whose label goes with the state is one key. */
function distinct(keys: readonly Key[]): readonly Key[] {
  const name = (key: Key) => `${key.keys.join(" ")} ${key.help}`;
  return keys.filter((key, at) => keys.findIndex((other) => name(other) === name(key)) === at);
}
