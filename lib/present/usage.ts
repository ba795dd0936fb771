import type { Usage } from "../core/mod.ts";
import { grouped } from "./numbers.ts";

/** Tokens of a run or a call: `1,172 in (1,024 cached), 76 out (12 reasoning)`. `write` is how numbers are written. */
export function usageText(usage: Usage, write: (tokens: number) => string = grouped): string {
  const note = (tokens: number, word: string) => tokens > 0 ? ` (${write(tokens)} ${word})` : "";
  return `${write(usage.inputTokens)} in${note(usage.cachedInputTokens, "cached")}, ` +
    `${write(usage.outputTokens)} out${note(usage.reasoningTokens, "reasoning")}`;
}
