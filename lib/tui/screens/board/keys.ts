import { isLive } from "../../../core/mod.ts";
import { type Key, MOTION_KEYS } from "../../contract/keys.ts";
import { type BoardModel, chosenRun } from "./model.ts";

const filled = (model: BoardModel) => model.runs.length > 0;
const live = (model: BoardModel) => isLive(chosenRun(model)?.status ?? "completed");

export const BOARD_KEYS: readonly Key<BoardModel>[] = [
  { keys: ["enter"], action: "open", label: "open", help: "open the run", footer: 0, when: filled },
  {
    keys: ["tab", "right"],
    action: "next",
    label: "next",
    help: "to the next live run",
    footer: 1,
    counted: true,
    when: filled,
  },
  {
    keys: ["shift+tab", "left"],
    action: "previous",
    label: "previous",
    help: "to the live run before",
    counted: true,
    when: filled,
  },
  {
    keys: ["a"],
    action: "answer",
    label: "answer",
    help: "open the run that waits; there a answers it",
    footer: 1,
    when: (model) => chosenRun(model)?.status === "waiting",
  },
  { keys: ["S"], action: "stop", label: "stop", help: "stop the run", footer: 2, when: live },
  { keys: ["l"], action: "launch", label: "launch", help: "launch an agent", footer: 3 },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read the runs again; those that ended go" },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 10 },
  ...MOTION_KEYS,
];
