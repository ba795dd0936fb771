import { FILTER_KEYS, type Key, MOTION_KEYS, zoomKeys } from "../../contract/keys.ts";
import { isLive } from "../../../core/mod.ts";
import { depthOf, foldOf } from "./folding.ts";
import { isEmptyStore, type RunsModel, selectedRow, selectedRun } from "./model.ts";

const chosen = (model: RunsModel) => selectedRun(model) !== undefined;
const has = (model: RunsModel) => chosen(model) || model.marks.size > 0;
const chosenLive = (model: RunsModel) => {
  const run = selectedRun(model);
  return run !== undefined && isLive(run.status);
};

const inFilters = (model: RunsModel) => model.filters !== undefined && model.filters.name === undefined;
const naming = (model: RunsModel) => model.filters?.name !== undefined;
const inMenu = (model: RunsModel) => model.menu !== undefined;
const exporting = (model: RunsModel) => model.isExporting === true;
const dialog = ["dialog"] as const;

/** In the list of columns. */
const MENU_KEYS: readonly Key<RunsModel>[] = ([
  {
    keys: ["space", "enter"],
    action: "columns_switch",
    label: "on/off",
    help: "show the column, or not",
    footer: 1,
  },
  { keys: ["j", "down"], action: "columns_down", label: "down", help: "down the columns", footer: 5 },
  { keys: ["k", "up"], action: "columns_up", label: "up", help: "up the columns" },
  {
    keys: ["J", "right"],
    action: "columns_later",
    label: "later",
    help: "one place to the right",
    footer: 2,
  },
  {
    keys: ["K", "left"],
    action: "columns_sooner",
    label: "sooner",
    help: "one place to the left",
    footer: 3,
  },
  {
    keys: ["0"],
    action: "columns_reset",
    label: "as it was",
    help: "all columns, in their order",
    footer: 4,
  },
  { keys: ["escape", "C", "q"], action: "columns_close", label: "close", help: "close the list", footer: 6 },
] as const).map((key) => ({ ...key, modes: dialog, when: inMenu }));

/** In the list of filters. */
const SAVED_KEYS: readonly Key<RunsModel>[] = ([
  { keys: ["enter"], action: "filters_apply", label: "apply", help: "filter by it", footer: 1 },
  { keys: ["j", "down"], action: "filters_down", label: "down", help: "down the filters", footer: 4 },
  { keys: ["k", "up"], action: "filters_up", label: "up", help: "up the filters" },
  {
    keys: ["s"],
    action: "filters_name",
    label: "keep",
    help: "keep the filter in view, with a name",
    footer: 2,
  },
  { keys: ["D"], action: "filters_forget", label: "forget", help: "forget the filter", footer: 3 },
  { keys: ["escape", "'", "q"], action: "filters_close", label: "close", help: "close the list", footer: 5 },
] as const).map((key) => ({ ...key, modes: dialog, when: inFilters }));

/** While a filter gets its name. */
const NAME_KEYS: readonly Key<RunsModel>[] = ([
  {
    keys: ["enter"],
    action: "filters_save",
    label: "keep it",
    help: "keep the filter under this name",
    footer: 0,
  },
  { keys: ["escape"], action: "filters_close", label: "cancel", help: "keep nothing", footer: 0 },
] as const).map((key) => ({ ...key, modes: ["filter"], when: naming }));

/** In the question which format. */
const EXPORT_KEYS: readonly Key<RunsModel>[] = ([
  { keys: ["h"], action: "export_html", label: "page", help: "one HTML page", footer: 1 },
  { keys: ["c"], action: "export_csv", label: "CSV", help: "CSV, a row per run", footer: 2 },
  { keys: ["j"], action: "export_jsonl", label: "JSONL", help: "JSONL, a row per run", footer: 3 },
  { keys: ["p"], action: "export_parquet", label: "Parquet", help: "Parquet, a row per run", footer: 4 },
  { keys: ["s"], action: "export_sqlite", label: "SQLite", help: "a store of these runs", footer: 5 },
  { keys: ["escape", "n", "q"], action: "export_cancel", label: "cancel", help: "export nothing", footer: 6 },
] as const).map((key) => ({ ...key, modes: dialog, when: exporting }));

const onExperiment = (model: RunsModel) => selectedRow(model)?.kind === "experiment";

const FOLDING_KEYS: readonly Key<RunsModel>[] = [
  {
    keys: ["right"],
    action: "unfold",
    label: "unfold",
    help: "show the runs that it handed work to, or the runs of the experiment",
    footer: 3,
    when: (model) => foldOf(selectedRow(model)) === "folded",
  },
  {
    keys: ["left"],
    action: "fold",
    label: "fold",
    help: "fold them into it again, or go to the run that it lies below",
    footer: 3,
    when: (model) => foldOf(selectedRow(model)) === "open" || depthOf(selectedRow(model)) > 0,
  },
  {
    keys: ["-"],
    action: "fold_all",
    label: "fold all",
    help: "fold all: work under the run that handed it over, runs under their experiment",
  },
  {
    keys: ["=", "+"],
    action: "unfold_all",
    label: "unfold all",
    help: "a row for every run; kept for the next start",
  },
];

export const RUNS_KEYS: readonly Key<RunsModel>[] = [
  { keys: ["enter"], action: "open", label: "open", help: "open the run", footer: 1, when: chosen },
  {
    keys: ["enter"],
    action: "open",
    label: "open",
    help: "open the experiment in Evals",
    footer: 1,
    when: onExperiment,
  },
  { keys: ["l"], action: "launch", label: "launch", help: "launch an agent", footer: 2 },
  {
    keys: ["/"],
    action: "filter",
    label: "filter",
    help: "filter: words, status: agent: tool: since: cost> and more, - for not, or",
    footer: 3,
  },
  {
    keys: ["s"],
    action: "sort",
    label: "sort",
    help: "next order: newest, cost, tokens, duration, steps",
    footer: 4,
  },
  { keys: ["I"], action: "reverse", label: "reverse", help: "the same order from its other end" },
  ...zoomKeys<RunsModel>("the table alone, or with its preview", 6),
  {
    keys: ["S"],
    action: "stop",
    label: "stop",
    help: "stop the run, or the marked ones",
    footer: 5,
    when: (model) => chosenLive(model) || model.marks.size > 0,
  },
  {
    keys: ["d"],
    action: "compare",
    label: "diff",
    help: "compare the two marked runs; with one marked, it with this run",
    footer: 6,
    when: (model) => has(model) && model.marks.size === 0,
  },
  {
    keys: ["d"],
    action: "compare",
    label: "diff marked",
    help: "compare the two marked runs; with one marked, it with this run",
    footer: 2,
    when: (model) => model.marks.size > 0,
  },
  {
    keys: ["r"],
    action: "replay",
    label: "replay",
    help: "run it again with something changed",
    footer: 5,
    when: chosen,
  },
  { keys: ["f"], action: "fork", label: "fork", help: "run it again with another prompt", when: chosen },
  { keys: ["space"], action: "mark", label: "mark", help: "mark or unmark the run", footer: 7, when: chosen },
  {
    keys: ["V"],
    action: "mark_range",
    label: "mark to here",
    help: "mark every run from the one marked last to this one",
    when: (model) => model.marks.size > 0,
  },
  {
    keys: ["x"],
    action: "export",
    label: "export",
    help: "export the run, or the marked ones: page, CSV, JSONL, Parquet, SQLite",
    footer: 8,
    when: has,
  },
  {
    keys: ["D"],
    action: "delete",
    label: "delete",
    help: "delete the run, or the marked ones; asks, and says what goes",
    footer: 9,
    when: has,
  },
  { keys: ["C"], action: "columns", label: "columns", help: "choose and order the columns", footer: 9 },
  ...FOLDING_KEYS,
  {
    keys: ["."],
    action: "again",
    label: "launch again",
    help: "start what was started last once more",
    footer: 9,
  },
  {
    keys: ["y"],
    action: "copy",
    label: "copy id",
    help: "copy the id of the run, or of the marked ones",
    when: has,
  },
  {
    keys: ["Y"],
    action: "copy_command",
    label: "copy command",
    help: "copy a command line: agentop show ID",
    when: has,
  },
  {
    keys: ["w"],
    action: "notebook",
    label: "notebook",
    help: "add the run to a notebook",
    when: chosen,
  },
  {
    keys: ["e"],
    action: "score",
    label: "score",
    help: "say what the run is worth",
    footer: 9,
    when: chosen,
  },
  {
    keys: ["o"],
    action: "editor",
    label: "editor",
    help: "open the run's answer in your editor",
    when: chosen,
  },
  {
    keys: ["enter"],
    action: "demo",
    label: "run the demo",
    help: "run the chosen demo and watch it",
    footer: 1,
    when: isEmptyStore,
  },
  {
    keys: ["escape"],
    action: "back",
    label: "clear",
    help: "clear the marks, then the filter",
    when: (model) => model.filterText !== "" || model.marks.size > 0,
  },
  {
    keys: ["'"],
    action: "filters",
    label: "filters",
    help: "filters with names, and the one of the last time",
    footer: 9,
  },
  ...MOTION_KEYS,
  ...NAME_KEYS,
  ...FILTER_KEYS,
  {
    keys: ["tab"],
    action: "complete",
    label: "complete",
    help: "complete the term or its value; again: the next one",
    modes: ["filter"],
    footer: 3,
    when: (model) => model.editing !== undefined,
  },
  {
    keys: ["shift+tab"],
    action: "complete_back",
    label: "complete",
    help: "the completion before",
    modes: ["filter"],
    when: (model) => model.editing !== undefined,
  },
  ...SAVED_KEYS,
  ...MENU_KEYS,
  ...EXPORT_KEYS,
];
