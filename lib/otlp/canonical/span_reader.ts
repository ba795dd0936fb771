import { isNestedDeeper, isObject, tryParseExactJson } from "../../core/mod.ts";
import { type AnyValue, type Attributes, isKeyValueList, NESTING_MAX } from "../types.ts";

/** Longer lists of numbers are embeddings: their beginning is enough to look at, the whole is in what was received. */
const NUMBERS_MAX = 64;
const NUMBERS_KEPT = 8;

/** A value as JSON has it. What JSON has no word for is text: numbers that are none, integers that no number can hold, bytes. */
export function plainValue(value: AnyValue): unknown {
  switch (typeof value) {
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "string":
    case "boolean":
      return value;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return value.toBase64();
  if (isKeyValueList(value)) return plainAttributes(value.entries);
  if (value.length > NUMBERS_MAX && value.every((it) => typeof it === "number" || typeof it === "bigint")) {
    return [...value.slice(0, NUMBERS_KEPT).map(plainValue), `… ${value.length - NUMBERS_KEPT} more`];
  }
  return value.map(plainValue);
}

/** Without a prototype: a key may be called `__proto__`. Of keys that come twice the last one holds. */
export function plainAttributes(attributes: Attributes): Record<string, unknown> {
  const plain: Record<string, unknown> = Object.create(null);
  for (const { key, value } of attributes) plain[key] = plainValue(value);
  return plain;
}

/** Attributes of a span, asked for by any of their names; what was put elsewhere is not kept a second time. */
export class SpanReader {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly #used = new Set<string>();

  constructor(attributes: Readonly<Record<string, unknown>>) {
    this.attributes = attributes;
  }

  /** The first of these that says something. */
  value(...names: readonly string[]): unknown {
    for (const name of names) {
      const value = this.attributes[name];
      if (value !== undefined && value !== null && value !== "") return value;
    }
    return undefined;
  }

  text(...names: readonly string[]): string | undefined {
    const value = this.value(...names);
    return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
  }

  /** Also of a number that is written as text. */
  number(...names: readonly string[]): number | undefined {
    return numberOf(this.value(...names));
  }

  /** JSON, or what JSON text says. */
  json(...names: readonly string[]): unknown {
    return jsonOf(this.value(...names));
  }

  object(...names: readonly string[]): Readonly<Record<string, unknown>> {
    const value = this.json(...names);
    return isObject(value) ? value : NOTHING;
  }

  /** What `PREFIX.0.a.b`, `PREFIX.1.…` say together, by their numbers; without gaps. */
  indexed(prefix: string): readonly unknown[] {
    const start = `${prefix}.`;
    const tree: Tree = Object.create(null);
    for (const name in this.attributes) {
      if (name.startsWith(start)) put(tree, name.slice(start.length).split("."), this.attributes[name]);
    }
    const grown = listOf(tree);
    return Array.isArray(grown) ? grown : [];
  }

  has(prefix: string): boolean {
    const start = `${prefix}.`;
    for (const name in this.attributes) if (name.startsWith(start)) return true;
    return false;
  }

  /** These are kept as something else now. */
  use(...names: readonly string[]): void {
    for (const name of names) this.#used.add(name);
  }

  /** All that begin like this. */
  useAll(prefix: string): void {
    const start = `${prefix}.`;
    for (const name in this.attributes) if (name.startsWith(start)) this.#used.add(name);
  }

  /** What nobody has put elsewhere. */
  rest(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.attributes).filter(([name]) => !this.#used.has(name)));
  }
}

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** Text that begins like JSON and is JSON is what it says; anything else, and what is nested too deeply, is itself. */
export function jsonOf(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{"]/.test(value)) return value;
  return isNestedDeeper(value, NESTING_MAX) ? value : tryParseExactJson(value) ?? value;
}

interface Tree {
  [name: string]: unknown;
}

/** Names in one another, deeper ones are cut: nobody's messages are. */
const PATH_MAX = 24;

function put(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree;
  const last = Math.min(path.length, PATH_MAX) - 1;
  for (const name of path.slice(0, last)) {
    const next = at[name];
    at = isTree(next) ? next : at[name] = Object.create(null) as Tree;
  }
  at[path[last]!] = value;
}

function isTree(value: unknown): value is Tree {
  return isObject(value) && Object.getPrototypeOf(value) === null;
}

/** Objects whose names are all numbers are lists, in the order of the numbers: `.1` may come before `.0`, and `.10` after `.9`. */
function listOf(value: unknown): unknown {
  if (!isTree(value)) return value;
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name) => /^\d{1,6}$/.test(name))) {
    return names.toSorted((a, b) => Number(a) - Number(b)).map((name) => listOf(value[name]));
  }
  const grown: Record<string, unknown> = Object.create(null);
  for (const name of names) grown[name] = listOf(value[name]);
  return grown;
}
