import { shortRunId } from "../../../core/mod.ts";
import { costOf, grouped, knownCost } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { type Line, line, seg } from "../../draw/line.ts";
import { clean, cut, fit } from "../../terminal/text.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import { costRows, type CostsModel } from "./model.ts";

const AGENT_COLUMNS = 16;

function lookOf(model: CostsModel, env: Env, columns: number) {
  const rows = costRows(model, env);
  return {
    top: model.list.top,
    height: rows.height,
    columns,
    glyphs: env.glyphs,
    selected: selectedIndex(model.list, rows),
  };
}

/** The prompts that cost most. */
export function promptTable(model: CostsModel, env: Env, columns: number): readonly Line[] {
  const room = Math.max(8, columns - AGENT_COLUMNS - 34);
  const head = `  ${fit("COST", 11, "right")}${fit("RUNS", 7, "right")}  ${fit("AGENT", AGENT_COLUMNS)}${
    fit("DEAREST", 10)
  }PROMPT`;
  return [
    line(head, "heading"),
    ...listLines(model.prompts?.prompts ?? [], lookOf(model, env, columns), (it) => [
      seg(fit(costOf(it), 11, "right"), it.unknownCostCalls > 0 ? "warn" : "strong"),
      seg(fit(grouped(it.runs), 7, "right")),
      seg(`  ${fit(clean(it.agent), AGENT_COLUMNS)}`, "agent"),
      seg(fit(shortRunId(it.dearest.runId), 10), "dim"),
      seg(cut(clean(it.prompt), room)),
    ]),
  ];
}

/** Requests that were paid more than once. */
export function twiceTable(model: CostsModel, env: Env, columns: number): readonly Line[] {
  const nameRoom = Math.max(8, columns - AGENT_COLUMNS - 48);
  const head = `  ${fit("SAVED", 11, "right")}${fit("PAID", 9, "right")}  ${fit("AGENT", AGENT_COLUMNS)}${
    fit("FIRST", 10)
  }${fit("LAST", 10)}MODEL`;
  return [
    line(head, "heading"),
    ...listLines(
      model.twice?.requests ?? [],
      lookOf(model, env, columns),
      ({ calls, savedUsd, unknownCostCalls }) => [
        seg(
          fit(knownCost(savedUsd, unknownCostCalls), 11, "right"),
          unknownCostCalls > 0 ? "warn" : "strong",
        ),
        seg(fit(`${grouped(calls.length)} times`, 9, "right")),
        seg(`  ${fit(clean(calls[0]!.agent), AGENT_COLUMNS)}`, "agent"),
        seg(fit(shortRunId(calls[0]!.runId), 10), "dim"),
        seg(fit(shortRunId(calls.at(-1)!.runId), 10), "dim"),
        seg(cut(clean(calls[0]!.model), nameRoom), "llm"),
      ],
    ),
  ];
}
