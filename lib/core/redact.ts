/** What must not leave the program: the variable that holds it, and its value. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** A place in a text, and what stands there instead. */
export interface Found {
  readonly from: number;
  readonly to: number;
  readonly mark: string;
}

/** Looks for what may not be kept, by how it looks. */
export interface Finder {
  /** In order; none reaches into another. */
  find(text: string): readonly Found[];
  /** Characters after which what it finds has ended, spaces in it included; it is one word without. */
  readonly reach?: number;
}

/** Shorter values are parts of ordinary words. */
const SECRET_MIN_CHARS = 8;

/** Of what was shown, what may tell what follows it: `password = `. */
const CONTEXT_CHARS = 64;
/** A longer word is shown all the same, but for its end. */
const WORD_MAX_CHARS = 8_192;
const WORD_REST_CHARS = 1_024;
/** The end of a text, from the last character on that no key is made of. */
const LAST_WORD = /[^\w+\/=.:@%&?#~-][\w+\/=.:@%&?#~-]*$/;
/** A private key waits whole. */
const KEY_BEGIN = "-----BEGIN ";
const KEY_END = "-----END ";
const KEY_MAX_CHARS = 16_384;
/** More are not needed for any text that was seen. */
const ROUNDS_MAX = 4;
/** Of ours, and made of digits: they look like much. */
const OWN_IDS = new Set([
  "traceId",
  "spanId",
  "parentSpanId",
  "snapshotId",
  "runId",
  "parentRunId",
  "evalId",
  "hash",
]);

/**
 * Takes every configured secret out of texts and values, also where it was encoded: base64 at any offset, percent, hex, JSON and
 * HTML escapes. Of these it looks for exact matches only; what else may not be kept, `Finder`s tell by how it looks.
 */
export class Redactor {
  /** The longest first: one may begin like another. */
  readonly #marks: ReadonlyMap<string, string>;
  readonly #prefixes: ReadonlySet<string>;
  readonly #pattern: RegExp | undefined;
  readonly #shortest: number;
  readonly #longest: number;
  /** Objects that hold none. What events carry is never changed, and mostly sent again and again. */
  #clean = new WeakSet<object>();
  readonly #finders: Finder[] = [];

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
    this.#longest = needles[0]?.length ?? 0;
    this.#shortest = needles.at(-1)?.length ?? Infinity;
    this.#prefixes = new Set(needles.flatMap((it) => Array.from(it, (_, end) => it.slice(0, end))));
  }

  /** There is nothing to look for. */
  get isIdle(): boolean {
    return this.#pattern === undefined && this.#finders.length === 0;
  }

  /** From now on these are looked for, too. */
  learn(finders: readonly Finder[]): void {
    this.#finders.push(...finders);
    this.#clean = new WeakSet();
  }

  text(text: string): string {
    let safe = this.#exact(text);
    // What stood beside something that was found may be found without it.
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const found = this.#found(safe);
      if (found.length === 0) break;
      safe = replaced(safe, found);
    }
    return safe;
  }

  /** By all finders, in order; where they found the same, the first one's. */
  #found(text: string): readonly Found[] {
    const all = this.#finders.flatMap((finder) => finder.find(text)).toSorted((a, b) => a.from - b.from);
    const found: Found[] = [];
    for (const it of all) if (it.from >= (found.at(-1)?.to ?? 0)) found.push(it);
    return found;
  }

  #exact(text: string): string {
    return text.length < this.#shortest
      ? text
      : text.replace(this.#pattern!, (found) => this.#marks.get(found)!);
  }

  /** JSON-like data with every text in it redacted, keys too; the very same object when it holds none. */
  value<T>(value: T): T {
    return this.isIdle || this.#isClean(value) ? value : this.#walk(value) as T;
  }

  /** Nearly everything holds none, which is seen without a copy. */
  #isClean(value: unknown): boolean {
    if (typeof value === "string") {
      return this.#exact(value) === value &&
        this.#finders.every((finder) => finder.find(value).length === 0);
    }
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
        const it = (value as Record<string, unknown>)[key];
        if (isOwnId(key, it) ? this.#exact(it) !== it : !this.#isClean(key) || !this.#isClean(it)) {
          return false;
        }
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
        [key, this.text(key), it, isOwnId(key, it) ? this.#exact(it) : this.#walk(it)] as const
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
    return new RedactedStream({
      exact: (text) => this.#exact(text),
      found: (text) => this.#found(text),
      heldFrom: (text) => this.#heldFrom(text),
      waits: this.#finders.length === 0
        ? undefined
        : Math.max(...this.#finders.map(({ reach = 0 }) => reach)),
    });
  }

  /** Where the longest end of `text` begins that could be the beginning of a secret. */
  #heldFrom(text: string): number {
    const key = this.#finders.length === 0 ? -1 : text.lastIndexOf(KEY_BEGIN, text.length);
    if (key >= 0 && text.length - key < KEY_MAX_CHARS && !text.includes(KEY_END, key)) return key;
    for (let from = Math.max(0, text.length - this.#longest + 1); from < text.length; from++) {
      if (this.#prefixes.has(text.slice(from))) return from;
    }
    return text.length;
  }
}

/** Counts what was taken out of a text, by the variable that held it. */
export function countRedacted(text: string, counts: Map<string, number>): void {
  if (!text.includes("[redacted")) return;
  for (
    const [, name = "a cut one"] of text.matchAll(/\[redacted(?: ([A-Za-z_]\w{0,80})(?: [a-p]{16})?)?\]/g)
  ) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}

interface StreamRules {
  exact(text: string): string;
  found(text: string): readonly Found[];
  /** Where the end begins that could be the beginning of a secret. */
  heldFrom(text: string): number;
  /** At least so many characters at the end wait, and the word before them; absent: neither. */
  readonly waits: number | undefined;
}

/** What could be the beginning of a secret waits for what follows it. */
export class RedactedStream {
  readonly #rules: StreamRules;
  #held = "";
  #shown = "";

  constructor(rules: StreamRules) {
    this.#rules = rules;
  }

  /** What can be shown now; may be empty. */
  push(text: string): string {
    const { exact, heldFrom, waits } = this.#rules;
    const all = exact(this.#held + text);
    const from = heldFrom(all);
    if (waits !== undefined) return this.#show(all, lastWordOf(all, Math.min(from, all.length - waits)));
    this.#held = all.slice(from);
    return all.slice(0, from);
  }

  /** Shows `all` up to `to` at most, and holds the rest. */
  #show(all: string, to: number): string {
    const before = this.#shown.length;
    const places = this.#rules.found(this.#shown + all)
      .map((it) => ({ ...it, from: Math.max(0, it.from - before), to: it.to - before }))
      .filter((it) => it.to > 0);
    for (const it of places) if (it.from < to && it.to > to) to = it.from;
    const shown = all.slice(0, to);
    this.#held = all.slice(to);
    this.#shown = (this.#shown + shown).slice(-CONTEXT_CHARS);
    return replaced(shown, places.filter((it) => it.to <= to));
  }

  /** The rest. What is long enough to betray a secret that was cut off stays back. */
  end(): string {
    const { exact, heldFrom } = this.#rules;
    const rest = exact(this.#held);
    const from = heldFrom(rest);
    const tail = rest.length - from < SECRET_MIN_CHARS ? rest.slice(from) : "[redacted]";
    const shown = this.#show(rest.slice(0, from), from);
    this.#held = "";
    return shown + tail;
  }
}

/** Where the last word of `text` before `end` begins. */
function lastWordOf(text: string, end: number): number {
  const before = text.slice(Math.max(0, end - WORD_MAX_CHARS), Math.max(0, end));
  const from = before.search(LAST_WORD);
  if (from >= 0) return Math.max(0, end - WORD_MAX_CHARS) + from + 1;
  return before.length < WORD_MAX_CHARS ? 0 : end - WORD_REST_CHARS;
}

function isOwnId(key: string, value: unknown): value is string {
  return typeof value === "string" && OWN_IDS.has(key);
}

function replaced(text: string, found: readonly Found[]): string {
  let [safe, at] = ["", 0];
  for (const { from, to, mark } of found) {
    safe += text.slice(at, from) + mark;
    at = to;
  }
  return safe + text.slice(at);
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
