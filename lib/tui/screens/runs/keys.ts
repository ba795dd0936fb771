import { FILTER_KEYS, type Key, MOTION_KEYS, zoomKeys } from "../../contract/keys.ts";
import { isLive } from "../../../core/mod.ts";
import { isEmptyStore, type RunsModel, selectedRun } from "./model.ts";

const chosen = (model: RunsModel) => selectedRun(model) !== undefined;
const has = (model: RunsModel) => chosen(model) || model.marks.size > 0;
const chosenLive = (model: RunsModel) => {
  const run = selectedRun(model);
  return run !== undefined && isLive(run.status);
};

export const RUNS_KEYS: readonly Key<RunsModel>[] = [
  { keys: ["enter"], action: "open", label: "open", help: "open the run", footer: 1, when: chosen },
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
    help: "next order: newest, cost, tokens, duration, steps, oldest",
    footer: 4,
  },
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
    when: has,
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
  ...MOTION_KEYS,
  ...FILTER_KEYS,
];
