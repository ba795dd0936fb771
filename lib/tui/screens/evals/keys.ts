import { type Key, LIST_AND_TEXT_KEYS, zoomKeys } from "../../contract/keys.ts";
import { readerKeys } from "../../reader/keys.ts";
import { READER_START } from "../../reader/reader.ts";
import { chosenCell, chosenExperiment, comparedRuns, type EvalsModel, isRunning, readPane } from "./model.ts";

const inList = (model: EvalsModel) => model.opened === undefined;
const filled = (model: EvalsModel) => inList(model) && chosenExperiment(model) !== undefined;
const runs = (model: EvalsModel) => {
  const chosen = inList(model) ? chosenExperiment(model) : undefined;
  return chosen !== undefined && isRunning(chosen);
};
const setting = (model: EvalsModel) => model.setting !== undefined;
const opened = (model: EvalsModel) => model.opened?.overview !== undefined;
const onCell = (model: EvalsModel) => model.opened !== undefined && chosenCell(model.opened) !== undefined;
const onPair = (model: EvalsModel) => model.opened !== undefined && comparedRuns(model.opened) !== undefined;

const onText = (model: EvalsModel) =>
  opened(model) && (model.opened?.focus === "about" || model.opened?.focus === "difference");

export const EVALS_KEYS: readonly Key<EvalsModel>[] = [
  ...readerKeys<EvalsModel>({
    reader: ({ opened }) => (opened ? opened.readers[readPane(opened)] : READER_START),
    isRead: onText,
    canSearch: opened,
    searchHelp: "search in what is told of the case",
  }),
  { keys: ["enter"], action: "open", label: "open", help: "open the experiment", footer: 1, when: filled },
  {
    keys: ["enter"],
    action: "open",
    label: "run",
    help: "open the run of the case",
    footer: 1,
    when: onCell,
  },
  {
    keys: ["space"],
    action: "mark",
    label: "mark",
    help: "mark the experiment, or take the mark away",
    footer: 2,
    when: filled,
  },
  {
    keys: ["="],
    action: "set",
    label: "set",
    help: "set how many cases of the running experiment are done at a time",
    footer: 4,
    when: runs,
  },
  {
    keys: ["enter"],
    action: "set_done",
    label: "set",
    help: "set what is typed",
    modes: ["filter"],
    footer: 1,
    when: setting,
  },
  {
    keys: ["escape"],
    action: "set_cancel",
    label: "cancel",
    help: "leave it as it is",
    modes: ["filter"],
    footer: 2,
    when: setting,
  },
  {
    keys: ["d"],
    action: "compare",
    label: "compare",
    help: "compare the marked experiment with this one",
    footer: 3,
    when: filled,
  },
  {
    keys: ["d"],
    action: "compare",
    label: "diff",
    help: "the two runs of the case side by side",
    footer: 3,
    when: onPair,
  },
  {
    keys: ["e"],
    action: "score",
    label: "score",
    help: "say what the run of the case is worth",
    footer: 6,
    when: onCell,
  },
  {
    keys: ["space"],
    action: "fold",
    label: "fold",
    help: "in a text: fold the branch, or unfold it",
    when: onText,
  },
  {
    keys: ["right"],
    action: "side_right",
    label: "side",
    help: "to the next variant of the case",
    when: opened,
  },
  {
    keys: ["left"],
    action: "side_left",
    label: "side",
    help: "to the variant before",
    when: opened,
  },
  {
    keys: ["s"],
    action: "sort",
    label: "sort",
    help: "next order of cases: worst, most changed, as in the suite",
    footer: 4,
    when: opened,
  },
  {
    keys: ["]"],
    action: "tab_right",
    label: "scorer",
    help: "cases by the next scorer, or by the lowest of all",
    footer: 5,
    when: opened,
  },
  { keys: ["["], action: "tab_left", label: "scorer", help: "cases by the scorer before", when: opened },
  {
    keys: ["v"],
    action: "pair",
    label: "variants",
    help: "compare the next two variants",
    footer: 6,
    when: (model) => (model.opened?.overview?.pairs.length ?? 0) > 1,
  },
  { keys: ["tab"], action: "focus", label: "pane", help: "to the next pane", footer: 7, when: opened },
  { keys: ["shift+tab"], action: "focus_back", label: "pane", help: "to the pane before", when: opened },
  ...zoomKeys<EvalsModel>("the pane alone, or all of them", 8),
  {
    keys: ["o"],
    action: "edit",
    label: "edit",
    help: "open the suite's file in your editor",
    when: opened,
  },
  {
    keys: ["y"],
    action: "copy",
    label: "copy id",
    help: "copy the id of the experiment; of a case, of its run",
    when: (model) => filled(model) || onCell(model),
  },
  {
    keys: ["Y"],
    action: "copy_command",
    label: "command",
    help: "copy the command that shows what is in view",
    when: (model) => filled(model) || opened(model),
  },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read it again" },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 9 },
  ...LIST_AND_TEXT_KEYS,
];
