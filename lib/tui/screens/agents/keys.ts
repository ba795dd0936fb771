import { type Key, MOTION_KEYS } from "../../app/screen.ts";
import { type AgentsModel, chosenAgent } from "./model.ts";

const chosen = (model: AgentsModel) => chosenAgent(model) !== undefined;
const onAgents = (model: AgentsModel) => chosen(model) && model.focus === "agents";
const onRuns = (model: AgentsModel) => chosen(model) && model.focus === "runs";

export const AGENTS_KEYS: readonly Key<AgentsModel>[] = [
  { keys: ["enter"], action: "open", label: "launch", help: "launch the agent", footer: 1, when: onAgents },
  { keys: ["enter"], action: "open", label: "open", help: "open the run", footer: 1, when: onRuns },
  {
    keys: ["tab"],
    action: "focus",
    label: "pane",
    help: "to its last runs, and back",
    footer: 2,
    when: chosen,
  },
  {
    keys: ["o"],
    action: "edit",
    label: "edit",
    help: "open the file in your editor",
    footer: 3,
    when: chosen,
  },
  { keys: ["/"], action: "filter", label: "filter", help: "filter by name, model or tool", footer: 4 },
  { keys: ["z"], action: "zoom", label: "zoom", help: "the pane alone, or both", footer: 5 },
  { keys: ["y"], action: "copy", label: "copy", help: "copy the file's path", when: chosen },
  { keys: ["ctrl+d"], action: "half_down", label: "half page", help: "read on", counted: true },
  { keys: ["ctrl+u"], action: "half_up", label: "half page", help: "read back", counted: true },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read the files again" },
  { keys: ["escape"], action: "back", label: "back", help: "clear the filter; back one level", footer: 8 },
  ...MOTION_KEYS.filter((key) => key.action !== "half_down" && key.action !== "half_up"),
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
