import { type Key, MOTION_KEYS } from "../../app/screen.ts";
import { pendingApproval } from "../../trace/span_tree.ts";
import { isLiveRun, type LiveModel } from "./model.ts";

const status = (model: LiveModel) => model.trace?.run.status;
const resumable = (model: LiveModel) => status(model) === "paused" || status(model) === "interrupted";
const asking = (model: LiveModel) => model.trace !== undefined && pendingApproval(model.trace) !== undefined;
const loaded = (model: LiveModel) => model.trace !== undefined;

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
    keys: ["p"],
    action: "pause",
    label: "pause",
    help: "pause the run before its next step",
    footer: 3,
    when: (model) => isLiveRun(model) && status(model) !== "paused",
  },
  {
    keys: ["R"],
    action: "resume",
    label: "resume",
    help: "resume a paused or interrupted run",
    footer: 3,
    when: resumable,
  },
  { keys: ["S"], action: "stop", label: "stop", help: "stop the run", footer: 4, when: isLiveRun },
  {
    keys: ["enter", "right"],
    action: "into",
    label: "read",
    help: "open the branch, then read the span",
    when: loaded,
  },
  { keys: ["space"], action: "fold", label: "fold", help: "fold or unfold the branch", when: loaded },
  { keys: ["left"], action: "out", label: "fold", help: "fold the branch, then to its parent", when: loaded },
  {
    keys: ["z"],
    action: "zoom",
    label: "zoom",
    help: "the pane alone, or all of them",
    footer: 5,
    when: loaded,
  },
  { keys: ["y"], action: "copy", label: "copy", help: "copy what the tab shows", footer: 6, when: loaded },
  { keys: ["l"], action: "launch", label: "launch", help: "launch an agent" },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 8 },
  ...MOTION_KEYS,
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
