import { NO_EDITOR, notice } from "../../contract/effects.ts";
import type { Run } from "../../../core/mod.ts";
import { type Action, type Actions, updateOf } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import type { Effect } from "../../contract/message.ts";
import { BORDER } from "../../draw/pane.ts";
import { scoreSubject } from "../../trace/score_subject.ts";
import { wheelMotion } from "../../widgets/list.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { isInside } from "../../widgets/panes.ts";
import { withMissing, withPreview, withRows } from "./answers.ts";
import { BULK_ACTIONS, withDeleted, withExported, withPlan } from "./bulk.ts";
import { MENU_ACTIONS } from "./choosing.ts";
import {
  FILTER_ACTIONS,
  filtered,
  typedFilter,
  unfiltered,
  withFilterRead,
  withoutField,
} from "./filtering.ts";
import { FOLD_ACTIONS } from "./folding.ts";
import { loadAgain, loadAnew } from "./load.ts";
import {
  compareEffects,
  markedTo,
  NO_MARKS,
  showCommand,
  stopEffects,
  subjects,
  targetOf,
  toggled,
} from "./marks.ts";
import {
  rowInView,
  runsLayout,
  type RunsModel,
  selectedRow,
  selectedRun,
  tableHeight,
  writtenSoFar,
} from "./model.ts";
import type { RunsQueries } from "./queries.ts";
import { inView, moved, selected } from "./selection.ts";
import { sortedBy, type Sorting, SORTS } from "./sorting.ts";
import { columnAt, tableColumns } from "./table.ts";
import { readOn } from "./answer.ts";
import { rowAt } from "./window.ts";

/** Border and head. */
const TABLE_HEAD_ROWS = 2;
const FILTER_ROW = 1;

const ACTIONS: Actions<RunsModel> = {
  open,
  launch: (model) => [model, [{ type: "go", screen: "launch" }]],
  copy: (model) => {
    const ids = subjects(model.marks, selectedRun(model)).map((run) => run.runId);
    return [model, ids.length > 0 ? [{ type: "copy", text: ids.join("\n") }] : []];
  },
  copy_command: (model) => {
    const runs = subjects(model.marks, selectedRun(model));
    return [model, runs.length > 0 ? [{ type: "copy", text: showCommand(runs) }] : []];
  },
  notebook: (model) => {
    const runId = selectedRun(model)?.runId;
    return [model, runId === undefined ? [] : [{ type: "to_notebook", shown: { kind: "run", runId } }]];
  },
  score: (model) => [model, scoreEffects(model)],
  editor: (model, env) => openAnswer(model, selectedRun(model), env),
  mark: (model, env) => {
    const run = selectedRun(model);
    return run ? moved({ ...model, marks: toggled(model.marks, run) }, { action: "down" }, env) : [model, []];
  },
  demo: startDemo,
  replay: runAgain({ fork: false }),
  fork: runAgain({ fork: true }),
  compare: (model, env) => [model, compareEffects(model.marks, selectedRun(model), env.marked)],
  stop: (model) => [model, stopEffects(subjects(model.marks, selectedRun(model)), false)],
  stop_marked: (model) => [model, stopEffects(subjects(model.marks, selectedRun(model)), true)],
  zoom: (model, env) => inView({ ...model, zoom: !model.zoom }, env),
  mark_range: (model) => [{ ...model, marks: markedTo(model.marks, model.window, model.list.index) }, []],
  sort: (model, env) =>
    sorted(model, { sort: neighbour(SORTS, model.sorting.sort, 1), isReversed: false }, env),
  reverse: (model, env) => sorted(model, { ...model.sorting, isReversed: !model.sorting.isReversed }, env),
  again: launchAgain,
  ...BULK_ACTIONS,
  ...MENU_ACTIONS,
  ...FILTER_ACTIONS,
  ...FOLD_ACTIONS,
  back: (model, env) => {
    if (model.marks.size > 0) return [{ ...model, marks: NO_MARKS }, [{ type: "mark", run: undefined }]];
    const { sentWith, ...rest } = model;
    if (sentWith?.search !== model.filterText || !sentWith) return unfiltered(rest, env);
    // Sent here by another screen: back there, with the filter that was here before.
    const [next, effects] = filtered(withoutField(rest), sentWith.before, env);
    return [next, [...effects, { type: "leave" }]];
  },
};

export const updateRuns = updateOf<RunsModel, RunsQueries>({
  // Also reads a filter that was kept from the last time, or that the person was sent here with.
  entered: (model, { search }, env) => {
    if (search !== undefined && search !== model.filterText) {
      const sentWith = { search, before: model.filterText };
      return filtered({ ...withoutField(model), sentWith }, search, env);
    }
    const read = model.filterText === "" ? model : withFilterRead(model, env);
    return loadAgain(read, env, { atOnce: true });
  },
  storeChanged: (model, env) => loadAgain(model, env, { atOnce: false }),
  resized: inView,
  actions: () => ACTIONS,
  moved,
  typed: typedFilter,
  // The wheel is for what is under it.
  wheeled: (model, lines, { x, y }, env) => {
    const { preview, answer } = runsLayout(model, env);
    if (isInside(answer, x, y)) return [{ ...model, read: readOn(model, lines, env) }, []];
    return isInside(preview, x, y) ? [model, []] : moved(model, wheelMotion(lines), env);
  },
  clicked: (model, { x, y }, env) => {
    if (model.menu || model.isExporting || model.filters) return [model, []];
    if (y === FILTER_ROW && !model.editing) return ACTIONS["filter"]!(model, env);
    const { table } = runsLayout(model, env);
    const row = y - table.y - TABLE_HEAD_ROWS;
    const height = tableHeight(model, env);
    if (!isInside(table, x, y) || row < -1 || row >= height) return [model, []];
    if (row === -1) {
      const column = columnAt(tableColumns(table.columns - BORDER, model.columns), x - table.x - 1);
      const sorting = column && sortedBy(column, model.sorting);
      return sorting ? sorted(model, sorting, env) : [model, []];
    }
    const index = rowInView(model, row, height);
    const found = rowAt(model.window, index);
    if (!found) return [model, []];
    return found.id === model.list.selectedId ? open(model) : selected(model, index, env);
  },
  answered: {
    runs: withRows,
    count: (model, matching) => [{ ...model, matching }, []],
    // Figures of a filter that was left meanwhile must not take the place of those of the filter in view.
    activity: (model, activity) => [
      model.activity?.filterText === model.filterText && activity.filterText !== model.filterText
        ? model
        : { ...model, activity },
      [],
    ],
    preview: withPreview,
    partials: (model, partials) => [{ ...model, partials }, []],
    missing: withMissing,
    plan: withPlan,
    values: (model, values) => [{ ...model, values }, []],
    deleted: withDeleted,
    exported: withExported,
  },
  failed: {
    runs: (model, failure) => [{ ...model, state: "failed", failure }, []],
    missing: (model) => [model, []],
    // Completion is a help, not a need.
    values: (model) => [model, []],
  },
  launched: (model, run) => [{ ...model, starting: false }, [{ type: "go", screen: "live", target: run }]],
  launchFailed: (model, message) => [
    { ...model, starting: false },
    [notice("error", message)],
  ],
});

function scoreEffects(model: RunsModel): readonly Effect[] {
  const run = selectedRun(model);
  if (!run) return [];
  const { preview } = model;
  const scores = preview?.traceId === run.traceId ? preview.trace?.evaluations : undefined;
  return [{ type: "to_score", subject: scoreSubject(run, scores) }];
}

function open(model: RunsModel): Step<RunsModel> {
  const row = selectedRow(model);
  if (row?.kind === "experiment") {
    return [model, [{ type: "go", screen: "evals", name: row.experiment.experimentId }]];
  }
  const run = selectedRun(model);
  return [model, run ? [{ type: "go", screen: "live", target: targetOf(run) }] : []];
}

function sorted(model: RunsModel, sorting: Sorting, env: Env): Step<RunsModel> {
  return loadAnew({ ...model, sorting }, { reversed: false, index: 0 }, env);
}

/** What this workbench started last, once more. */
function launchAgain(model: RunsModel, { own }: Env): Step<RunsModel> {
  const last = own.at(-1);
  if (!last) return [model, [notice("info", "Nothing was started here yet. Try: l")]];
  if (model.starting) return [model, []];
  return [{ ...model, starting: true }, [{ type: "launch", request: last.request, watch: true }]];
}

function runAgain({ fork }: { readonly fork: boolean }): Action<RunsModel> {
  return (model) => {
    const run = selectedRun(model);
    return [model, run ? [{ type: "go", screen: "replay", target: targetOf(run), replay: { fork } }] : []];
  };
}

function startDemo(model: RunsModel, env: Env): Step<RunsModel> {
  const demo = env.demos[model.demo];
  if (!demo) return [model, [{ type: "go", screen: "launch" }]];
  if (model.starting) return [model, []];
  const request = { agent: demo.agent, prompt: demo.prompt, group: "demo" };
  return [{ ...model, starting: true }, [{ type: "launch", request, watch: true }]];
}

function openAnswer(model: RunsModel, run: Run | undefined, env: Env): Step<RunsModel> {
  const text = run?.output ?? (run ? writtenSoFar(model, run) : "");
  if (!env.hasEditor) return [model, [NO_EDITOR]];
  return [model, [text === "" ? notice("warn", "There is no answer yet") : { type: "editor", text }]];
}
