const MAX_LENGTH = 1_000;
const MAX_DEPTH = 64;

/** The expression cannot be read or has no value; `message` points at the place. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

const CONSTANTS: ReadonlyMap<string, number> = new Map([["pi", Math.PI], ["e", Math.E]]);

interface NamedFunction {
  readonly min: number;
  readonly max: number;
  apply(values: readonly number[]): number;
}

const one = (apply: (x: number) => number): NamedFunction => ({ min: 1, max: 1, apply: ([x]) => apply(x!) });
const many = (apply: (values: readonly number[]) => number): NamedFunction => ({
  min: 1,
  max: Infinity,
  apply,
});
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const FUNCTIONS: ReadonlyMap<string, NamedFunction> = new Map<string, NamedFunction>([
  ["sqrt", one(Math.sqrt)],
  ["abs", one(Math.abs)],
  ["floor", one(Math.floor)],
  ["ceil", one(Math.ceil)],
  ["round", { min: 1, max: 2, apply: ([x, digits]) => roundTo(x!, digits ?? 0) }],
  ["ln", one(Math.log)],
  ["log", { min: 1, max: 2, apply: ([x, base]) => logarithm(x!, base) }],
  ["exp", one(Math.exp)],
  ["sin", one(Math.sin)],
  ["cos", one(Math.cos)],
  ["tan", one(Math.tan)],
  ["min", many((values) => Math.min(...values))],
  ["max", many((values) => Math.max(...values))],
  ["sum", many(sum)],
  ["mean", many((values) => sum(values) / values.length)],
]);

/** For the tool's description. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()];

/**
 * The value of an arithmetic expression: `+ - * / % ^`, brackets, the functions above, `pi` and `e`. `^` binds tightest and
 * to the right (`-2^2` is -4), `%` is the remainder with the sign of the left side, `log` has base 10 unless a second argument
 * gives one, angles are radians. Throws `ExpressionError`; the value is always finite.
 */
export function evaluateExpression(text: string): number {
  if (text.length > MAX_LENGTH) {
    throw new ExpressionError(`it has ${text.length} characters; at most ${MAX_LENGTH} are read`);
  }
  return new Parser(text).evaluate();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  evaluate(): number {
    const value = this.#sum();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("expected an operator or the end");
    return value;
  }

  #sum(): number {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`it is nested more than ${MAX_DEPTH} deep`);
    let value = this.#product();
    for (let operator = this.#take("+-"); operator; operator = this.#take("+-")) {
      const right = this.#product();
      value = this.#finite(operator === "+" ? value + right : value - right);
    }
    this.#depth--;
    return value;
  }

  #product(): number {
    let value = this.#signed();
    for (let operator = this.#take("*/%"); operator; operator = this.#take("*/%")) {
      const right = this.#signed();
      if (operator !== "*" && right === 0) throw new ExpressionError("it divides by zero");
      value = this.#finite(
        operator === "*" ? value * right : operator === "/" ? value / right : value % right,
      );
    }
    return value;
  }

  #signed(): number {
    let sign = 1;
    for (let operator = this.#take("+-"); operator; operator = this.#take("+-")) {
      if (operator === "-") sign = -sign;
    }
    const value = this.#power();
    return sign < 0 ? -value : value;
  }

  #power(): number {
    const base = this.#primary();
    if (!this.#take("^")) return base;
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`it is nested more than ${MAX_DEPTH} deep`);
    const exponent = this.#signed();
    this.#depth--;
    if (base === 0 && exponent < 0) throw new ExpressionError("it divides by zero");
    return this.#finite(base ** exponent);
  }

  #primary(): number {
    if (this.#take("(")) return this.#closed(this.#sum());
    const number = this.#match(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    if (number !== undefined) return this.#finite(Number(number));
    const name = this.#match(/[A-Za-z_][A-Za-z_0-9]*/y)?.toLowerCase();
    if (name === undefined) this.#fail("expected a number, a function or a bracket");
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return constant;
    const named = FUNCTIONS.get(name);
    if (!named) {
      throw new ExpressionError(
        `"${name.slice(0, 40)}" is not known (known: ${FUNCTION_NAMES.join(", ")}, ${
          [...CONSTANTS.keys()].join(", ")
        })`,
      );
    }
    if (!this.#take("(")) this.#fail(`expected "(" after ${name}`);
    const values = [this.#sum()];
    while (this.#take(",")) values.push(this.#sum());
    this.#closed(0);
    if (values.length < named.min || values.length > named.max) {
      throw new ExpressionError(`${name} does not take ${values.length} arguments`);
    }
    return this.#finite(named.apply(values), name);
  }

  #closed(value: number): number {
    if (!this.#take(")")) this.#fail('expected ")"');
    return value;
  }

  #finite(value: number, name?: string): number {
    if (Number.isFinite(value)) return value;
    if (Number.isNaN(value) || name) throw new ExpressionError(`${name ?? "it"} has no real value here`);
    throw new ExpressionError("a number in it is too large");
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #take(characters: string): string | undefined {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === undefined || !characters.includes(next)) return undefined;
    // `2**3` is a power in many languages: say so instead of failing on the second star.
    if (next === "*" && this.#text[this.#at + 1] === "*") this.#fail("powers are written ^, as in 2^3");
    this.#at++;
    return next;
  }

  #match(pattern: RegExp): string | undefined {
    this.#skipSpace();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(reason: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const found = rest === "" ? "the end" : JSON.stringify(rest);
    throw new ExpressionError(`${reason} at position ${this.#at + 1}, found ${found}`);
  }
}

function roundTo(value: number, digits: number): number {
  const places = Math.max(-20, Math.min(20, Math.trunc(digits)));
  const scaled = Number(`${value}e${places}`);
  // Exponent notation shifts decimally: 1.005 rounds to 1.01, which multiplying by 100 gets wrong.
  return Number.isFinite(scaled) ? Number(`${Math.round(scaled)}e${-places}`) : value;
}

function logarithm(value: number, base: number | undefined): number {
  return base === undefined || base === 10 ? Math.log10(value) : Math.log(value) / Math.log(base);
}
