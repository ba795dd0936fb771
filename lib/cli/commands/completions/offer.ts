import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { escapeText, oneLine } from "../../../core/mod.ts";
import type { Candidate, Offer } from "./candidate.ts";
import { type Cursor, findCursor, flagsOf } from "./cursor.ts";
import { commandsIn, type Lookup, VALUES } from "./values.ts";

const ABOUT_MAX_CHARS = 80;
/** What cannot be typed, or would not be seen when it is. */
const UNTYPABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** What may stand at the cursor, the last of `words`; `lookup` gets the values of the program's own flags in them. */
export async function offer(
  program: CommandUnknownOpts,
  words: readonly string[],
  lookup: (given: Readonly<Record<string, string>>) => Lookup,
): Promise<Offer> {
  const { cursor, given } = findCursor(program, words);
  const found = await offerAt(cursor, () => lookup(given));
  const seen = new Set<string>();
  const candidates = found.candidates.filter(({ value }) => {
    const isWanted = value.startsWith(cursor.word) && !UNTYPABLE.test(value) && !seen.has(value);
    seen.add(value);
    return isWanted;
  });
  return {
    ...found,
    candidates: candidates.map(({ value, about = "" }) => ({
      value: cursor.prefix + value,
      about: escapeText(oneLine(about, ABOUT_MAX_CHARS)),
    })),
  };
}

async function offerAt(cursor: Cursor, lookup: () => Lookup): Promise<Offer> {
  const { command, place, before, word } = cursor;
  if (place.kind === "flag") return { candidates: flags(command) };
  const commands = place.kind === "argument" && before.length === 0 ? commandsIn(command) : [];
  if (commands.length > 0) return { candidates: commands };
  if (place.choices.length > 0) return { candidates: place.choices.map((value) => ({ value })) };
  const values = (place.kind === "value" ? VALUES[place.flag] : undefined) ?? VALUES[place.name];
  if (values) return await values(cursor, lookup());
  // Where nothing else can stand, the flags are what is left to say.
  return { candidates: place.name === "" && word === "" ? flags(command) : [] };
}

function flags(command: CommandUnknownOpts): readonly Candidate[] {
  return flagsOf(command).flatMap(({ long, short, description }) =>
    [long, short].filter((it) => it !== undefined).map((value) => ({ value, about: description }))
  );
}
