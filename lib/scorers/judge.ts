import { z } from "zod";
import type { Trace } from "../core/mod.ts";
import { askJudge, type JudgeQuestion } from "./ask_judge.ts";
import { defineScorer } from "./define_scorer.ts";
import { judgedTexts, judgeInstructions, material } from "./judge_question.ts";
import { JUDGE_MS_MAX, judgeSettings, passSetting } from "./judge_settings.ts";
import { versionOf } from "./version.ts";

const INSTRUCTIONS = judgeInstructions(
  "You judge the answer of an AI agent to a question, by the rubric alone. Your score is a number from 0 (the answer does not " +
    "meet the rubric at all) to 1 (it meets it fully).",
);

const verdict = z.strictObject({
  reasoning: z.string().max(20_000),
  score: z.number().min(0).max(1),
});

export type RubricVerdict = z.output<typeof verdict>;

/** What a judge is asked of one run. */
export function rubricQuestion(
  trace: Trace,
  { name, model, rubric, steps, maxTokens }: {
    readonly name: string;
    readonly model: string;
    readonly rubric: string;
    readonly steps: boolean;
    readonly maxTokens: number;
  },
): JudgeQuestion<RubricVerdict> {
  const prompt = `The rubric:\n${rubric}\n\n${
    material(judgedTexts(trace, { steps }))
  }\n\nJudge the answer by the rubric.`;
  return { name, model, instructions: INSTRUCTIONS, prompt, maxTokens, verdict };
}

export const rubricVersion = (template: unknown) => versionOf("1", INSTRUCTIONS, template ?? null);

export const judge = defineScorer({
  name: "judge",
  version: rubricVersion,
  description: "a model judges the answer by a rubric; passes from 0.5, or from `pass`",
  setting: "rubric",
  example: "'judge={model: mistral-large-latest, rubric: The answer names its source., pass: 0.7}'",
  settings: z.strictObject({ ...judgeSettings, pass: passSetting }),
  timeoutMs: () => JUDGE_MS_MAX,
  prepare(settings) {
    const { pass } = settings;
    return async (trace, context) => {
      const { score, reasoning } = await askJudge(
        context,
        rubricQuestion(trace, { name: "judge", ...settings }),
      );
      return { value: score, passed: score >= pass, explanation: `${score}, wanted ${pass}: ${reasoning}` };
    };
  },
});
