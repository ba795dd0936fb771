import type { z } from "zod";
import { canonicalJson, oneLine, type ScoreContext, tryParseJson } from "../core/mod.ts";
import { explainIssues } from "../schema/mod.ts";
import { unfenced } from "./answer.ts";
import { answerSchema } from "./judge_question.ts";

const QUOTED_MAX_CHARS = 120;

export interface JudgeQuestion<T> {
  /** What the runs of its questions are called. */
  readonly name: string;
  readonly model: string;
  readonly instructions: string;
  readonly prompt: string;
  readonly maxTokens: number;
  /** Reasoning comes first in it: models write in this order. */
  readonly verdict: z.ZodType<T>;
}

/**
 * Asks a model for a verdict, and once more when its answer is none. The answer as a whole must be one: nothing is looked for in
 * it. Throws when both are nonsense, when the model gives no answer, and the signal's reason.
 */
export async function askJudge<T>(context: ScoreContext, question: JudgeQuestion<T>): Promise<T> {
  const { name, model, instructions, prompt, maxTokens, verdict } = question;
  const responseSchema = answerSchema(verdict);
  let trouble = "";
  for (const isAgain of [false, true]) {
    const { text } = await context.askModel({
      name,
      model,
      instructions,
      prompt: isAgain
        ? `${prompt}\n\nYour last answer was no verdict: ${trouble}. Answer with JSON alone, by this schema: ` +
          canonicalJson(responseSchema)
        : prompt,
      responseSchema,
      maxTokens,
    });
    const value = tryParseJson(unfenced(text));
    const parsed = verdict.safeParse(value);
    if (parsed.success) return parsed.data;
    trouble = value === undefined ? "it is not JSON" : explainIssues(parsed.error, value, []);
    if (isAgain) {
      throw new Error(
        `${model} gave no verdict, asked twice: ${trouble}: ${oneLine(text, QUOTED_MAX_CHARS)}`,
      );
    }
  }
  throw new Error("not reached");
}
