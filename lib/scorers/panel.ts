import { z } from "zod";
import { messageOf } from "../core/mod.ts";
import { scoreValue } from "../present/mod.ts";
import { askJudge } from "./ask_judge.ts";
import { defineScorer } from "./define_scorer.ts";
import { rubricQuestion, rubricVersion } from "./judge.ts";
import { JUDGE_MS_MAX, judgeSettings, passSetting } from "./judge_settings.ts";
import { textSetting } from "./settings.ts";

const JUDGES_MAX = 9;

const { model: _, ...settings } = judgeSettings;

export const panel = defineScorer({
  name: "panel",
  version: rubricVersion,
  description:
    "several models judge by one rubric: by `majority` the value is the share of those that pass it, by `mean` the mean",
  setting: "rubric",
  example:
    "'panel={models: [mistral-small-latest, mistral-large-latest, magistral-medium-latest], rubric: It is polite.}'",
  settings: z.strictObject({
    ...settings,
    models: z.array(textSetting()).min(2).max(JUDGES_MAX),
    by: z.enum(["majority", "mean"]).default("majority"),
    pass: passSetting,
  }),
  timeoutMs: () => JUDGE_MS_MAX,
  prepare({ models, by, pass, ...settings }) {
    return async (trace, context) => {
      const said = await Promise.all(models.map(async (model) => {
        try {
          const question = rubricQuestion(trace, { name: "panel", model, ...settings });
          return { model, score: (await askJudge(context, question)).score };
        } catch (error) {
          context.signal.throwIfAborted();
          return { model, error: messageOf(error) };
        }
      }));
      const scores = said.flatMap((it) => it.score === undefined ? [] : [it.score]);
      const each = said.map(({ model, score }) =>
        `${model} ${score === undefined ? "none" : scoreValue(score)}`
      ).join(", ");
      if (scores.length * 2 <= models.length) {
        const why = said.find((it) => it.error !== undefined)?.error ?? "";
        return { error: `${scores.length} of ${models.length} judges gave a verdict (${each}): ${why}` };
      }
      const passes = scores.filter((score) => score >= pass).length;
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      const spread = Math.max(...scores) - Math.min(...scores);
      const explanation = `${passes} of ${scores.length} pass, mean ${scoreValue(mean)}, ${
        scoreValue(spread)
      } apart: ${each}`;
      return by === "mean"
        ? { value: mean, passed: mean >= pass, explanation }
        : { value: passes / scores.length, passed: passes * 2 > scores.length, explanation };
    };
  },
});
