import { screenOf, SCREENS } from "./screen_list.ts";
import { CONFIRM_KEYS, GLOBAL_KEYS, HELP_KEYS, JUMP_KEYS, LEAVE_KEYS, PALETTE_KEYS } from "./global_keys.ts";
import { type App, modeOf } from "./model.ts";
import { keyId, type KeyTable, type Remap, remapKeys } from "./remap.ts";
import { type Binding, type Key, type Mode, MOTION_KEYS } from "../contract/keys.ts";

/** Every key table there is, as it is without remapping. */
export const KEY_TABLES: readonly (KeyTable & { readonly title: string })[] = [
  ...SCREENS.map((screen) => ({ scope: screen.id, title: screen.title, keys: screen.keys })),
  { scope: "everywhere", title: "Everywhere", keys: GLOBAL_KEYS as readonly Key[] },
  { scope: "palette", title: "Palette", keys: PALETTE_KEYS as readonly Key[] },
  { scope: "jump", title: "Jump line", keys: JUMP_KEYS as readonly Key[] },
  { scope: "help", title: "List of keys", keys: HELP_KEYS as readonly Key[] },
  { scope: "confirm", title: "Yes or no", keys: CONFIRM_KEYS as readonly Key[] },
  { scope: "leave", title: "Quit?", keys: LEAVE_KEYS as readonly Key[] },
];

export interface Keymap {
  keysOf(scope: string): readonly Key[];
  readonly bindings: readonly Binding[];
  /** Entries of the remapping that are not used, and why. */
  readonly problems: readonly string[];
}

const keymaps = new WeakMap<Remap, Keymap>();

/** The tables as remapped; worked out once per remapping. */
export function keymapOf(remap: Remap): Keymap {
  const known = keymaps.get(remap);
  if (known) return known;
  const { tables, problems } = remapKeys(KEY_TABLES, remap);
  const byScope = new Map(tables.map((table) => [table.scope, table.keys]));
  const keymap: Keymap = {
    keysOf: (scope) => byScope.get(scope) ?? [],
    bindings: bindingsOf(tables),
    problems,
  };
  keymaps.set(remap, keymap);
  return keymap;
}

function bindingsOf(tables: readonly KeyTable[]): readonly Binding[] {
  const rows = new Map<string, Binding>();
  tables.forEach((table, at) => {
    const original = KEY_TABLES[at]!;
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
  const keymap = keymapOf(app.remap);
  const fits = (key: Key, model: unknown) =>
    fitsMode(key, mode) && (key.when?.(model) ?? true) && usableKeys(key, mode).length > 0;
  const root = (scope: string): Bound[] =>
    keymap.keysOf(scope).filter((key) => fits(key, app)).map((key) => ({ owner: "root", key }));
  const over = overlayScope(app);
  if (over) return [...root(over), ...root("everywhere")];
  const screen = screenOf(app.active);
  const own = keymap.keysOf(screen.id)
    .filter((key) => fits(key, app.models[app.active]))
    .map((key): Bound => ({ owner: "screen", key }));
  return [...own, ...root("everywhere")];
}

function overlayScope(app: App): string | undefined {
  if (app.leaving) return "leave";
  if (app.confirm) return "confirm";
  if (app.palette) return "palette";
  if (app.jump) return "jump";
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

/** The keys for the footer, most useful first. */
export function footerKeys(app: App): readonly Key[] {
  return liveKeys(app)
    .map((bound) => bound.key)
    .filter((key) => key.footer !== undefined)
    .sort((a, b) => a.footer! - b.footer!);
}

export interface HelpSection {
  readonly title: string;
  readonly keys: readonly Key[];
}

/** Every key of the screen in view and of the frame, by mode. */
export function helpSections(app: App): readonly HelpSection[] {
  const screen = screenOf(app.active);
  const keymap = keymapOf(app.remap);
  const own = keymap.keysOf(screen.id);
  const inMode = (mode: Mode) => distinct(own.filter((key) => (key.modes ?? ["normal"]).includes(mode)));
  const sections: HelpSection[] = [
    { title: screen.title, keys: inMode("normal") },
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
