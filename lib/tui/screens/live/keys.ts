import { type Key, MOTION_KEYS } from "../../app/screen.ts";
import { pendingApproval } from "../../trace/span_tree.ts";
import { stepsOf } from "../../trace/steps.ts";
import { isLiveRun, type LiveModel } from "./model.ts";

const status = (model: LiveModel) => model.trace?.run.status;
const resumable = (model: LiveModel) => status(model) === "paused" || status(model) === "interrupted";
const asking = (model: LiveModel) => model.trace !== undefined && pendingApproval(model.trace) !== undefined;
const loaded = (model: LiveModel) => model.trace !== undefined;
const stepped = (model: LiveModel) => model.trace !== undefined && stepsOf(model.trace).length > 0;
const searching = (model: LiveModel) => model.needle !== "";

export const LIVE_KEYS: readonly Key<LiveModel>[] = [
  {
    keys: ["a"],
    action: "approve",
    label: "approve",
    help: "answer the tool that waits",
    footer: 0,
    when: asking,
  },
  { keys: ["tab"], action: "focus", label: "pane", help: "to the other pane", footer: 1, when: loaded },
  { keys: ["["], action: "tab_left", label: "tab", help: "tab to the left", when: loaded },
  { keys: ["]"], action: "tab_right", label: "tab", help: "tab to the right", footer: 2, when: loaded },
  {
    keys: ["."],
    action: "step_on",
    label: "step",
    help: "one step on: every tab shows that moment (5. five)",
    footer: 3,
    counted: true,
    when: stepped,
  },
  {
    keys: [","],
    action: "step_back",
    label: "step back",
    help: "one step back",
    counted: true,
    when: stepped,
  },
  {
    keys: ["p"],
    action: "pause",
    label: "pause",
    help: "pause the run before its next step",
    footer: 4,
    when: (model) => isLiveRun(model) && status(model) !== "paused",
  },
  {
    keys: ["R"],
    action: "resume",
    label: "resume",
    help: "resume a paused or interrupted run",
    footer: 4,
    when: resumable,
  },
  { keys: ["S"], action: "stop", label: "stop", help: "stop the run", footer: 5, when: isLiveRun },
  {
    keys: ["b"],
    action: "budget",
    label: "budget",
    help: "set what the run may cost",
    footer: 6,
    when: isLiveRun,
  },
  {
    keys: ["enter", "right"],
    action: "into",
    label: "read",
    help: "open the branch, then read the span; a hand-off opens its run",
    when: loaded,
  },
  { keys: ["space"], action: "fold", label: "fold", help: "fold or unfold the branch", when: loaded },
  { keys: ["left"], action: "out", label: "fold", help: "fold the branch, then to its parent", when: loaded },
  { keys: ["/"], action: "search", label: "search", help: "search in the tab", footer: 7, when: loaded },
  { keys: ["n"], action: "next_hit", label: "next", help: "next place found", when: searching },
  { keys: ["N"], action: "previous_hit", label: "previous", help: "previous place found", when: searching },
  { keys: ["h"], action: "heat", label: "heat", help: "the strip shows time, tokens or cost", when: stepped },
  {
    keys: ["M"],
    action: "bookmark",
    label: "bookmark",
    help: "bookmark the step, or take it away",
    when: stepped,
  },
  { keys: ["'"], action: "to_bookmark", label: "bookmark", help: "to the next bookmark", when: stepped },
  {
    keys: ["z"],
    action: "zoom",
    label: "zoom",
    help: "the pane alone, or all of them",
    footer: 8,
    when: loaded,
  },
  { keys: ["y"], action: "copy", label: "copy", help: "copy what the tab shows", footer: 9, when: loaded },
  {
    keys: ["o"],
    action: "editor",
    label: "editor",
    help: "open what the tab shows in your editor",
    when: loaded,
  },
  {
    keys: ["Y"],
    action: "copy_command",
    label: "command",
    help: "copy the command that shows this run",
    when: loaded,
  },
  { keys: ["l"], action: "launch", label: "launch", help: "launch an agent" },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read the run again" },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 10 },
  ...MOTION_KEYS,
  {
    keys: ["enter"],
    action: "submit",
    label: "done",
    help: "search, or set the budget",
    modes: ["filter"],
    footer: 1,
  },
  { keys: ["escape"], action: "cancel", label: "cancel", help: "leave it", modes: ["filter"], footer: 2 },
  { keys: ["y"], action: "yes", label: "yes, once", help: "allow this call", modes: ["dialog"], footer: 1 },
  {
    keys: ["A"],
    action: "always",
    label: "always",
    help: "allow this tool for the rest of the run",
    modes: ["dialog"],
    footer: 2,
  },
  { keys: ["n"], action: "no", label: "no", help: "refuse; the model is told", modes: ["dialog"], footer: 3 },
  {
    keys: ["escape", "q"],
    action: "later",
    label: "later",
    help: "leave it waiting",
    modes: ["dialog"],
    footer: 4,
  },
  { keys: ["j", "down"], action: "down", label: "down", help: "scroll the arguments", modes: ["dialog"] },
  { keys: ["k", "up"], action: "up", label: "up", help: "scroll the arguments", modes: ["dialog"] },
];
