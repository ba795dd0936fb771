import { z } from "zod";
import type { Trace } from "../core/mod.ts";
import { askJudge } from "./ask_judge.ts";
import { answerOf } from "./answer.ts";
import { defineScorer } from "./define_scorer.ts";
import { judgeInstructions, material } from "./judge_question.ts";
import { JUDGE_MS_MAX, judgeSettings } from "./judge_settings.ts";
import { textSetting } from "./settings.ts";
import { versionOf } from "./version.ts";

const INSTRUCTIONS = judgeInstructions(
  "You compare two answers of AI agents to one question, by the rubric alone. Their order says nothing, and neither does their " +
    'length. Your verdict is "first", "second", or "neither" when none is better.',
);

const verdict = z.strictObject({
  reasoning: z.string().max(20_000),
  better: z.enum(["first", "second", "neither"]),
});

const { steps: _, ...settings } = judgeSettings;

export const pairwiseJudge = defineScorer({
  name: "pairwise",
  version: (template) => versionOf("1", INSTRUCTIONS, template ?? null),
  description:
    "a model says whether the answer is better (1) than another run's, or than the other variant's, worse (0) or neither (0.5), " +
    "asked in both orders",
  setting: "rubric",
  rival: "against",
  example: "'pairwise={rubric: It is more helpful., against: last~1}'",
  settings: z.strictObject({ ...settings, against: textSetting().optional() }),
  timeoutMs: () => JUDGE_MS_MAX,
  prepare({ model, rubric, maxTokens, against }) {
    return async (trace, context) => {
      const rival = against === undefined ? context.rival : await context.loadRun(against);
      if (!rival) return { error: "there is no other run to compare with" };
      const ask = async (first: Trace, second: Trace) => {
        const texts = { question: trace.run.prompt, first: answerOf(first), second: answerOf(second) };
        const prompt = `The rubric:\n${rubric}\n\n${
          material(texts)
        }\n\nWhich answer is better by the rubric?`;
        return await askJudge(context, {
          name: "pairwise",
          model,
          instructions: INSTRUCTIONS,
          prompt,
          maxTokens,
          verdict,
        });
      };
      const [ahead, behind] = await Promise.all([ask(trace, rival), ask(rival, trace)]);
      const isBetter = ahead.better === "first" && behind.better === "second";
      const isWorse = ahead.better === "second" && behind.better === "first";
      const isFlip = !isBetter && !isWorse && (ahead.better !== "neither" || behind.better !== "neither");
      const value = isBetter ? 1 : isWorse ? 0 : 0.5;
      const said = isBetter
        ? "better in both orders"
        : isWorse
        ? "worse in both orders"
        : isFlip
        ? `a tie: the verdict changes with the order (${ahead.better}, then ${behind.better})`
        : "a tie: neither is better";
      return { value, passed: value >= 0.5, explanation: `${said}: ${ahead.reasoning}` };
    };
  },
});
