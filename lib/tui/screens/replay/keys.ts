import type { Key } from "../../contract/keys.ts";
import { fittingModels, type ReplayModel, toolsOf } from "./model.ts";

const form = ["form"] as const;
const ready = (model: ReplayModel) => model.state === "ready" && !model.starting;
const onChoice = (model: ReplayModel) => model.focus === "mode" || model.focus === "policy";
const onTools = (model: ReplayModel) => model.focus === "tools" && toolsOf(model.trace).length > 0;
const onText = (model: ReplayModel) =>
  (model.focus === "instructions" || model.focus === "from") && ready(model);
const canWalk = (model: ReplayModel) => {
  if (model.focus !== "model" || !ready(model)) return false;
  return (model.walk?.index ?? -1) < fittingModels(model).length - 1;
};
const walking = (model: ReplayModel) => model.focus === "model" && model.walk !== undefined;

export const REPLAY_KEYS: readonly Key<ReplayModel>[] = [
  {
    keys: ["enter", "ctrl+s"],
    action: "start",
    label: "start",
    help: "run it again and watch",
    footer: 1,
    modes: form,
    when: ready,
  },
  {
    keys: ["down"],
    action: "model_next",
    label: "choose a model",
    help: "down the models that fit what is typed",
    footer: 2,
    modes: form,
    when: canWalk,
  },
  {
    keys: ["up"],
    action: "model_before",
    label: "model",
    help: "up the models, to what was typed",
    modes: form,
    when: walking,
  },
  {
    keys: ["right", "space"],
    action: "choice_next",
    label: "change",
    help: "the next choice",
    footer: 2,
    modes: form,
    when: onChoice,
  },
  {
    keys: ["left"],
    action: "choice_before",
    label: "change",
    help: "the choice before",
    modes: form,
    when: onChoice,
  },
  {
    keys: ["space"],
    action: "tool_switch",
    label: "on/off",
    help: "switch the tool off, or on again",
    footer: 2,
    modes: form,
    when: onTools,
  },
  {
    keys: ["right"],
    action: "tool_next",
    label: "tool",
    help: "the next tool",
    footer: 3,
    modes: form,
    when: onTools,
  },
  {
    keys: ["left"],
    action: "tool_before",
    label: "tool",
    help: "the tool before",
    modes: form,
    when: onTools,
  },
  {
    keys: ["ctrl+e"],
    action: "editor",
    label: "editor",
    help: "edit the recorded instructions, or what the step says, in your editor",
    footer: 2,
    modes: form,
    when: onText,
  },
  { keys: ["tab"], action: "next", label: "next field", help: "next field", footer: 4, modes: form },
  { keys: ["down"], action: "next", label: "next field", help: "next field", modes: form },
  {
    keys: ["shift+tab", "up"],
    action: "previous",
    label: "field before",
    help: "field before",
    modes: form,
  },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read the run again", modes: form },
  { keys: ["escape"], action: "back", label: "back", help: "leave it", footer: 8, modes: form },
];
