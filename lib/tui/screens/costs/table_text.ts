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
  if (model.tab === "prompts") {
    const rows = (model.prompts?.prompts ?? []).map((it) =>
      [it.dearest.runId, clean(it.agent), it.runs, it.costUsd, it.unknownCostCalls, clean(it.prompt)].join(
        "\t",
      )
    );
    return ["run\tagent\truns\tcostUsd\tunknownCostCalls\tprompt", ...rows].join("\n");
  }
  if (model.tab === "twice") {
    const rows = (model.twice?.requests ?? []).map(({ calls, savedUsd, unknownCostCalls }) =>
      [calls[0]!.runId, calls.at(-1)!.runId, clean(calls[0]!.agent), calls.length, savedUsd, unknownCostCalls]
        .join("\t")
    );
    return ["firstRun\tlastRun\tagent\ttimes\tsavedUsd\tunknownCostCalls", ...rows].join("\n");
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
