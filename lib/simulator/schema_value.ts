import { hashText, isObject } from "../core/mod.ts";
import type { Json } from "./body_reader.ts";
import { valueForPattern } from "./pattern_value.ts";

const MAX_DEPTH = 12;
const MAX_ITEMS = 16;
const MAX_LENGTH = 4000;
/** Values and sub-schemas together: a hundred required properties that refer to their parent have no end at any depth. */
const MAX_VISITS = 20_000;
const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  "date": "2026-01-01",
  "time": "00:00:00Z",
  "duration": "PT1H",
  "email": "ada@example.org",
  "idn-email": "ada@example.org",
  "hostname": "example.org",
  "ipv4": "192.0.2.1",
  "ipv6": "2001:db8::1",
  "uri": "https://example.org/",
  "url": "https://example.org/",
  "uri-reference": "/",
  "uuid": "0190a000-0000-7000-8000-000000000000",
  "regex": "a",
  "json-pointer": "/",
};

export interface SchemaValueOptions {
  /** Text for strings that are otherwise free, e.g. the user's words. @default "text" */
  readonly text?: string;
  /** Numbers between two bounds and choices differ with this text, the same for the same one. Absent: they are always the same. */
  readonly vary?: string;
  /** Leave out properties that are not required. @default false */
  readonly onlyRequired?: boolean;
}

/**
 * A JSON value that conforms to a JSON Schema (draft 2020-12 and 07): types, enum, const, default, required, nested objects,
 * arrays, bounds, common formats, simple patterns, `allOf`, `anyOf`, `oneOf` and local `$ref`. Always the same for the same
 * schema and text. Beyond 12 levels, only required properties are filled; from 24 levels or 20,000 values on, all is null.
 */
export function valueForSchema(schema: unknown, options: SchemaValueOptions = {}): unknown {
  return new SchemaValues(isObject(schema) ? schema : {}, options).value(schema, 0);
}

class SchemaValues {
  readonly #root: Json;
  readonly #text: string;
  readonly #onlyRequired: boolean;
  readonly #vary: string | undefined;
  #visits = 0;

  constructor(root: Json, options: SchemaValueOptions) {
    this.#root = root;
    this.#text = options.text ?? "text";
    this.#onlyRequired = options.onlyRequired ?? false;
    this.#vary = options.vary;
  }

  value(given: unknown, depth: number): unknown {
    if (this.#isTooMuch(depth)) return null;
    if (!isObject(given)) return this.#text;
    const schema = this.#resolve(given, depth);
    if ("const" in schema) return schema.const;
    if (Array.isArray(schema.enum) && schema.enum.length > 0) {
      return schema.enum[this.#drawn(schema.enum.length) ?? 0];
    }
    if ("default" in schema && schema.default !== null) return schema.default;
    switch (this.#typeOf(schema)) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, depth);
      case "integer":
        return numberFor(schema, true, this.#share());
      case "number":
        return numberFor(schema, false, this.#share());
      case "boolean":
        return true;
      case "null":
        return null;
      default:
        return this.#string(schema);
    }
  }

  /** One of so many, by the text that values differ with. */
  #drawn(count: number, seed = 0): number | undefined {
    if (this.#vary === undefined) return undefined;
    return hashText(`${this.#visits} ${this.#vary}`, seed) % count;
  }

  /** From 0 to 1 in tenths; more of them high than low, as marks are. */
  #share(): number | undefined {
    const [one, other] = [this.#drawn(11), this.#drawn(11, 1)];
    return one === undefined || other === undefined ? undefined : Math.max(one, other) / 10;
  }

  /** Follows `$ref`, merges `allOf`, takes the first branch of `anyOf` and `oneOf` that is not null. */
  #resolve(given: Json, depth: number): Json {
    if (this.#isTooMuch(depth)) return { type: "null" };
    let schema = given;
    for (let hops = 0; hops < MAX_DEPTH; hops++) {
      if (typeof schema.$ref === "string") {
        const { $ref: _, ...rest } = schema;
        schema = mergeSchemas(this.#lookUp(schema.$ref), rest);
      } else if (Array.isArray(schema.allOf)) {
        const { allOf: _, ...rest } = schema;
        const parts = schema.allOf.filter(isObject).map((part) => this.#resolve(part, depth + 1));
        schema = parts.reduce(mergeSchemas, rest);
      } else {
        const key = Array.isArray(schema.anyOf) ? "anyOf" : Array.isArray(schema.oneOf) ? "oneOf" : undefined;
        if (!key) return schema;
        const { [key]: branches, ...rest } = schema;
        const list = Array.isArray(branches) ? branches.filter(isObject) : [];
        // Deep inside a recursive schema the way out is the branch without further references.
        const chosen = (depth >= MAX_DEPTH ? list.find((branch) => branch.type === "null") : undefined) ??
          list.find((branch) => branch.type !== "null") ?? list[0] ?? {};
        schema = mergeSchemas(rest, chosen);
      }
    }
    return {};
  }

  #isTooMuch(depth: number): boolean {
    return ++this.#visits > MAX_VISITS || depth > 2 * MAX_DEPTH;
  }

  #lookUp(reference: string): Json {
    if (reference === "#") return this.#root;
    if (!reference.startsWith("#/")) return {};
    let found: unknown = this.#root;
    for (const part of reference.slice(2).split("/")) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return isObject(found) ? found : {};
  }

  #typeOf(schema: Json): string {
    if (typeof schema.type === "string") return schema.type;
    if (Array.isArray(schema.type)) return String(schema.type.find((type) => type !== "null") ?? "null");
    if ("properties" in schema || "required" in schema || "additionalProperties" in schema) return "object";
    if ("items" in schema || "prefixItems" in schema || "minItems" in schema) return "array";
    if ("minimum" in schema || "maximum" in schema || "multipleOf" in schema) return "number";
    return "string";
  }

  #object(schema: Json, depth: number): Json {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required)
      ? schema.required.filter((name) => typeof name === "string")
      : [];
    const lean = this.#onlyRequired || depth >= MAX_DEPTH;
    const names = new Set([...(lean ? [] : Object.keys(properties)), ...required]);
    const rest = isObject(schema.additionalProperties) ? schema.additionalProperties : {};
    for (
      let i = 1;
      typeof schema.minProperties === "number" && names.size < schema.minProperties && i <= MAX_ITEMS;
      i++
    ) {
      names.add(Object.keys(properties).find((name) => !names.has(name)) ?? `key${i}`);
    }
    return Object.fromEntries(
      [...names].map((
        name,
      ) => [name, this.value(Object.hasOwn(properties, name) ? properties[name] : rest, depth + 1)]),
    );
  }

  #array(schema: Json, depth: number): readonly unknown[] {
    const fixed = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
    const min = typeof schema.minItems === "number" ? schema.minItems : 0;
    const max = typeof schema.maxItems === "number" ? schema.maxItems : MAX_ITEMS;
    const wanted = depth >= MAX_DEPTH || schema.items === false ? min : Math.max(min, fixed.length, 1);
    const length = Math.min(wanted, max, MAX_ITEMS);
    const items = Array.from({ length }, (_, i) => this.value(fixed[i] ?? schema.items ?? {}, depth + 1));
    if (schema.uniqueItems !== true) return items;
    return items.map((item, i) => distinct(item, i, isObject(schema.items) ? schema.items : {}));
  }

  #string(schema: Json): string {
    const min = typeof schema.minLength === "number" ? Math.min(schema.minLength, MAX_LENGTH) : 0;
    const max = typeof schema.maxLength === "number" ? schema.maxLength : MAX_LENGTH;
    if (typeof schema.pattern === "string") {
      const sample = valueForPattern(schema.pattern, min);
      if (sample !== undefined) return sample;
    }
    const format = typeof schema.format === "string" ? FORMATS[schema.format] : undefined;
    if (format !== undefined) return format;
    const text = [...this.#text.slice(0, MAX_LENGTH)].slice(0, max).join("");
    return text.padEnd(min, ".");
  }
}

function mergeSchemas(a: Json, b: Json): Json {
  const required = [a.required, b.required].flatMap((names) => (Array.isArray(names) ? names : []));
  const known = [a.properties, b.properties].filter(isObject);
  const properties = known.length > 0
    ? { properties: known.reduce((all, some) => ({ ...all, ...some }), {}) }
    : {};
  return { ...a, ...b, ...properties, ...(required.length > 0 ? { required: [...new Set(required)] } : {}) };
}

/** `share`: how far between its bounds it is, where it has two. */
function numberFor(schema: Json, integer: boolean, share?: number): number {
  const bound = (key: string) => (typeof schema[key] === "number" ? schema[key] as number : undefined);
  const step = bound("multipleOf") ?? (integer ? 1 : undefined);
  const above = bound("exclusiveMinimum");
  const below = bound("exclusiveMaximum");
  const min = Math.max(bound("minimum") ?? -Infinity, above ?? -Infinity);
  const max = Math.min(bound("maximum") ?? Infinity, below ?? Infinity);
  const fits = (value: number) => value >= min && value <= max && value !== above && value !== below;
  if (share !== undefined && Number.isFinite(max - min)) {
    const wanted = Number((min + share * (max - min)).toPrecision(12));
    const drawn = step === undefined ? wanted : Math.round(wanted / step) * step;
    if (fits(drawn)) return drawn;
  }
  if (step !== undefined) {
    if (fits(step)) return step;
    const nearMin = Number.isFinite(min) ? Math.ceil(min / step) * step : Math.floor(max / step) * step;
    return [nearMin, nearMin + step, nearMin - step].find(fits) ?? nearMin;
  }
  const middle = Number.isFinite(min) && Number.isFinite(max) ? min / 2 + max / 2 : undefined;
  return [1, middle, min + 1, max - 1, min, max].find((value) => value !== undefined && fits(value)) ?? 0;
}

function distinct(item: unknown, i: number, schema: Json): unknown {
  if (i === 0) return item;
  if (Array.isArray(schema.enum)) return schema.enum[i] ?? item;
  if (typeof item === "number") return item + i;
  if (typeof item === "string") return `${item} ${i + 1}`;
  if (typeof item === "boolean") return !item;
  return item;
}
