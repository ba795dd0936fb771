import { type Key, LIST_AND_TEXT_KEYS, splitKeys, zoomKeys } from "../../contract/keys.ts";
import { readerKeys } from "../../reader/keys.ts";
import { chosenRow, type CompareModel } from "./model.ts";

const ready = (model: CompareModel) => model.comparison !== undefined;
const paired = (model: CompareModel) => model.pairing !== undefined;
const onFold = (model: CompareModel) => model.focus === "list" && chosenRow(model)?.kind === "fold";
const onStep = (model: CompareModel) => model.focus === "list" && ready(model) && !onFold(model);
const onFamily = (model: CompareModel) => model.focus === "family" && model.family !== undefined;

const onDetail = (model: CompareModel) => model.focus === "detail" && ready(model);

export const COMPARE_KEYS: readonly Key<CompareModel>[] = [
  ...readerKeys<CompareModel>({
    reader: (model) => model.reader,
    isRead: onDetail,
    canSearch: ready,
    searchHelp: "search in what differs",
  }),
  {
    keys: ["enter", "space"],
    action: "fold_branch",
    label: "fold",
    help: "in what differs: fold the branch, or unfold it",
    when: onDetail,
  },
  {
    keys: ["enter"],
    action: "right_side",
    label: "right side",
    help: "in the family: compare with this run, on the right",
    footer: 0,
    when: onFamily,
  },
  {
    keys: ["space"],
    action: "left_side",
    label: "left side",
    help: "in the family: compare with this run, on the left",
    footer: 0,
    when: onFamily,
  },
  { keys: ["n"], action: "next_change", label: "next change", help: "next change", footer: 1, when: ready },
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
    keys: ["enter", "right"],
    action: "read",
    label: "read",
    help: "into what differs, to read on",
    footer: 2,
    when: onStep,
  },
  {
    keys: ["u"],
    action: "mode",
    label: "unified/words",
    help: "switch between a unified diff and marked words",
    footer: 3,
    when: ready,
  },
  { keys: ["X"], action: "swap", label: "swap", help: "swap the sides", footer: 4, when: paired },
  {
    keys: ["F"],
    action: "family",
    label: "family",
    help: "to the replays and forks of these runs, and back",
    footer: 5,
    when: ready,
  },
  { keys: ["tab"], action: "focus", label: "pane", help: "to the next pane", footer: 6, when: ready },
  ...splitKeys<CompareModel>((model) => ready(model) && !model.zoom),
  ...zoomKeys<CompareModel>("the pane alone, or all of them", 7, ready),
  {
    keys: ["w"],
    action: "notebook",
    label: "notebook",
    help: "add what differs to a notebook",
    footer: 7,
    when: ready,
  },
  {
    keys: ["Y"],
    action: "copy_command",
    label: "command",
    help: "copy the command that shows this comparison",
    when: paired,
  },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read both runs again", when: paired },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 8 },
  ...LIST_AND_TEXT_KEYS,
];
