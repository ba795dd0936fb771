import type { DeletionPlan } from "../../../app/mod.ts";
import { type Run, shortRunId } from "../../../core/mod.ts";
import { plural, shortStatus } from "../../../present/mod.ts";
import { notice } from "../../contract/effects.ts";
import type { Action, Actions } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { load, loadAnew } from "./load.ts";
import { NO_MARKS, subjects } from "./marks.ts";
import { type RunsModel, selectedRun } from "./model.ts";
import type { Exported } from "./queries.ts";

const LISTED_MAX = 8;
/** A page shows one run, or the difference of two. */
const PAGE_RUNS_MAX = 2;

/** What can be done with all marked runs at once, or else with the chosen one. */
export const BULK_ACTIONS: Actions<RunsModel> = {
  delete: (model) => {
    const runIds = chosen(model).map((run) => run.runId);
    return runIds.length === 0 ? [model, []] : load([model, []], "plan", { runIds });
  },
  delete_planned: (model) => {
    const { plan, ...rest } = model;
    return plan ? load([rest, []], "deleted", { plan }) : [model, []];
  },
  export: (model) => [chosen(model).length > 0 ? { ...model, isExporting: true } : model, []],
  export_html: exported("html"),
  export_csv: exported("csv"),
  export_jsonl: exported("jsonl"),
  export_parquet: exported("parquet"),
  export_sqlite: exported("sqlite"),
  export_cancel: (model) => [closed(model), []],
};

export function chosen(model: RunsModel): readonly Run[] {
  return subjects(model.marks, selectedRun(model));
}

/** Asks, and says what goes. */
export function withPlan(model: RunsModel, plan: DeletionPlan): Step<RunsModel> {
  const { named, below } = plan;
  const lines = [...named, ...below].slice(0, LISTED_MAX).map((run) =>
    `${shortRunId(run.runId)}  ${run.agent}  ${shortStatus(run)}`
  );
  const more = named.length + below.length - lines.length;
  const what = plural(named.length, "run");
  return [{ ...model, plan }, [{
    type: "confirm",
    question: {
      title: `Delete ${what}?`,
      lines: [
        ...lines,
        ...(more > 0 ? [`and ${more} more`] : []),
        "",
        below.length === 0
          ? "With all their steps, messages and scores, for good."
          : `With ${
            plural(below.length, "run")
          } that work was handed to, and all their steps, messages and scores, for good.`,
      ],
      yes: `delete ${what}`,
      action: "delete_planned",
    },
  }]];
}

export function withDeleted(model: RunsModel, count: number, env: Env): Step<RunsModel> {
  const next: RunsModel = { ...model, marks: NO_MARKS };
  const [loading, effects] = loadAnew(next, { reversed: false, index: model.list.index }, env);
  return [loading, [notice("info", `Deleted ${plural(count, "run")}`), ...effects]];
}

export function withExported(model: RunsModel, { path }: Exported): Step<RunsModel> {
  return [model, [notice("info", `Wrote ${path}`)]];
}

function exported(format: string): Action<RunsModel> {
  return (model) => {
    const runs = chosen(model);
    if (format === "html" && runs.length > PAGE_RUNS_MAX) {
      return [closed(model), [
        notice(
          "warn",
          `Cannot put ${runs.length} runs on a page: it shows one, or the difference of two. Try: csv`,
        ),
      ]];
    }
    return load([closed(model), []], "exported", { format, runIds: runs.map((run) => run.runId) });
  };
}

function closed(model: RunsModel): RunsModel {
  const { isExporting: _, ...rest } = model;
  return rest;
}
