import { z } from "zod";
import { AgentOpError, reasonOf, tryParseJson } from "../core/mod.ts";
import { explainIssues } from "../schema/mod.ts";
import { answerOf, quote, unfenced } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";

export const jsonAnswer = defineScorer({
  name: "json",
  version: "1",
  description: "the answer is JSON, in a code fence or bare, and follows a schema if one is given",
  setting: "schema",
  example: "json, or 'json={schema: {type: object, required: [total]}}'",
  settings: z.strictObject({ schema: z.record(z.string(), z.unknown()).optional() }),
  prepare({ schema }) {
    const follows = schema && checkOf(schema);
    return (trace) => {
      const answer = answerOf(trace);
      const value = tryParseJson(unfenced(answer));
      if (value === undefined) return passOrFail(false, `${quote(answer)} is not JSON`);
      const result = follows?.safeParse(value);
      return result?.error
        ? passOrFail(false, explainIssues(result.error, value, []))
        : passOrFail(true, schema ? "the answer follows the schema" : "the answer is JSON");
    };
  },
});

function checkOf(schema: Record<string, unknown>): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (error) {
    throw new AgentOpError(
      `Cannot set up scorer "json": the schema is not a JSON Schema: ${reasonOf(error)}`,
      { remedy: "{schema: {type: object}}" },
    );
  }
}
