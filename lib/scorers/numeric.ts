import { z } from "zod";
import { answerOf, quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";

/** Digits in groups of three behind a comma, an apostrophe or a narrow space, or plain; a point before decimals. */
const NUMBERS =
  /(?<![\d.])[-\u2212]?(?:(?:\d{1,3}(?:[,'\u2019\u00a0\u202f]\d{3}){1,6}|\d+)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?(?!\d)/g;
const NUMBERS_MAX = 10_000;

export const numeric = defineScorer({
  name: "numeric",
  version: "1",
  description: "a number in the answer equals this one, within a tolerance",
  setting: "value",
  example: "numeric=36034.8, or 'numeric={value: 36034.8, tolerance: 0.01, which: last}'",
  settings: z.strictObject({
    value: z.coerce.number(),
    /** Absolute. */
    tolerance: z.coerce.number().nonnegative().default(1e-9),
    which: z.enum(["any", "first", "last"]).default("any"),
  }),
  prepare({ value, tolerance, which }) {
    return (trace) => {
      const all = numbersIn(answerOf(trace));
      const looked = which === "any" ? all : which === "first" ? all.slice(0, 1) : all.slice(-1);
      const found = looked.find((it) => Math.abs(it - value) <= tolerance);
      if (found !== undefined) return passOrFail(true, `found ${found}`);
      const nearest = looked.toSorted((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];
      return passOrFail(
        false,
        nearest === undefined
          ? `no number in ${quote(answerOf(trace))}`
          : `wanted ${value}, ${which === "any" ? "nearest" : which} is ${nearest}`,
      );
    };
  },
});

/** The numbers of a text in their order, at most 10,000. */
export function numbersIn(text: string): readonly number[] {
  return writtenNumbers(text).map(({ value }) => value);
}

/** A number as it stands in a text. */
export interface WrittenNumber {
  readonly value: number;
  /** Digits behind the point; of one with an exponent none counts. */
  readonly decimals: number;
  readonly text: string;
}

/** The numbers of a text as they are written, in their order, at most 10,000. */
export function writtenNumbers(text: string): readonly WrittenNumber[] {
  const found: WrittenNumber[] = [];
  for (const [match] of text.matchAll(NUMBERS)) {
    const plain = match.replace(/[,'\u2019\u00a0\u202f]/g, "").replace("\u2212", "-");
    const [, behind = ""] = /^[^eE]*\.(\d+)$/.exec(plain) ?? [];
    found.push({ value: Number(plain), decimals: behind.length, text: match });
    if (found.length === NUMBERS_MAX) break;
  }
  return found;
}
