import { tryParseJson } from "../../core/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import type { Line } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";
import { cleanLines } from "../terminal/text.ts";

const JSON_PARSE_LENGTH_MAX = 4_000_000;
const PARSED_KEPT = 6;

/** A piece of a text before it is laid out for a width. */
export type Part =
  | { readonly kind: "text"; readonly text: string; readonly tone: Tone; readonly indent: number }
  | { readonly kind: "markdown"; readonly text: string; readonly indent: number }
  | { readonly kind: "json"; readonly value: unknown; readonly indent: number }
  | { readonly kind: "code"; readonly text: string; readonly language: string; readonly indent: number }
  /** Parts that fold away under a heading; `isOpen` until the person says otherwise. */
  | {
    readonly kind: "fold";
    readonly title: string;
    readonly isOpen: boolean;
    readonly indent: number;
    readonly parts: readonly Part[];
  }
  /** Parts with a sign before each of their rows. */
  | { readonly kind: "signed"; readonly sign: string; readonly tone: Tone; readonly parts: readonly Part[] }
  /** A unified diff without the two lines that name the files. */
  | { readonly kind: "unified"; readonly text: string }
  /** `text` is what copying gives. */
  | {
    readonly kind: "draw";
    readonly text: string;
    draw(columns: number, glyphs: Glyphs): readonly Line[];
  };

export const textPart = (text: string, tone: Tone = "text", indent = 0): Part => ({
  kind: "text",
  text,
  tone,
  indent,
});
export const GAP: Part = textPart("");

let parsed: readonly { readonly text: string; readonly value: unknown }[] = [];

/** What a text holds if that is JSON; the last ones are remembered, as frames ask for the same again. */
function parsedJson(text: string): unknown {
  if (text.length > JSON_PARSE_LENGTH_MAX || !/^\s*[[{]/.test(text)) return undefined;
  const known = parsed.find((it) => it.text === text);
  if (known) return known.value;
  const value = tryParseJson(text);
  parsed = [{ text, value }, ...parsed].slice(0, PARSED_KEPT);
  return value;
}

/** JSON is laid out, and text that holds JSON likewise; any other text stays as it is. */
export function valueParts(value: unknown, indent = 0): readonly Part[] {
  if (value === undefined) return [];
  const inner = typeof value === "string" ? parsedJson(value) ?? value : value;
  return [
    typeof inner === "string" ? textPart(inner, "text", indent) : { kind: "json", value: inner, indent },
  ];
}

/** The parts as plain text, for the clipboard and the editor: all of it. */
export function partsText(parts: readonly Part[]): string {
  return cleanLines(parts.map(rawText).join("\n")).join("\n");
}

function rawText(part: Part): string {
  switch (part.kind) {
    case "json":
      return JSON.stringify(part.value, null, 2) ?? "";
    case "fold":
      return [part.title, ...part.parts.map(rawText)].join("\n");
    case "signed":
      return part.parts.map(rawText).join("\n");
    default:
      return part.text;
  }
}
