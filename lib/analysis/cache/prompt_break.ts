import { byteLength, type Prompt, type PromptPart } from "./prompt_parts.ts";

/** What was edited where two prompts cease to begin alike. */
export type BreakCause =
  | "clock"
  | "id"
  | "number"
  | "instructions"
  | "tool_order"
  | "tools"
  | "window"
  | "message"
  | "shortened";

/** Where the beginning that two prompts share ends before the first of them does. */
export interface PromptBreak {
  readonly cause: BreakCause;
  /** `tools`, or `message 3 (user)`. */
  readonly part: string;
  /** The first byte that differs, from 0: of tools and messages as text. */
  readonly byte: number;
  /** What stood there, and what stands there now: a few words of each; empty where a piece is gone or new. */
  readonly before: string;
  readonly after: string;
}

/** How alike two prompts begin. */
export interface SharedStart {
  readonly bytes: number;
  /** Absent: all of the first is the beginning of the second. */
  readonly broken?: PromptBreak;
}

const EXCERPT_CHARS = 24;
const LOOKED_AT_CHARS = 40;
/** Each is tried on a few dozen characters around a difference. */
const TIMES =
  /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:[.,]\d{1,9})?)?|\d{1,2}:\d{2}(?::\d{2})?|\b1\d{9}(?:\d{3})?\b|\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\b(?: \d{1,2})?/g;
const IDS =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{12,}\b|\b(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{16,}/gi;
const NUMBERS = /\d+(?:[.,]\d+)?/g;

/** The beginning that two prompts share, and what ends it. */
export function sharedStart(before: Prompt, after: Prompt): SharedStart {
  let bytes = 0;
  for (const [index, was] of before.parts.entries()) {
    const is = after.parts[index];
    if (is && isSame(was, is)) {
      bytes += was.bytes;
      continue;
    }
    const at = is && was.kind === is.kind ? firstDifference(was.text, is.text) : 0;
    const byte = bytes + (is ? byteLength(was.text.slice(0, at)) : 0);
    return { bytes: byte, broken: { ...explained(before, after, index, at), byte } };
  }
  return { bytes };
}

function isSame(a: PromptPart, b: PromptPart): boolean {
  return a.kind === b.kind && a.text === b.text;
}

function firstDifference(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function explained(before: Prompt, after: Prompt, index: number, at: number): Omit<PromptBreak, "byte"> {
  const was = before.parts[index]!;
  const is = after.parts[index];
  if (was.kind === "definition" || is?.kind === "definition") return toolBreak(before, after, was, is);
  const part = `message ${was.name} (${was.kind})`;
  if (!is) return { cause: "shortened", part, ...excerpts(was.text, "", 0) };
  const isLater = before.parts.findIndex((it, place) => place > index && isSame(it, is));
  if (isLater >= 0) {
    const gone = isLater - index;
    return { cause: "window", part, before: `${gone} ${gone === 1 ? "message" : "messages"}`, after: "" };
  }
  if (was.kind !== is.kind) return { cause: "message", part, ...excerpts(was.text, "", 0) };
  const changing = changedBy(was.text, is.text, at);
  if (changing) return { ...changing, part };
  const cause = was.kind === "system" ? "instructions" : "message";
  return { cause, part, ...excerpts(was.text, is.text, at) };
}

function toolBreak(
  before: Prompt,
  after: Prompt,
  was: PromptPart,
  is: PromptPart | undefined,
): Omit<PromptBreak, "byte"> {
  const texts = ({ parts }: Prompt) =>
    parts.filter(({ kind }) => kind === "definition").map(({ text }) => text).sort();
  const [old, now] = [texts(before), texts(after)];
  const isReordered = old.length === now.length && old.every((text, place) => text === now[place]);
  const name = (part: PromptPart | undefined) =>
    part?.kind === "definition" ? part.name.slice(0, EXCERPT_CHARS) : "";
  return {
    cause: isReordered ? "tool_order" : "tools",
    part: "tools",
    before: name(was),
    after: name(is),
  };
}

/** What the texts differ by, where it is of a kind that changes by itself. */
function changedBy(was: string, is: string, at: number) {
  const kinds = [["clock", TIMES], ["id", IDS], ["number", NUMBERS]] as const;
  for (const [cause, pattern] of kinds) {
    const before = foundAt(pattern, was, at);
    const after = foundAt(pattern, is, at);
    if (before !== undefined && after !== undefined) return { cause, before, after };
  }
  return undefined;
}

function foundAt(pattern: RegExp, text: string, at: number): string | undefined {
  const from = Math.max(0, at - LOOKED_AT_CHARS);
  const around = text.slice(from, at + LOOKED_AT_CHARS);
  const found = [...around.matchAll(pattern)].find(({ index, 0: match }) =>
    index <= at - from && at - from <= index + match.length
  );
  return found?.[0];
}

function excerpts(was: string, is: string, at: number) {
  const from = Math.max(0, at - EXCERPT_CHARS / 2);
  const some = (text: string) => text.slice(from, at + EXCERPT_CHARS).replace(/\s+/g, " ").trim();
  return { before: some(was), after: some(is) };
}
