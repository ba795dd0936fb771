import { z } from "zod";
import { textSetting } from "./settings.ts";

/** The best that the API always has. */
const MODEL = "mistral-large-latest";

const RUBRIC_MAX_CHARS = 20_000;
const TOKENS_MAX = 32_000;

/** For all questions about one run. */
export const JUDGE_MS_MAX = 300_000;

export const modelSetting = textSetting().default(MODEL);
export const passSetting = z.coerce.number().min(0).max(1).default(0.5);

/** Keys that every kind of judge has. */
export const judgeSettings = {
  model: modelSetting,
  rubric: textSetting(z.string().trim().min(1).max(RUBRIC_MAX_CHARS)),
  /** It sees what tools were asked and said as well. */
  steps: z.boolean().default(false),
  maxTokens: z.coerce.number().int().min(16).max(TOKENS_MAX).default(1024),
};
