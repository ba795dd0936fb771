import { RE2JS } from "re2js";
import { z } from "zod";
import { AgentOpError, reasonOf } from "../core/mod.ts";
import { answerOf, quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";

/** RE2 takes time linear in the answer: no answer, however hostile, can hang a pattern. */
export const regex = defineScorer({
  name: "regex",
  version: "1",
  description:
    "the answer matches this regular expression somewhere (RE2: no look-around, no back-references)",
  setting: "pattern",
  example: "'regex=(?i)\\btotal: \\d+'",
  settings: z.strictObject({ pattern: z.string().min(1) }),
  prepare({ pattern }) {
    const compiled = compile(pattern);
    return (trace) => {
      const answer = answerOf(trace);
      const matcher = compiled.matcher(answer);
      return matcher.find()
        ? passOrFail(true, `found ${quote(matcher.group() ?? "")}`)
        : passOrFail(false, `no match in ${quote(answer)}`);
    };
  },
});

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new AgentOpError(
      `Cannot set up scorer "regex": ${reasonOf(error).replace(/^error parsing regexp: /, "")}`,
      { remedy: "regex='total: [0-9]+'" },
    );
  }
}
