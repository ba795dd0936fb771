import { z } from "zod";
import { answerOf, quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";
import { textSetting } from "./settings.ts";

export const exact = defineScorer({
  name: "exact",
  version: "1",
  description: "the answer is exactly this text, but for space around it",
  setting: "text",
  example: "exact=42",
  settings: z.strictObject({ text: textSetting(z.string()), ignoreCase: z.boolean().default(false) }),
  prepare({ text, ignoreCase }) {
    const normal = (it: string) => ignoreCase ? it.trim().toLowerCase() : it.trim();
    return (trace) => {
      const answer = answerOf(trace);
      const same = normal(answer) === normal(text);
      return passOrFail(same, same ? "the answer is as wanted" : `got ${quote(answer)}`);
    };
  },
});
