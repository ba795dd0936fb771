import { z } from "zod";
import { answerOf, quote } from "./answer.ts";
import { defineScorer } from "./define_scorer.ts";
import { numbersIn, type WrittenNumber, writtenNumbers } from "./numeric.ts";
import { callsOf } from "./tool_calls.ts";

/** A comma before one or two last digits, points or spaces between groups of three: `1.204,5`, `36 034,80`. */
const COMMA_DECIMALS = /(?<![\d.,])-?(?:\d{1,3}(?:[.\u00a0\u202f ]\d{3}){1,6}|\d{1,18}),\d{1,2}(?![\d,])/g;
/** `1. First`, `2) Second`: counted, not said. */
const LIST_MARKS = /^[ \t]{0,12}\d{1,3}[.)](?=\s)/gm;
const DECIMALS_MAX = 12;
/** Of the size of a number: nearer ones are equal but for rounding of binary fractions. */
const ROUNDING = 1e-12;

export const faithfulNumbers = defineScorer({
  name: "faithful_numbers",
  version: "1",
  description:
    "every number of the answer occurs in a tool's result, or (`question`) in the question: whole, or rounded to the " +
    "decimals that the answer gives it; the value is the share that does",
  example: "faithful_numbers, or 'faithful_numbers={rounded: false, question: false}'",
  settings: z.strictObject({ rounded: z.boolean().default(true), question: z.boolean().default(true) }),
  prepare({ rounded, question }) {
    return (trace) => {
      const sources = [
        ...callsOf(trace).map(({ result }) => result),
        ...(question ? [trace.run.prompt] : []),
      ];
      const known = new KnownNumbers(sources.flatMap(readings));
      const said = saidNumbers(answerOf(trace), known, rounded);
      if (said.length === 0) return { value: 1, passed: true, explanation: "the answer has no number" };
      const roundedCount = said.filter(({ how }) => how === "rounded").length;
      const unknown = said.filter(({ how }) => how === "unknown");
      const note = roundedCount === 0 ? "" : `, ${roundedCount} of them rounded`;
      const first = unknown[0];
      return {
        value: (said.length - unknown.length) / said.length,
        passed: !first,
        explanation: `${said.length - unknown.length} of ${said.length} numbers are known${note}` +
          (first ? `; ${quote(first.text)} is not` : ""),
      };
    };
  },
});

type Found = "whole" | "rounded" | "unknown";

class KnownNumbers {
  readonly #whole: ReadonlySet<number>;
  readonly #rounded = new Map<number, ReadonlySet<number>>();

  constructor(numbers: readonly number[]) {
    // A number that fell by 5 is written with a sign here and without one there.
    this.#whole = new Set(numbers.map(Math.abs));
  }

  find({ value, decimals }: Pick<WrittenNumber, "value" | "decimals">, mayRound: boolean): Found {
    if (this.#whole.has(Math.abs(value))) return "whole";
    if (!mayRound || decimals > DECIMALS_MAX) return "unknown";
    let rounded = this.#rounded.get(decimals);
    if (!rounded) {
      const units = 10 ** decimals;
      // Half a unit may go either way, as people round it.
      rounded = new Set([...this.#whole].flatMap((it) => {
        const at = it * units;
        const off = ROUNDING * Math.max(1, Math.abs(at));
        return [Math.round(at + off), Math.round(at - off)];
      }));
      this.#rounded.set(decimals, rounded);
    }
    return rounded.has(Math.round(Math.abs(value) * 10 ** decimals)) ? "rounded" : "unknown";
  }
}

/** The numbers of a text, read with points and with commas before decimals. */
function readings(text: string): readonly number[] {
  return [
    ...numbersIn(text),
    ...[...text.matchAll(COMMA_DECIMALS)].map(([match]) => commaNumber(match).value),
  ];
}

function commaNumber(text: string): WrittenNumber {
  const [whole = "", behind = ""] = text.split(",");
  return {
    value: Number(`${whole.replace(/[.\u00a0\u202f ]/g, "")}.${behind}`),
    decimals: behind.length,
    text,
  };
}

/** Where a comma may stand before decimals or between numbers, the reading that is known counts. */
function saidNumbers(
  answer: string,
  known: KnownNumbers,
  mayRound: boolean,
): readonly { text: string; how: Found }[] {
  const said: { text: string; how: Found }[] = [];
  const rest = answer.replace(LIST_MARKS, " ").replace(COMMA_DECIMALS, (match) => {
    const how = known.find(commaNumber(match), mayRound);
    if (how === "unknown") return match;
    said.push({ text: match, how });
    return " ";
  });
  for (const number of writtenNumbers(rest)) {
    said.push({ text: number.text, how: known.find(number, mayRound) });
  }
  return said;
}
