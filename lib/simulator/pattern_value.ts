import { exactPattern } from "./pattern.ts";

const MAX_REPEAT = 64;
const MAX_LENGTH = 4000;
const CLASS_SAMPLES: Readonly<Record<string, string>> = {
  d: "0",
  w: "a",
  s: " ",
  D: "a",
  W: "-",
  S: "a",
  n: "\n",
  t: "\t",
};

/**
 * A short text that matches a JSON Schema `pattern`, or `undefined` when the pattern is long or uses something rare (look-around,
 * back references, Unicode classes). The first alternative and the fewest repetitions are taken, at least `lengthMin` characters
 * where a repetition allows it.
 */
export function valueForPattern(pattern: string, lengthMin = 0): string | undefined {
  const regex = exactPattern(pattern);
  if (!regex) return undefined;
  for (const extra of [0, lengthMin]) {
    const sample = new PatternSampler(pattern, extra).sample();
    if (sample === undefined || sample.length < lengthMin || sample.length > MAX_LENGTH) continue;
    if (regex.matcher(sample).find()) return sample;
  }
  return undefined;
}

class PatternSampler {
  readonly #pattern: string;
  readonly #repeat: number;
  #at = 0;
  #failed = false;

  constructor(pattern: string, repeat: number) {
    this.#pattern = pattern;
    this.#repeat = Math.min(repeat, MAX_REPEAT);
  }

  sample(): string | undefined {
    const text = this.#alternatives();
    return this.#failed || this.#at < this.#pattern.length ? undefined : text;
  }

  #alternatives(): string {
    const first = this.#sequence();
    while (this.#peek() === "|") {
      this.#at++;
      this.#sequence();
    }
    return first;
  }

  #sequence(): string {
    let text = "";
    while (this.#at < this.#pattern.length && !"|)".includes(this.#peek()) && !this.#failed) {
      const atom = this.#atom();
      text += this.#quantified(atom);
    }
    return text;
  }

  #atom(): string {
    const char = this.#take();
    if (char === "^" || char === "$") return "";
    if (char === ".") return "a";
    if (char === "[") return this.#class();
    if (char === "\\") return this.#escape();
    if (char !== "(") return char;
    if (this.#peek() === "?") {
      if (this.#pattern.startsWith("?:", this.#at)) this.#at += 2;
      else if (/^\?<\w+>/.test(this.#pattern.slice(this.#at))) {
        this.#at = this.#pattern.indexOf(">", this.#at) + 1;
      } else this.#failed = true;
    }
    const inner = this.#alternatives();
    if (this.#take() !== ")") this.#failed = true;
    return inner;
  }

  #escape(): string {
    const char = this.#take();
    if (char === "b") return "";
    if (/[1-9kpPux]/.test(char)) this.#failed = true;
    return CLASS_SAMPLES[char] ?? char;
  }

  #class(): string {
    const negated = this.#peek() === "^";
    const end = this.#closingBracket();
    const body = this.#pattern.slice(this.#at, end);
    this.#at = end + 1;
    if (!negated) return body[0] === "\\" ? CLASS_SAMPLES[body[1]!] ?? body[1]! : body[0] ?? "";
    const excluded = new RegExp(`[${body}]`, "u");
    const allowed = ["a", "0", "-", " ", "A", "_"].find((char) => excluded.test(char));
    if (allowed === undefined) this.#failed = true;
    return allowed ?? "";
  }

  #closingBracket(): number {
    let i = this.#at;
    while (i < this.#pattern.length && this.#pattern[i] !== "]") i += this.#pattern[i] === "\\" ? 2 : 1;
    return i;
  }

  #quantified(atom: string): string {
    const match = /^(?:([*+?])|\{(\d+)(,)?(\d+)?\})\??/.exec(this.#pattern.slice(this.#at, this.#at + 24));
    if (!match) return atom;
    this.#at += match[0].length;
    const min = match[1] === "+" ? 1 : Number(match[2] ?? 0);
    const max = match[1] === "?"
      ? 1
      : match[1] || (match[3] && !match[4])
      ? MAX_REPEAT
      : Number(match[4] ?? min);
    const count = Math.min(max, Math.max(min, this.#repeat));
    if (min <= MAX_REPEAT && atom.length * count <= MAX_LENGTH) return atom.repeat(count);
    this.#failed = true;
    return "";
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? "";
  }

  #take(): string {
    return this.#pattern[this.#at++] ?? "";
  }
}
