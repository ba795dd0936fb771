import { z } from "zod";
import { wordDiff } from "../analysis/mod.ts";
import { answerOf } from "./answer.ts";
import { defineScorer } from "./define_scorer.ts";
import { textSetting } from "./settings.ts";

/** Dice's coefficient over the characters that a word diff leaves in place: 2 × same / (both lengths). */
export const similarity = defineScorer({
  name: "similarity",
  version: "1",
  description: "how much of the answer's words are those of this text, in their order; passes from 0.8",
  setting: "text",
  example: "'similarity={text: The total is 42., min: 0.9}'",
  settings: z.strictObject({ text: textSetting(), min: z.coerce.number().min(0).max(1).default(0.8) }),
  prepare({ text, min }) {
    return async (trace) => {
      const answer = answerOf(trace);
      let same = 0;
      for (const piece of await wordDiff(text, answer)) if (piece.op === "same") same += piece.text.length;
      const value = 2 * same / (text.length + answer.length);
      return {
        value,
        passed: value >= min,
        explanation: `${Math.round(value * 100)} % alike, wanted ${Math.round(min * 100)} %`,
      };
    };
  },
});
