import { type Key, MOTION_KEYS } from "../../app/screen.ts";
import { chosenRow, type CompareModel } from "./model.ts";

const ready = (model: CompareModel) => model.comparison !== undefined;
const paired = (model: CompareModel) => model.pairing !== undefined;
const onFold = (model: CompareModel) => model.focus === "list" && chosenRow(model)?.kind === "fold";

export const COMPARE_KEYS: readonly Key<CompareModel>[] = [
  { keys: ["n"], action: "next_change", label: "next", help: "next change", footer: 1, when: ready },
  { keys: ["N"], action: "previous_change", label: "previous", help: "previous change", when: ready },
  {
    keys: ["enter", "space"],
    action: "fold",
    label: "unfold",
    help: "show the equal steps, or fold them again",
    footer: 2,
    when: onFold,
  },
  {
    keys: ["u"],
    action: "mode",
    label: "unified/words",
    help: "switch between a unified diff and marked words",
    footer: 3,
    when: ready,
  },
  { keys: ["x"], action: "swap", label: "swap", help: "swap the sides", footer: 4, when: paired },
  { keys: ["tab"], action: "focus", label: "pane", help: "to the other pane", footer: 5, when: ready },
  { keys: ["ctrl+d"], action: "half_down", label: "half page", help: "read on", counted: true },
  { keys: ["ctrl+u"], action: "half_up", label: "half page", help: "read back", counted: true },
  {
    keys: ["Y"],
    action: "copy_command",
    label: "command",
    help: "copy the command that shows this comparison",
    when: paired,
  },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read both runs again", when: paired },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 8 },
  ...MOTION_KEYS.filter((key) => key.action !== "half_down" && key.action !== "half_up"),
];
