import { FILTER_KEYS, type Key, LIST_AND_TEXT_KEYS, zoomKeys } from "../../contract/keys.ts";
import { readerKeys } from "../../reader/keys.ts";
import { type AgentsModel, chosenAgent } from "./model.ts";

const chosen = (model: AgentsModel) => chosenAgent(model) !== undefined;
const onAgents = (model: AgentsModel) => chosen(model) && model.focus === "agents";
const onBroken = (model: AgentsModel) => onAgents(model) && chosenAgent(model)?.error !== undefined;
const onRuns = (model: AgentsModel) => chosen(model) && model.focus === "runs";

const onAbout = (model: AgentsModel) => chosen(model) && model.focus === "about";
const filtering = (model: AgentsModel) => model.filtering;

export const AGENTS_KEYS: readonly Key<AgentsModel>[] = [
  ...readerKeys<AgentsModel>({
    reader: (model) => model.reader,
    isRead: onAbout,
    searchHelp: "in what the file says: search",
  }),
  {
    keys: ["enter", "space"],
    action: "fold",
    label: "fold",
    help: "in what the file says: fold or unfold",
    when: onAbout,
  },
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
    help: "to its last runs, to what the file says, and back",
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
  {
    keys: ["/"],
    action: "filter",
    label: "filter",
    help: "filter by name, model or tool",
    footer: 4,
    when: (model) => model.focus !== "about",
  },
  ...zoomKeys<AgentsModel>("the pane alone, or both", 5),
  { keys: ["y"], action: "copy", label: "copy", help: "copy the file's path", when: chosen },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read the files again" },
  { keys: ["escape"], action: "back", label: "back", help: "clear the filter; back one level", footer: 8 },
  ...LIST_AND_TEXT_KEYS,
  ...FILTER_KEYS.map((key) => ({ ...key, when: filtering })),
];
