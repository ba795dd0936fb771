import { isObject } from "../core/mod.ts";
import type { BodyProblem } from "./api_error.ts";

export type Json = Readonly<Record<string, unknown>>;
export type Loc = readonly (string | number)[];

const MAX_PROBLEMS = 20;
const MAX_INPUT_LENGTH = 200;

export interface BodyReaderOptions {
  /** Fields that the API does not know are no problem. @default false */
  readonly lenient?: boolean;
}

/** Reads fields of a request body and collects what is wrong with them, in FastAPI's words. */
export class BodyReader {
  readonly problems: BodyProblem[] = [];
  readonly #lenient: boolean;

  constructor({ lenient = false }: BodyReaderOptions = {}) {
    this.#lenient = lenient;
  }

  add(type: string, loc: Loc, msg: string, input: unknown): undefined {
    if (this.problems.length < MAX_PROBLEMS) {
      const shown = typeof input === "string"
        ? input.slice(0, MAX_INPUT_LENGTH)
        : typeof input === "object"
        ? null
        : input;
      this.problems.push({ type, loc: ["body", ...loc], msg, input: shown ?? null });
    }
    return undefined;
  }

  required(loc: Loc, value: unknown): boolean {
    if (value !== undefined) return true;
    this.add("missing", loc, "Field required", null);
    return false;
  }

  string(loc: Loc, value: unknown): string | undefined {
    if (typeof value === "string") return value;
    return this.add("string_type", loc, "Input should be a valid string", value);
  }

  object(loc: Loc, value: unknown): Json | undefined {
    if (isObject(value)) return value;
    return this.add("dict_type", loc, "Input should be a valid dictionary", value);
  }

  /** An object of which only these fields are known. */
  fields(loc: Loc, value: unknown, known: readonly string[]): Json | undefined {
    const object = this.object(loc, value);
    if (!object || this.#lenient) return object;
    for (const key of Object.keys(object)) {
      if (known.includes(key)) continue;
      this.add("extra_forbidden", [...loc, key], "Extra inputs are not permitted", object[key]);
    }
    return object;
  }

  list(loc: Loc, value: unknown, lengthMax: number): readonly unknown[] | undefined {
    if (!Array.isArray(value)) return this.add("list_type", loc, "Input should be a valid list", value);
    if (value.length <= lengthMax) return value;
    return this.add("too_long", loc, `List should have at most ${lengthMax} items after validation`, null);
  }

  boolean(loc: Loc, value: unknown, otherwise: boolean): boolean {
    if (value === undefined || value === null) return otherwise;
    if (typeof value === "boolean") return value;
    this.add("bool_type", loc, "Input should be a valid boolean", value);
    return otherwise;
  }

  /** An absent or null number is fine. */
  number(
    loc: Loc,
    value: unknown,
    limits: { min?: number; max?: number; integer?: boolean },
  ): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number") {
      return this.add(
        limits.integer ? "int_type" : "float_type",
        loc,
        "Input should be a valid number",
        value,
      );
    }
    if (limits.integer && !Number.isInteger(value)) {
      return this.add(
        "int_from_float",
        loc,
        "Input should be a valid integer, got a number with a fractional part",
        value,
      );
    }
    if (limits.min !== undefined && value < limits.min) {
      return this.add(
        "greater_than_equal",
        loc,
        `Input should be greater than or equal to ${limits.min}`,
        value,
      );
    }
    if (limits.max !== undefined && value > limits.max) {
      return this.add("less_than_equal", loc, `Input should be less than or equal to ${limits.max}`, value);
    }
    return value;
  }

  oneOf<T extends string>(loc: Loc, value: unknown, allowed: readonly T[]): T | undefined {
    const found = allowed.find((word) => word === value);
    if (found !== undefined) return found;
    return this.add("enum", loc, `Input should be ${allowed.map((word) => `'${word}'`).join(", ")}`, value);
  }

  /** An absent or null text is fine. */
  optionalString(loc: Loc, value: unknown): string | undefined {
    return value === undefined || value === null ? undefined : this.string(loc, value);
  }
}
