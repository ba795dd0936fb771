import { compact, knownCost, plural } from "../present/mod.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { noRuns } from "./frame/nothing.ts";
import { type Stacked, stackedRows, stackedSpec, stackedText } from "./frame/stacked.ts";
import { percent } from "./frame/text.ts";

const KINDS = ["from a cache", "lost", "new"] as const;

/** Input tokens by step: from a cache, paid in full though they need not have been, and new. */
export const cache: ChartDefinition = {
  name: "cache",
  about: "input tokens by step: from a cache, lost to broken beginnings, new",
  of: "runs",
  needs: ["cache"],
  draw({ cache }) {
    if (!cache || cache.inputTokens === 0) return noRuns("no model call with its prompt is on record");
    const count = Math.max(...cache.steps.map(({ step }) => step));
    const sums = Array.from({ length: count }, () => ({ input: 0, cached: 0, lost: 0 }));
    for (const it of cache.steps) {
      const sum = sums[it.step - 1]!;
      sum.input += it.inputTokens;
      sum.cached += it.cachedTokens;
      sum.lost += it.lostTokens;
    }
    // Steps that call tools have no prompt.
    const asked = sums.map((sum, index) => ({ ...sum, step: index + 1 })).filter(({ input }) => input > 0);
    const stacked: Stacked = {
      labels: asked.map(({ step }) => String(step)),
      names: KINDS,
      values: asked.map(({ input, cached, lost }) => [cached, lost, Math.max(0, input - cached - lost)]),
      fields: { label: "step", name: "kind", value: "tokens" },
      title: "input tokens by step",
      axisFormat: "~s",
      format: compact,
    };
    const lost = cache.lostTokens === 0
      ? "none lost"
      : `about ${knownCost(cache.lostUsd, cache.unpricedCalls)} lost to ${
        plural(cache.lostTokens, "token")
      } paid again`;
    return {
      title: `${percent(cache.cachedTokens / cache.inputTokens)} of ${
        compact(cache.inputTokens)
      } input tokens came from a cache; ${lost}`,
      subtitle: `${plural(cache.runs, "run")}, by step; lost is an estimate, in blocks`,
      columns: {
        step: { type: "text", about: "number of the step" },
        kind: { type: "text", about: "where the tokens came from" },
        tokens: { type: "integer", unit: "tokens", about: "how many" },
      },
      rows: stackedRows(stacked),
      spec: (theme) => stackedSpec(stacked, theme),
      text: stackedText(stacked),
    };
  },
};
