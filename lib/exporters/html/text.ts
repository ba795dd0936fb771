import { tryParseJson } from "../../core/mod.ts";
import { grouped } from "../../present/mod.ts";
import { type Content, type Markup, markup, NOTHING } from "./markup.ts";

/** Of one text; a longer one keeps its beginning and its end. */
const TEXT_MAX_CHARS = 16_000;
const TAIL_CHARS = 2_000;
/** Of all texts of a page together. */
const PAGE_MAX_CHARS = 6_000_000;
/** Of all pairs of texts whose words are compared: it takes up to 10 ms for each thousand. */
const COMPARED_MAX_CHARS = 120_000;
/** Longer than this a text scrolls in a box of its own. */
const BOX_MAX_CHARS = 2_500;
const BOX_MAX_LINES = 30;

/** Texts from outside on one page: escaped, bounded one by one and together. Counts what it left out. */
export class PageText {
  #room: number;
  #cutTexts = 0;
  #cutChars = 0;
  #compared = 0;

  constructor(options: { readonly maxChars?: number } = {}) {
    this.#room = options.maxChars ?? PAGE_MAX_CHARS;
  }

  get cutTexts(): number {
    return this.#cutTexts;
  }

  get cutChars(): number {
    return this.#cutChars;
  }

  /** Text as it is, line by line. */
  block(text: string): Markup {
    return this.#bounded(text, (part) => markup`${part}`);
  }

  /** Text for reading, e.g. a prompt. */
  plain(text: string): Markup {
    const { head, tail, lost } = this.take(text);
    const part = (it: string) => it === "" ? "" : markup`<p class="prose plain" dir="auto">${it}</p>`;
    return markup`${part(head)}${cutNote(lost)}${part(tail)}`;
  }

  /** JSON, indented and coloured. */
  json(value: unknown): Markup {
    return this.#bounded(JSON.stringify(value, null, 2) ?? "", colored);
  }

  /** As a reader wants it: what is JSON as JSON, any other text as it is. */
  value(value: unknown): Markup {
    if (typeof value !== "string") return this.json(value);
    const parsed = /^\s*[[{]/.test(value) && value.length <= TEXT_MAX_CHARS ? tryParseJson(value) : undefined;
    return parsed === undefined ? this.block(value) : this.json(parsed);
  }

  /** Whether there is time left to look for the words that differ between two texts; takes it. */
  mayCompare(left: string, right: string): boolean {
    this.#compared += left.length + right.length;
    return this.#compared <= COMPARED_MAX_CHARS;
  }

  /** What may be shown of a text, and how much of its middle may not. */
  take(
    text: string,
    maxChars = TEXT_MAX_CHARS,
  ): { readonly head: string; readonly tail: string; readonly lost: number } {
    const room = Math.min(maxChars, this.#room);
    if (text.length <= room) {
      this.#room -= text.length;
      return { head: text, tail: "", lost: 0 };
    }
    const tailChars = Math.min(TAIL_CHARS, Math.floor(room / 4));
    const head = text.slice(0, room - tailChars).replace(/[\ud800-\udbff]$/, "");
    const tail = text.slice(text.length - tailChars).replace(/^[\udc00-\udfff]/, "");
    const lost = text.length - head.length - tail.length;
    this.#room -= head.length + tail.length;
    this.#cutTexts++;
    this.#cutChars += lost;
    return { head, tail, lost };
  }

  #bounded(text: string, write: (text: string) => Markup): Markup {
    const { head, tail, lost } = this.take(text);
    const end = tail === "" ? "" : box(tail, (part) => markup`${part}`);
    return markup`${head === "" ? "" : box(head, write)}${cutNote(lost)}${end}`;
  }
}

/** Says how much is missing here; nothing when nothing is. */
export function cutNote(lost: number): Markup {
  return lost === 0 ? NOTHING : markup`<p class="cut">… ${grouped(lost)} characters are left out here …</p>`;
}

function box(text: string, write: (text: string) => Markup): Markup {
  // A line feed right after the tag is no part of the text.
  return markup`<pre ${boxOf(text)}>${text.startsWith("\n") ? "\n" : ""}${write(text)}</pre>`;
}

/** Attributes of the element that holds `text`. What scrolls in itself must be in reach of the keyboard. */
export function boxOf(text: string): Markup {
  const long = text.length > BOX_MAX_CHARS || text.split("\n", BOX_MAX_LINES + 1).length > BOX_MAX_LINES;
  return long
    ? markup`dir="auto" class="long" tabindex="0" role="group" aria-label="long text"`
    : markup`dir="auto"`;
}

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON text with its keys, strings and other values told apart. */
function colored(json: string): Markup {
  const pieces: Content[] = [];
  let at = 0;
  for (const match of json.matchAll(TOKENS)) {
    const [whole, text, colon] = match;
    pieces.push(json.slice(at, match.index));
    if (text === undefined) pieces.push(markup`<span class="v">${whole}</span>`);
    else pieces.push(markup`<span class="${colon ? "k" : "s"}">${text}</span>${colon ?? ""}`);
    at = match.index + whole.length;
  }
  return markup`${pieces}${json.slice(at)}`;
}
