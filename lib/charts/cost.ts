import type { UsageFacts } from "../core/mod.ts";
import { money, plural } from "../present/mod.ts";
import { bucketsOf } from "./frame/buckets.ts";
import type { ChartDefinition, NothingToDraw } from "./frame/chart.ts";
import { usdFormat } from "./frame/formats.ts";
import { noRuns } from "./frame/nothing.ts";
import { seriesOf } from "./frame/series.ts";
import { highest, type Stacked, stackedRows, stackedSpec, stackedText } from "./frame/stacked.ts";
import { percent } from "./frame/text.ts";

/** Cost over time, stacked by model. */
export const cost: ChartDefinition = {
  name: "cost",
  about: "cost over time, stacked by model",
  of: "runs",
  needs: ["usage"],
  draw({ usage, timeZone }) {
    const used = usage.filter((it) => it.llmCalls > 0 || it.costUsd > 0);
    const unknownCalls = used.reduce((sum, it) => sum + it.unknownCostCalls, 0);
    const total = used.reduce((sum, it) => sum + it.costUsd, 0);
    if (total === 0) return used.length === 0 ? noRuns("no model was called") : noCost(unknownCalls);
    const { unit, stacked } = columnsOf(used, timeZone);
    const left = unknownCalls > 0 ? `; ${plural(unknownCalls, "call")} of unknown price not in it` : "";
    return {
      title: titleOf(used, stacked.names[0]!, total),
      subtitle: `${money(total)} in ${plural(new Set(used.map((it) => it.runId)).size, "run")}, ` +
        `by the ${unit}${left}`,
      columns: {
        when: { type: "text", about: `the ${unit} of the calls` },
        model: { type: "text", about: "the model that was billed" },
        costUsd: { type: "number", unit: "USD", about: "the known costs together" },
      },
      rows: stackedRows(stacked),
      spec: (theme) => stackedSpec(stacked, theme),
      text: stackedText(stacked),
    };
  },
};

function noCost(unknownCalls: number): NothingToDraw {
  if (unknownCalls === 0) return { nothing: "nothing was billed", remedy: "agentop chart tokens" };
  const calls = unknownCalls === 1 ? "the only call" : `all ${plural(unknownCalls, "call")}`;
  return {
    nothing: `the price of ${calls} is unknown`,
    remedy: "prices.yaml in the home folder, or agentop chart tokens",
  };
}

function columnsOf(
  used: readonly UsageFacts[],
  timeZone: string,
): { readonly unit: string; readonly stacked: Stacked } {
  // A model whose price is unknown would stand there as free.
  const known = used.filter((it) => it.costUsd > 0);
  const series = seriesOf(known.map((it) => [it.model, it.costUsd]));
  const buckets = bucketsOf(used.map((it) => it.quarterMs), timeZone);
  const values = buckets.all.map(() => series.names.map(() => 0));
  for (const it of known) {
    const column = values[buckets.indexOf(it.quarterMs)]!;
    const index = series.names.indexOf(series.shownAs(it.model));
    column[index] = column[index]! + it.costUsd;
  }
  const fields = { label: "when", name: "model", value: "costUsd" };
  return {
    unit: buckets.unit,
    stacked: {
      labels: buckets.all.map(({ label }) => label),
      names: series.names,
      values,
      fields,
      title: `cost in USD per ${buckets.unit}`,
      axisFormat: usdFormat(highest({ values })),
      format: money,
    },
  };
}

function titleOf(used: readonly UsageFacts[], first: string, total: number): string {
  const models = new Map<string, number>();
  for (const { model, costUsd } of used) models.set(model, (models.get(model) ?? 0) + costUsd);
  const most = Math.max(...models.values());
  return models.size === 1
    ? `${first} cost ${money(total)}`
    : `${first} took ${percent(most / total)} of the cost`;
}
