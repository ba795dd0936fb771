import { quotedIf } from "./query_tokens.ts";
import { RUN_TERMS, type RunTerm } from "./run_terms.ts";

/** What the word at the end of a search could become. */
export interface QueryCompletion {
  /** The whole search with it. */
  readonly text: string;
  /** What stands for the word. */
  readonly word: string;
  /** In a few words; empty for a value that says itself. */
  readonly about: string;
}

/** Names that occur, by the term that asks for them: `{ agent: ["researcher"] }`. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

const COMPLETIONS_MAX = 50;
/** Longer searches are refused anyway. */
const TEXT_LENGTH_MAX = 2_000;
/** The last word; a dash before it negates. */
const LAST_WORD = /(?:^|[\s(])-?([^\s()]*)$/;
const TERM = /^(\p{L}+)(:|=|>=|<=|>|<)(.*)$/u;

/** Terms that begin as the last word of `text` does, or values for its term. Nothing behind a blank, or inside quotes. */
export function completeRunQuery(text: string, values: KnownValues = {}): readonly QueryCompletion[] {
  if (text.length > TEXT_LENGTH_MAX || (text.split('"').length - 1) % 2 === 1) return [];
  const word = LAST_WORD.exec(text)?.[1] ?? "";
  if (word === "") return [];
  const before = text.slice(0, text.length - word.length);
  const found = (written: string, about = ""): QueryCompletion => ({
    text: before + written,
    word: written,
    about,
  });
  const typed = TERM.exec(word);
  if (typed) {
    return valuesFor(typed[1]!.toLowerCase(), typed[2]!, typed[3]!, values).map((it) => found(it));
  }
  const begun = word.toLowerCase();
  return RUN_TERMS.filter((term) => term.name.startsWith(begun))
    .map((term: RunTerm) => found(term.name + signOf(term), term.meaning));
}

function signOf({ offers = [] }: RunTerm): string {
  return /^[><:=]/.exec(offers[0] ?? ":")![0];
}

function valuesFor(name: string, sign: string, value: string, values: KnownValues): readonly string[] {
  const term: RunTerm | undefined = RUN_TERMS.find((it) => it.name === name);
  if (!term) return [];
  // Several statuses stand side by side: the last of them is being typed.
  const kept = name === "status" ? value.slice(0, value.lastIndexOf(",") + 1) : "";
  const begun = value.slice(kept.length).toLowerCase();
  const offered = [
    ...(term.offers ?? []).filter((it) => it.startsWith(sign)).map((it) => it.slice(sign.length)),
    ...(Object.hasOwn(values, name) ? values[name]! : []).map((it) => quotedIf(it)),
  ].filter((it) => it !== "" && it.toLowerCase().startsWith(begun) && it.toLowerCase() !== begun);
  return [...new Set(offered)].slice(0, COMPLETIONS_MAX).map((it) => `${name}${sign}${kept}${it}`);
}
