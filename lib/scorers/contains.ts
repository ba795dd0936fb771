import { z } from "zod";
import { answerOf, quote } from "./answer.ts";
import { defineScorer, passOrFail, type ScorerFactory } from "./define_scorer.ts";
import { textSetting, textsSetting } from "./settings.ts";

const ignoreCase = z.boolean().default(false);
const texts = textsSetting();

function looking(answer: string, isLoose: boolean): (text: string) => boolean {
  const normal = (it: string) => isLoose ? it.toLowerCase() : it;
  const looked = normal(answer);
  return (text) => looked.includes(normal(text));
}

function oneText(name: string): ScorerFactory {
  return defineScorer({
    name,
    version: "1",
    description: "the answer contains this text",
    setting: "text",
    example: `${name}=36,034.80`,
    settings: z.strictObject({ text: textSetting(), ignoreCase }),
    prepare({ text, ignoreCase }) {
      return (trace) => {
        const answer = answerOf(trace);
        const found = looking(answer, ignoreCase)(text);
        return passOrFail(found, `${quote(text)} is ${found ? "" : "not "}in ${quote(answer)}`);
      };
    },
  });
}

export const contains = oneText("contains");

/** What `contains` was called first. */
export const includes = oneText("includes");

export const containsAll = defineScorer({
  name: "contains_all",
  version: "1",
  description: "the answer contains all of these texts; the value is the share that it contains",
  setting: "texts",
  takesList: true,
  example: "'contains_all=[Paris, Lyon]'",
  settings: z.strictObject({ texts, ignoreCase }),
  prepare({ texts, ignoreCase }) {
    return (trace) => {
      const has = looking(answerOf(trace), ignoreCase);
      const missing = texts.filter((text) => !has(text));
      return {
        value: (texts.length - missing.length) / texts.length,
        passed: missing.length === 0,
        explanation: missing.length === 0
          ? `all ${texts.length} are in the answer`
          : `${missing.length} of ${texts.length} missing, ${quote(missing[0]!)} first`,
      };
    };
  },
});

export const containsAny = defineScorer({
  name: "contains_any",
  version: "1",
  description: "the answer contains at least one of these texts",
  setting: "texts",
  takesList: true,
  example: "'contains_any=[refund, money back]'",
  settings: z.strictObject({ texts, ignoreCase }),
  prepare({ texts, ignoreCase }) {
    return (trace) => {
      const answer = answerOf(trace);
      const found = texts.find(looking(answer, ignoreCase));
      return found === undefined
        ? passOrFail(false, `none of ${texts.length} is in ${quote(answer)}`)
        : passOrFail(true, `${quote(found)} is in the answer`);
    };
  },
});
