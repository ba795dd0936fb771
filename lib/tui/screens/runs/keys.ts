import { type Key, MOTION_KEYS } from "../../app/screen.ts";
import { isLive } from "../../../core/mod.ts";
import { type RunsModel, selectedRun } from "./model.ts";

const chosen = (model: RunsModel) => selectedRun(model) !== undefined;
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
    help: "filter: status: agent: model: group: user: since: cost> tokens>",
    footer: 3,
  },
  {
    keys: ["s"],
    action: "sort",
    label: "sort",
    help: "next order: newest, cost, tokens, duration, steps, oldest",
    footer: 4,
  },
  { keys: ["z"], action: "zoom", label: "zoom", help: "the table alone, or with its preview", footer: 6 },
  { keys: ["S"], action: "stop", label: "stop", help: "stop the run", footer: 5, when: chosenLive },
  { keys: ["y"], action: "copy", label: "copy id", help: "copy the run's id", when: chosen },
  {
    keys: ["escape"],
    action: "back",
    label: "clear",
    help: "clear the filter",
    when: (model) => model.filterText !== "",
  },
  ...MOTION_KEYS,
  {
    keys: ["enter"],
    action: "filter_done",
    label: "keep",
    help: "keep the filter",
    modes: ["filter"],
    footer: 1,
  },
  {
    keys: ["escape"],
    action: "filter_cancel",
    label: "clear",
    help: "clear the filter",
    modes: ["filter"],
    footer: 2,
  },
  { keys: ["down"], action: "down", label: "down", help: "down the list", modes: ["filter"] },
  { keys: ["up"], action: "up", label: "up", help: "up the list", modes: ["filter"] },
];
