import { type Key, type Mode, MOTION_KEYS } from "../contract/keys.ts";

/** Other keys for actions, by the action's name in the registry: `{ "runs.stop": ["X"] }`. */
export type Remap = Readonly<Record<string, readonly string[]>>;

/** Leaving must always be possible. */
const FIXED: ReadonlySet<string> = new Set(["everywhere.interrupt"]);

/** As the terminal names them: one character or a named key, after the modifiers that it can tell apart. */
const KEY_NAME =
  /^((ctrl|shift|alt|super)\+){0,3}([^\s\p{C}]|enter|escape|tab|space|up|down|left|right|home|end|pageUp|pageDown|backspace|delete|insert|clear|f[1-9]|f1[0-2])$/u;

/** A plain object whose keys are its own and harmless. */
export function isSafeRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !Object.hasOwn(value, "__proto__") && !Object.hasOwn(value, "constructor");
}

/** The name of a key's action: `runs.stop`, `runs.filter.down`, `motion.down`. */
export function keyId(scope: string, key: Key): string {
  if (MOTION_KEYS.includes(key)) return `motion.${key.action}`;
  const mode = key.modes && !key.modes.includes("normal") ? key.modes[0] : undefined;
  return mode === undefined ? `${scope}.${key.action}` : `${scope}.${mode}.${key.action}`;
}

export interface KeyTable {
  readonly scope: string;
  readonly keys: readonly Key[];
}

export interface Remapped {
  readonly tables: readonly KeyTable[];
  readonly problems: readonly string[];
}

/**
 * The tables with other keys. A name that is not in the registry, a key that cannot be pressed, or one that another
 * action of the same table has is left as it was and reported.
 */
export function remapKeys(tables: readonly KeyTable[], remap: Remap): Remapped {
  const problems: string[] = [];
  const wanted = new Map<string, readonly string[]>();
  const known = new Set(tables.flatMap((table) => table.keys.map((key) => keyId(table.scope, key))));
  for (const [id, keys] of Object.entries(remap)) {
    if (!known.has(id)) problems.push(`Cannot bind "${id.slice(0, 60)}": no such action. Try: docs/keys.md`);
    else if (FIXED.has(id)) problems.push(`Cannot bind "${id}": it is always ctrl+c. Try: another action`);
    else {
      const unknown = keys.find((key) => !KEY_NAME.test(key));
      if (unknown === undefined) wanted.set(id, keys);
      else {
        problems.push(
          `Cannot bind "${id}" to "${unknown.slice(0, 60)}": no such key. Try: X, ctrl+x, f5 or enter`,
        );
      }
    }
  }
  for (;;) {
    const next = tables.map((table) => ({
      ...table,
      keys: table.keys.map((key) => other(table, key, wanted)),
    }));
    const clash = firstClash(tables, next, wanted);
    if (!clash) return { tables: wanted.size === 0 ? tables : next, problems };
    problems.push(
      `Cannot bind "${clash.id}" to "${clash.key}": it means "${clash.taken}" there. Try: another key`,
    );
    wanted.delete(clash.id);
  }
}

function other(table: KeyTable, key: Key, wanted: ReadonlyMap<string, readonly string[]>): Key {
  const keys = wanted.get(keyId(table.scope, key));
  return keys ? { ...key, keys } : key;
}

function firstClash(
  originals: readonly KeyTable[],
  tables: readonly KeyTable[],
  wanted: ReadonlyMap<string, readonly string[]>,
) {
  const everywhere = tables.findIndex((table) => table.scope === "everywhere");
  const rows = tables.map((table, at) =>
    table.keys.map((key, index) => ({ key, id: keyId(table.scope, originals[at]!.keys[index]!) }))
  );
  for (let at = 0; at < tables.length; at++) {
    const shared = at === everywhere ? rows.flat() : [...rows[at]!, ...(rows[everywhere] ?? [])];
    for (const mine of rows[at]!) {
      if (!wanted.has(mine.id)) continue;
      for (const theirs of shared) {
        if (theirs.id === mine.id || !overlap(mine.key, theirs.key)) continue;
        const key = mine.key.keys.find((name) => theirs.key.keys.includes(name));
        if (key !== undefined) return { id: mine.id, key, taken: theirs.id };
      }
    }
  }
  return undefined;
}

function overlap(a: Key, b: Key): boolean {
  const modesOf = (key: Key): readonly Mode[] => key.modes ?? ["normal"];
  return modesOf(a).some((mode) => modesOf(b).includes(mode));
}
