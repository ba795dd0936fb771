import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { systemHost } from "../../../core/mod.ts";
import { readConfig } from "../../config.ts";
import type { Candidate, Offer } from "./candidate.ts";
import { offer } from "./offer.ts";
import type { Shell } from "./scripts.ts";
import { escapeForBash, type ShellWords, splitShellWords } from "./shell_words.ts";

/**
 * The answer to a shell's question, as `scripts.ts` describes it. Bash gives the line up to the cursor and what ends a word; the
 * others the words after the program's name, as they were typed. Never throws: who completes does not want to read of trouble.
 */
export async function answerShell(
  program: CommandUnknownOpts,
  shell: Shell,
  question: readonly string[],
): Promise<string> {
  try {
    const typed = shell === "bash" ? wordsOfBash(question) : wordsOf(question);
    const found = await offer(program, typed.words, ({ store, home }) => ({
      config: () => readConfig({ store, home }),
      nowMs: systemHost().now(),
    }));
    return formatAnswer(found, shell === "bash" ? (it) => typableInBash(it, typed) : (it) => [it]);
  } catch {
    return "nothing\n";
  }
}

function wordsOfBash([line = "", breaks = ""]: readonly string[]): ShellWords {
  const { words, ...rest } = splitShellWords(line, breaks.replace(/[\s"']/g, ""));
  return { words: words.slice(1), ...rest };
}

function wordsOf(question: readonly string[]): ShellWords {
  const words = question.map((it) => splitShellWords(it.replace(/\s/g, "\\$&")).words[0]!);
  return { words: words.length === 0 ? [""] : words, quote: undefined, detached: 0 };
}

/** As bash wants it: what it took for earlier words left out, in or without the quotes that are open. */
function typableInBash({ value, about }: Candidate, { quote, detached }: ShellWords): readonly Candidate[] {
  const rest = { value: value.slice(detached), ...(about === undefined ? {} : { about }) };
  if (quote === undefined) return [{ ...rest, value: escapeForBash(rest.value) }];
  const isPlain = !(quote === "'" ? /'/ : /["\\$`!]/).test(rest.value);
  return isPlain ? [rest] : [];
}

function formatAnswer(
  { candidates, then = "nothing", goesOn }: Offer,
  typable: (it: Candidate) => readonly Candidate[],
) {
  const lines = candidates.flatMap(typable).map(({ value, about }) => about ? `${value}\t${about}` : value);
  return [goesOn ? `${then} goes-on` : then, ...lines, ""].join("\n");
}
