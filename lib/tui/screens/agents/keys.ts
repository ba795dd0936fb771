import { FILTER_KEYS, type Key, LIST_AND_TEXT_KEYS, zoomKeys } from "../../contract/keys.ts";
import { type AgentsModel, chosenAgent } from "./model.ts";

const chosen = (model: AgentsModel) => chosenAgent(model) !== undefined;
const onAgents = (model: AgentsModel) => chosen(model) && model.focus === "agents";
const onBroken = (model: AgentsModel) => onAgents(model) && chosenAgent(model)?.error !== undefined;
const onRuns = (model: AgentsModel) => chosen(model) && model.focus === "runs";

export const AGENTS_KEYS: readonly Key<AgentsModel>[] = [
  {
    keys: ["enter"],
    action: "open",
    label: "launch",
    help: "launch the agent",
    footer: 1,
    when: (model) => onAgents(model) && !onBroken(model),
  },
  {
    keys: ["enter"],
    action: "open",
    label: "edit",
    help: "open a file that cannot be used in your editor",
    footer: 1,
    when: onBroken,
  },
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
  ...zoomKeys<AgentsModel>("the pane alone, or both", 5),
  { keys: ["y"], action: "copy", label: "copy", help: "copy the file's path", when: chosen },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read the files again" },
  { keys: ["escape"], action: "back", label: "back", help: "clear the filter; back one level", footer: 8 },
  ...LIST_AND_TEXT_KEYS,
  ...FILTER_KEYS,
];
