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
  /** It finds what people are called and reached by: names that the program finds things again by are left alone. */
  readonly isPersonal?: boolean;
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
/** A digit, an underscore, a capital within it: what few words have. */
const MAY_BE_KEY = /[0-9_]|[a-z][A-Z]/;
/** A private key waits whole. */
const KEY_BEGIN = "-----BEGIN ";
const KEY_END = "-----END ";
const KEY_MAX_CHARS = 16_384;
/** More are not needed for any text that was seen. */
const ROUNDS_MAX = 4;
/** Ids of ours are made of digits, and look like much; what else has such a name does not look like them. */
const ID_KEYS = /^(?:traceId|spanId|parentSpanId|snapshotId|runId|parentRunId|evalId|hash)$/;
const OWN_ID = /^[0-9a-f]{16,64}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What runs, models and cases are found again by. */
const LABEL_KEYS = /^(?:userId|group|agent)$/;
const MODEL_KEYS = /^(?:model|requestModel|responseModel|caseId)$/;
const MODEL_NAME = /^[^\s@]{1,120}$/;
const FIELD_NAME = /^[A-Za-z_$][\w$.:-]{0,100}$/;
/** Larger binary values are no text. */
const BYTES_MAX = 1_000_000;

type Kind = "text" | "label" | "id";

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
    return this.#safe(text, "text");
  }

  /** What something is found again by: it keeps what is personal in it, and no key. */
  label(text: string): string {
    return this.#safe(text, "label");
  }

  #safe(text: string, kind: Kind): string {
    let safe = this.#exact(text);
    // What stood beside something that was found may be found without it.
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const found = this.#found(safe, kind);
      if (found.length === 0) break;
      safe = replaced(safe, found);
    }
    return safe;
  }

  /** By the finders that such a text is shown to, in order; where they found the same, the first one's. */
  #found(text: string, kind: Kind): readonly Found[] {
    if (kind === "id") return [];
    const finders = kind === "text" ? this.#finders : this.#finders.filter(({ isPersonal }) => !isPersonal);
    const all = finders.flatMap((finder) => finder.find(text)).toSorted((a, b) => a.from - b.from);
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
  #isClean(value: unknown, kind: Kind = "text"): boolean {
    if (typeof value === "string") {
      return this.#exact(value) === value && this.#found(value, kind).length === 0;
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
      if (value instanceof Uint8Array) return this.#bytes(value) === value;
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return true;
      for (const key of Object.keys(value)) {
        const it = (value as Record<string, unknown>)[key];
        if (!this.#isClean(key, kindOfKey(key)) || !this.#isClean(it, kindOf(key, it, value))) return false;
      }
    }
    this.#clean.add(value);
    return true;
  }

  #walk(value: unknown, kind: Kind = "text"): unknown {
    if (typeof value === "string") return this.#safe(value, kind);
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
      if (value instanceof Uint8Array) return this.#bytes(value);
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return value;
      const inner = Object.entries(value).map(([key, it]) =>
        [key, this.#safe(key, kindOfKey(key)), it, this.#walk(it, kindOf(key, it, value))] as const
      );
      if (inner.some(([key, safeKey, before, after]) => key !== safeKey || before !== after)) {
        changed = fromEntries(inner.map(([, key, , after]) => [key, after]));
      }
    }
    if (changed !== undefined) return changed;
    this.#clean.add(value);
    return value;
  }

  /** Bytes are looked at as the text that they may be. */
  #bytes(value: Uint8Array): Uint8Array {
    if (value.length > BYTES_MAX) return value;
    const text = new TextDecoder("latin1").decode(value);
    const safe = this.text(text);
    return safe === text ? value : Uint8Array.from(safe, (char) => char.charCodeAt(0) & 0xff);
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
      found: (text) => this.#found(text, "text"),
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

/** Where the last word of `text` before `end` begins, if it may be a key. */
function lastWordOf(text: string, end: number): number {
  const before = text.slice(Math.max(0, end - WORD_MAX_CHARS), Math.max(0, end));
  const from = before.search(LAST_WORD);
  // Text that stops for good is shown to its end.
  const word = before.slice(from + 1);
  if (word.length <= SECRET_MIN_CHARS || !MAY_BE_KEY.test(word)) return Math.max(0, end);
  if (from >= 0) return Math.max(0, end - WORD_MAX_CHARS) + from + 1;
  return before.length < WORD_MAX_CHARS ? 0 : end - WORD_REST_CHARS;
}

function kindOfKey(key: string): Kind {
  return FIELD_NAME.test(key) ? "label" : "text";
}

function kindOf(key: string, value: unknown, of: object): Kind {
  if (typeof value !== "string") return "text";
  if (ID_KEYS.test(key) && OWN_ID.test(value)) return "id";
  if (MODEL_KEYS.test(key) && MODEL_NAME.test(value)) return "label";
  return LABEL_KEYS.test(key) && "traceId" in of && "runId" in of ? "label" : "text";
}

/** Keys that have become the same keep their values. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = Object.fromEntries([]);
  for (const [key, value] of entries) {
    let name = key;
    for (let at = 2; Object.hasOwn(object, name); at++) name = `${key} ${at}`;
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
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
