import { addUsage, NO_USAGE } from "../core/mod.ts";
import { compact, plural } from "../present/mod.ts";
import { bucketsOf } from "./frame/buckets.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { noRuns } from "./frame/nothing.ts";
import { type Stacked, stackedRows, stackedSpec, stackedText } from "./frame/stacked.ts";
import { percent } from "./frame/text.ts";

const KINDS = ["in, not cached", "in, cached", "out"] as const;

/** Tokens over time: in, from the cache, out. */
export const tokens: ChartDefinition = {
  name: "tokens",
  about: "tokens over time: in, from the cache, out",
  of: "runs",
  needs: ["usage"],
  draw({ usage, timeZone }) {
    const { inputTokens, cachedInputTokens, outputTokens } = usage.reduce(
      (sum, it) => addUsage(sum, it.usage),
      NO_USAGE,
    );
    if (inputTokens + outputTokens === 0) return noRuns("no tokens were used");
    const buckets = bucketsOf(usage.map((it) => it.quarterMs), timeZone);
    const sums = buckets.all.map(() => NO_USAGE);
    for (const it of usage) {
      const at = buckets.indexOf(it.quarterMs);
      sums[at] = addUsage(sums[at]!, it.usage);
    }
    const stacked: Stacked = {
      labels: buckets.all.map(({ label }) => label),
      names: KINDS,
      values: sums.map((it) => [
        Math.max(0, it.inputTokens - it.cachedInputTokens),
        it.cachedInputTokens,
        it.outputTokens,
      ]),
      fields: { label: "when", name: "kind", value: "tokens" },
      title: `tokens per ${buckets.unit}`,
      axisFormat: "~s",
      format: compact,
    };
    const cached = cachedInputTokens === 0
      ? "none of them from a cache"
      : `${percent(cachedInputTokens / inputTokens)} of them from a cache`;
    return {
      title: `${compact(inputTokens)} tokens in, ${cached}, and ${compact(outputTokens)} out`,
      subtitle: `${plural(new Set(usage.map((it) => it.runId)).size, "run")}, by the ${buckets.unit}`,
      columns: {
        when: { type: "text", about: `the ${buckets.unit} of the calls` },
        kind: { type: "text", about: "where the tokens went" },
        tokens: { type: "integer", unit: "tokens", about: "how many" },
      },
      rows: stackedRows(stacked),
      spec: (theme) => stackedSpec(stacked, theme),
      text: stackedText(stacked),
    };
  },
};
