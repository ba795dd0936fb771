import { z } from "zod";
import { answerOf, quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";

export const includes = defineScorer({
  name: "includes",
  version: "1",
  description: "the answer contains this text",
  setting: "text",
  example: "includes=36,034.80",
  settings: z.strictObject({ text: z.string().min(1), ignoreCase: z.boolean().default(false) }),
  prepare({ text, ignoreCase }) {
    const normal = (it: string) => ignoreCase ? it.toLowerCase() : it;
    return (trace) => {
      const answer = answerOf(trace);
      const found = normal(answer).includes(normal(text));
      return passOrFail(found, `${quote(text)} is ${found ? "" : "not "}in ${quote(answer)}`);
    };
  },
});
