import { budgetRows, type CostsModel, shownRows } from "./model.ts";

/** The whole table as text, columns apart by tabs. */
export function tableText(model: CostsModel): string {
  const clean = (text: string) => text.replace(/[\t\r\n]/g, " ");
  if (model.tab === "budget") {
    const rows = budgetRows(model).map(({ run, budgetUsd }) =>
      [run.runId, clean(run.agent), run.totals.costUsd, budgetUsd].join("\t")
    );
    return ["run\tagent\tcostUsd\tbudgetUsd", ...rows].join("\n");
  }
  const rows = shownRows(model).map((row) =>
    [
      clean(row.key),
      row.runs,
      row.llmCalls,
      row.usage.inputTokens,
      row.usage.cachedInputTokens,
      row.usage.outputTokens,
      row.costUsd,
      row.unknownCostCalls,
      ...(model.whatIf ? [model.whatIf.usd.get(row.key) ?? "unknown"] : []),
    ].join("\t")
  );
  const heads = ["runs", "calls", "input", "cached", "output", "costUsd", "unknownCostCalls"];
  return [
    [model.tab, ...heads, ...(model.whatIf ? [`with ${clean(model.whatIf.model)}`] : [])].join("\t"),
    ...rows,
  ].join("\n");
}
