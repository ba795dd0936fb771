/** What must not leave the program: the variable that holds it, and its value. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Shorter values are parts of ordinary words. */
const SECRET_MIN_CHARS = 8;

/**
 * Takes every configured secret out of texts and values, also where it was encoded: base64 at any offset, percent, hex, JSON and
 * HTML escapes. It looks for exact matches only, so that nothing else is ever changed.
 */
export class Redactor {
  /** The longest first: one may begin like another. */
  readonly #marks: ReadonlyMap<string, string>;
  readonly #prefixes: ReadonlySet<string>;
  readonly #pattern: RegExp | undefined;
  /** The same, for a look: it remembers no place. */
  readonly #any: RegExp | undefined;
  readonly #shortest: number;
  readonly #longest: number;
  /** Objects that hold none. What events carry is never changed, and mostly sent again and again. */
  readonly #clean = new WeakSet<object>();

  constructor(secrets: readonly Secret[]) {
    const marks = new Map<string, string>();
    for (const { name, value } of secrets) {
      const secret = value.trim();
      if (secret.length < SECRET_MIN_CHARS) continue;
      for (const spelling of spellings(secret)) {
        if (!marks.has(spelling)) marks.set(spelling, `[redacted ${name}]`);
      }
    }
    const needles = [...marks.keys()].toSorted((a, b) => b.length - a.length);
    this.#marks = marks;
    this.#pattern = needles.length === 0 ? undefined : new RegExp(needles.map(RegExp.escape).join("|"), "g");
    this.#any = this.#pattern && new RegExp(this.#pattern.source);
    this.#longest = needles[0]?.length ?? 0;
    this.#shortest = needles.at(-1)?.length ?? Infinity;
    this.#prefixes = new Set(needles.flatMap((it) => Array.from(it, (_, end) => it.slice(0, end))));
  }

  /** There is nothing to look for. */
  get isIdle(): boolean {
    return this.#pattern === undefined;
  }

  text(text: string): string {
    if (text.length < this.#shortest) return text;
    return text.replace(this.#pattern!, (found) => this.#marks.get(found)!);
  }

  /** JSON-like data with every text in it redacted, keys too; the very same object when it holds none. */
  value<T>(value: T): T {
    return this.isIdle || this.#isClean(value) ? value : this.#walk(value) as T;
  }

  /** Nearly everything holds none, which is seen without a copy. */
  #isClean(value: unknown): boolean {
    if (typeof value === "string") return value.length < this.#shortest || !this.#any!.test(value);
    if (value === null || typeof value !== "object" || this.#clean.has(value)) return true;
    if (value instanceof Error) return false;
    if (value instanceof Map) {
      for (const [, it] of value) if (!this.#isClean(it)) return false;
      return true; // and may not be tomorrow: a map may grow
    }
    if (Array.isArray(value)) {
      for (const it of value) if (!this.#isClean(it)) return false;
    } else {
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return true;
      for (const key of Object.keys(value)) {
        if (!this.#isClean(key) || !this.#isClean((value as Record<string, unknown>)[key])) return false;
      }
    }
    this.#clean.add(value);
    return true;
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (value === null || typeof value !== "object" || this.#clean.has(value)) return value;
    if (value instanceof Error) return this.error(value);
    let changed: unknown[] | Record<string, unknown> | undefined;
    if (Array.isArray(value)) {
      const inner = value.map((it) => this.#walk(it));
      if (inner.some((it, index) => it !== value[index])) changed = inner;
    } else if (value instanceof Map) {
      const inner = Array.from(value, ([key, it]) => [key, it, this.#walk(it)] as const);
      if (inner.every(([, before, after]) => before === after)) return value; // a map may grow
      return new Map(inner.map(([key, , after]) => [key, after]));
    } else {
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return value;
      const inner = Object.entries(value).map(([key, it]) =>
        [key, this.text(key), it, this.#walk(it)] as const
      );
      if (inner.some(([key, safeKey, before, after]) => key !== safeKey || before !== after)) {
        changed = Object.fromEntries(inner.map(([, key, , after]) => [key, after]));
      }
    }
    if (changed !== undefined) return changed;
    this.#clean.add(value);
    return value;
  }

  /** The same error: what it says, and what its causes say, is changed in place. */
  error(error: unknown): unknown {
    if (this.isIdle) return error;
    const seen = new Set<unknown>();
    for (let it: unknown = error; it instanceof Error && !seen.has(it); it = it.cause) {
      seen.add(it);
      for (const key of Object.getOwnPropertyNames(it)) {
        const own = Object.getOwnPropertyDescriptor(it, key)!;
        if (key === "cause" || !("value" in own)) continue;
        const safe = this.value(own.value);
        if (safe !== own.value) Object.defineProperty(it, key, { ...own, value: safe });
      }
    }
    return error;
  }

  /** For text that comes in pieces. */
  stream(): RedactedStream {
    return new RedactedStream((text) => this.text(text), (text) => this.#heldFrom(text));
  }

  /** Where the longest end of `text` begins that could be the beginning of a secret. */
  #heldFrom(text: string): number {
    for (let from = Math.max(0, text.length - this.#longest + 1); from < text.length; from++) {
      if (this.#prefixes.has(text.slice(from))) return from;
    }
    return text.length;
  }
}

/** Counts what was taken out of a text, by the variable that held it. */
export function countRedacted(text: string, counts: Map<string, number>): void {
  if (!text.includes("[redacted")) return;
  for (const [, name = "a cut one"] of text.matchAll(/\[redacted(?: ([A-Za-z_]\w{0,80}))?\]/g)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}

/** What could be the beginning of a secret waits for what follows it. */
export class RedactedStream {
  readonly #redact: (text: string) => string;
  readonly #heldFrom: (text: string) => number;
  #held = "";

  constructor(redact: (text: string) => string, heldFrom: (text: string) => number) {
    this.#redact = redact;
    this.#heldFrom = heldFrom;
  }

  /** What can be shown now; may be empty. */
  push(text: string): string {
    const all = this.#redact(this.#held + text);
    const from = this.#heldFrom(all);
    this.#held = all.slice(from);
    return all.slice(0, from);
  }

  /** The rest. What is long enough to betray a secret that was cut off stays back. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest.length < SECRET_MIN_CHARS ? rest : "[redacted]";
  }
}

/** Looks for nothing. */
export const NO_SECRETS = new Redactor([]);

const utf8 = new TextEncoder();

function spellings(secret: string): readonly string[] {
  const bytes = utf8.encode(secret);
  const hex = bytes.toHex();
  const percent = encodeURIComponent(secret.toWellFormed());
  const strict = percent.replace(/[!'()*]/g, percentOf);
  const everyByte = hex.replace(/../g, "%$&");
  const json = JSON.stringify(secret).slice(1, -1);
  const units = (of: RegExp) =>
    secret.replace(of, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const html = secret.replace(/[&<>"']/g, (char) => HTML[char]!);
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const plain = [secret, percent, strict, everyByte, hex, json, json.replaceAll("/", "\\/"), html];
  const all = [
    ...plain,
    JSON.stringify(json).slice(1, -1),
    percent.replaceAll("%20", "+"),
    units(/[^]/g),
    units(/[^A-Za-z0-9_ -]/g),
    ...base64.flatMap((it) => [it, it.replaceAll("+", "-").replaceAll("/", "_"), encodeURIComponent(it)]),
  ];
  // Escapes are written with small digits or large ones.
  const digits = all.flatMap((it) => [
    it,
    it.replace(/%[0-9A-F]{2}/gi, (escape) => escape.toLowerCase()),
    it.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase()),
    it.replace(/\\u([0-9a-f]{4})/g, (_, unit: string) => `\\u${unit.toUpperCase()}`),
  ]);
  return [...new Set([...digits, hex.toUpperCase()])].filter((it) => it.length >= SECRET_MIN_CHARS);
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function percentOf(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The digits that follow from the secret alone when it begins `offset` bytes after a multiple of three. */
function base64At(bytes: Uint8Array, offset: number): string {
  const padded = new Uint8Array(offset + bytes.length);
  padded.set(bytes, offset);
  return padded.toBase64().slice(Math.ceil(offset * 8 / 6), Math.floor(padded.length * 8 / 6));
}
