import {
  escapeText,
  isNestedDeeper,
  isObject,
  isSoundAttribute,
  type Message,
  oneLine,
  type Part,
} from "../core/mod.ts";

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

/** Deeper than anything a model or a tool says, and far from what overflows a stack. */
const DEPTH_MAX = 500;

/** JSON of a stored column or body, read once; `fits` says whether it is what it must be. */
export function jsonIn<T>(what: string, json: string | undefined, fits: (value: unknown) => boolean): T {
  if (json === undefined) throw new Damage(`${what} cannot be read`);
  if (json.length > DEPTH_MAX && isNestedDeeper(json, DEPTH_MAX)) {
    throw new Damage(`${what} is nested deeper than ${DEPTH_MAX} times`);
  }
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

/** Attributes of a span; throws `Damage`. */
export function attributesIn(json: string | undefined): Record<string, unknown> {
  const attributes = jsonIn<Record<string, unknown>>("an attribute", json, isObject);
  for (const name in attributes) {
    if (!isSoundAttribute(name, attributes[name])) refuse(`its ${name}`, attributes[name]);
  }
  return attributes;
}

/** Longer than anything that is written, and short enough to be shown. */
const NAME_MAX_CHARS = 10_000;
const TEXT_MAX_CHARS = 1_000_000;

/** Throws `Damage` for a name or text that nobody of ours wrote: too long. */
export function checkLengths(row: object, names: readonly string[], texts: readonly string[]): void {
  for (const [columns, max] of [[names, NAME_MAX_CHARS], [texts, TEXT_MAX_CHARS]] as const) {
    for (const column of columns) {
      const value = (row as Record<string, unknown>)[column];
      if (typeof value === "string" && value.length > max) {
        throw new Damage(`its ${column} is longer than ${max} characters`);
      }
    }
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
