import type { Key } from "../../app/screen.ts";
import type { ReplayModel } from "./model.ts";

const form = ["form"] as const;
const ready = (model: ReplayModel) => model.state === "ready" && !model.starting;
const onMode = (model: ReplayModel) => model.focus === "mode";

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
    keys: ["right", "space"],
    action: "mode_next",
    label: "mode",
    help: "the next mode",
    footer: 2,
    modes: form,
    when: onMode,
  },
  {
    keys: ["left"],
    action: "mode_before",
    label: "mode",
    help: "the mode before",
    modes: form,
    when: onMode,
  },
  { keys: ["tab", "down"], action: "next", label: "next field", help: "next field", footer: 3, modes: form },
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
