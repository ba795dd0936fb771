import { escapeText, isObject, type Message, oneLine, type Part } from "../core/mod.ts";

const SHOWN_MAX_CHARS = 40;
/** Ids of runs: ours are UUIDs, imported ones are what their program called them. */
const ID = /^[\w.:@/+-]{1,200}$/;
const ROLE_NAMES: readonly string[] = ["system", "user", "assistant", "tool"];

/** What is stored cannot be what was written: says which part, in words. */
export class Damage extends Error {
  override readonly name = "Damage";
}

function refuse(what: string, value: unknown): never {
  const shown = typeof value === "string" ? `"${escapeText(oneLine(value, SHOWN_MAX_CHARS))}"` : typeof value;
  throw new Damage(`${what} is ${shown}`);
}

export function oneOf<T extends string>(what: string, value: unknown, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? value as T : refuse(what, value);
}

export function idIn(what: string, value: unknown): string {
  return typeof value === "string" && ID.test(value) ? value : refuse(what, value);
}

/** JSON of a stored column or body, read once; `fits` says whether it is what it must be. */
export function jsonIn<T>(what: string, json: string | undefined, fits: (value: unknown) => boolean): T {
  if (json === undefined) throw new Damage(`${what} cannot be read`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return refuse(what, json);
  }
  return fits(value) ? value as T : refuse(what, value);
}

export const isText = (value: unknown): boolean => typeof value === "string";
export const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
export const isTextMap = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText);
export const isNumberMap = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((it) => typeof it === "number");

/** Throws `Damage` for numbers that are none: only tables of other programs hold such. */
export function checkNumbers(row: object, columns: readonly string[]): void {
  for (const column of columns) {
    const value = (row as Record<string, unknown>)[column];
    if (typeof value !== "number" || !Number.isFinite(value)) refuse(column, value);
  }
}

const PART_TEXTS: Readonly<Record<Part["type"], readonly string[]>> = {
  text: ["content"],
  reasoning: ["content"],
  tool_call: ["id", "name"],
  tool_call_response: ["id"],
  blob: ["mimeType", "data"],
  uri: ["uri"],
  file: ["fileId"],
};

/** A stored message; throws `Damage`. */
export function messageIn(json: string): Message {
  return jsonIn(
    "a message",
    json,
    (value) =>
      isObject(value) && ROLE_NAMES.includes(String(value["role"])) && Array.isArray(value["parts"]) &&
      value["parts"].every((part: unknown) =>
        isObject(part) && typeof part["type"] === "string" && Object.hasOwn(PART_TEXTS, part["type"]) &&
        PART_TEXTS[part["type"] as Part["type"]].every((key) => isText(part[key]))
      ),
  );
}
