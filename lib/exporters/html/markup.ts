import { escapeText } from "../../core/mod.ts";

/** Joins emoji to one picture. Anywhere else it hides in text. */
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})/u;
const PLAIN = /^[\w .,:;/#()+=$%~?!*@^|{}[\]–−→…-]*$/;

/** Part of a page. Whatever came from outside is escaped in it: only `markup` and `trusted` make one. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  toString(): string {
    return this.#text;
  }
}
export type { Markup };

/** What can stand in a page: text is escaped there, lists are put together. */
export type Content = Markup | string | number | readonly Content[];

/**
 * Writes a part of a page. Every value is escaped, in elements and in quoted attributes, unless it is markup itself; what
 * would hide or reorder text is shown as `\u202e`. (It is not called `html`: the formatter would rewrite its templates, and a blank
 * between two tags is a blank on the page.)
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { markup } from "./markup.ts";
 *
 * const name = "<script>";
 * assert.equal(String(markup`<b title="${name}">${name}</b>`), '<b title="&#60;script&#62;">&#60;script&#62;</b>');
 * ```
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = parts[0]!;
  for (let i = 0; i < values.length; i++) text += textOf(values[i]!) + parts[i + 1]!;
  return new Markup(text);
}

/** Markup that this program wrote, word for word: never anything that came from outside. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** Parts with a separator between them. */
export function joined(parts: readonly Content[], separator: Content): Markup {
  return new Markup(parts.map(textOf).join(textOf(separator)));
}

export const NOTHING: Markup = new Markup("");

function textOf(value: Content): string {
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  if (value instanceof Markup) return value.toString();
  let text = "";
  for (const part of value) text += textOf(part);
  return text;
}

/** Text as it may stand in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.split(EMOJI_JOINER).map((piece) => escapeText(piece, { multiline: true })).join("\u200d")
    .replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}
