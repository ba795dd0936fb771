import { z } from "zod";
import { demandOf } from "../../schema/mod.ts";
import { code } from "./section.ts";

export interface RowOptions {
  /** Path of the keys' map, e.g. `parameters`. */
  readonly part?: string;
  /** What stands in for a key that is left out; by path, before what the schema says. */
  readonly fallback?: (path: string) => string | undefined;
  /** What marks a key. */
  readonly mark?: (path: string) => string;
}

export const KEY_COLUMNS = ["key", "is", "left out", "what it does"];

/** A row for each key of a map: name, what it must be, what it is when it is left out, what it does. */
export function schemaRows(schema: z.ZodObject, options: RowOptions = {}): readonly (readonly string[])[] {
  const { part, fallback, mark } = options;
  return Object.entries(schema.shape).map(([key, outer]) => {
    const path = part === undefined ? key : `${part}.${key}`;
    const { inner, isOptional, otherwise, about } = unwrapped(outer);
    const left = fallback?.(path) ?? otherwise ?? (isOptional ? "–" : "must be there");
    return [`${code(key)}${mark?.(path) ?? ""}`, kindOf(inner), left, about];
  });
}

/** What is inside `optional`, `default`, `readonly`, and what they say. */
export function unwrapped(schema: z.core.$ZodType) {
  let inner = schema as z.ZodType;
  let isOptional = false;
  let otherwise: string | undefined;
  let about = inner.description;
  for (;;) {
    if (inner instanceof z.ZodDefault) {
      isOptional = true;
      otherwise = shown(inner.def.defaultValue);
      inner = inner.unwrap() as z.ZodType;
    } else if (inner instanceof z.ZodOptional || inner instanceof z.ZodExactOptional) {
      isOptional = true;
      inner = inner.unwrap() as z.ZodType;
    } else if (inner instanceof z.ZodPipe) inner = inner.in as z.ZodType;
    else break;
    about ??= inner.description;
  }
  return { inner, isOptional, otherwise, about: about ?? "" };
}

/** What the schema says when something else stands there, which continues `KEY must be`. */
function kindOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return listed(schema.options);
  if (schema instanceof z.ZodLiteral) return listed([...schema.values].map(String));
  if (schema instanceof z.ZodUnion) return schema.options.map((it) => kindOf(it as z.ZodType)).join(", or ");
  const [issue] = schema.safeParse(Symbol()).error?.issues ?? [];
  return issue ? demandOf(issue).replace(/^must be /, "") : "anything";
}

function listed(values: readonly (string | number)[]): string {
  const all = values.map(code);
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
