import { type Key, MOTION_KEYS } from "../../contract/keys.ts";
import { chosenAgent, type LaunchModel } from "./model.ts";

const all = ["pick", "filter", "form"] as const;
const ready = (model: LaunchModel) => chosenAgent(model) !== undefined && !model.starting;
const inPrompt = (model: LaunchModel) => model.focus === "prompt";
const inField = (model: LaunchModel) => model.focus !== "prompt" && model.focus !== "agents";

export const LAUNCH_KEYS: readonly Key<LaunchModel>[] = [
  {
    keys: ["enter"],
    action: "choose",
    label: "choose",
    help: "choose the agent and write the prompt; letters look for one",
    modes: ["pick", "filter"],
    footer: 1,
  },
  {
    keys: ["/"],
    action: "filter",
    label: "filter",
    help: "find an agent by a few of its letters",
    modes: ["pick"],
    footer: 2,
  },
  {
    keys: ["ctrl+s", "ctrl+enter"],
    action: "start",
    label: "start",
    help: "start and watch (^s works in every terminal)",
    footer: 3,
    modes: all,
    when: ready,
  },
  {
    keys: ["ctrl+o"],
    action: "start_stay",
    label: "start, stay",
    help: "start and stay here, to launch another",
    footer: 4,
    modes: all,
    when: ready,
  },
  { keys: ["tab"], action: "next", label: "next field", help: "next field", footer: 5, modes: all },
  { keys: ["shift+tab"], action: "previous", label: "field before", help: "field before", modes: all },
  {
    keys: ["enter"],
    action: "next",
    label: "next field",
    help: "next field",
    modes: ["form"],
    when: inField,
  },
  {
    keys: ["alt+up"],
    action: "older",
    label: "older prompt",
    help: "the prompt sent before",
    modes: ["form"],
    when: (model) => inPrompt(model) && model.history.length > 0,
    footer: 7,
  },
  {
    keys: ["alt+down"],
    action: "newer",
    label: "newer prompt",
    help: "the prompt sent after",
    modes: ["form"],
    when: inPrompt,
  },
  {
    keys: ["ctrl+e"],
    action: "editor",
    label: "editor",
    help: "write the prompt in your editor",
    modes: all,
    footer: 6,
  },
  {
    keys: ["escape"],
    action: "to_agents",
    label: "agents",
    help: "back to the agents",
    modes: ["form"],
    footer: 8,
  },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", modes: ["pick"], footer: 8 },
  {
    keys: ["ctrl+r"],
    action: "reload",
    label: "reload",
    help: "read the agent files again",
    modes: ["pick", "filter"],
  },
  ...MOTION_KEYS,
  {
    keys: ["escape"],
    action: "filter_clear",
    label: "clear",
    help: "all agents again",
    modes: ["filter"],
    footer: 2,
  },
  { keys: ["down", "ctrl+n"], action: "down", label: "down", help: "down the agents", modes: ["filter"] },
  { keys: ["up"], action: "up", label: "up", help: "up the agents", modes: ["filter"] },
];
