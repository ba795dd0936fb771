import { nextNeedy } from "./attention.ts";
import type { App } from "./model.ts";
import { HEADER_TABS, HOME } from "./screen_list.ts";
import type { Key, Mode } from "../contract/keys.ts";

const ANY_MODE: readonly Mode[] = ["normal", "pick", "filter", "form", "dialog"];
const NOT_IN_DIALOGS: readonly Mode[] = ["normal", "pick", "filter", "form"];

/** Keys of the frame around all screens. */
export const GLOBAL_KEYS: readonly Key<App>[] = [
  ...HEADER_TABS.map((screen, index): Key<App> => ({
    keys: [String(index + 1)],
    action: `go:${screen.id}`,
    label: screen.title,
    help: `to ${screen.title}`,
  })),
  {
    keys: ["!"],
    action: "attend",
    label: "next waiting",
    help: "to the next run that waits for you, failed, was cut off or hit a limit",
    footer: 0,
    when: (app) => nextNeedy(app.attention) !== undefined,
  },
  { keys: [":"], action: "jump", label: "jump", help: "jump line: :run 0199  :agent NAME  :find WORDS" },
  {
    keys: ["ctrl+p"],
    action: "palette",
    label: "palette",
    help: "find an action by a few of its letters, and do it",
    footer: 90,
    modes: NOT_IN_DIALOGS,
    when: (app) => app.palette === undefined,
  },
  {
    keys: ["ctrl+t"],
    action: "go:settings",
    label: "settings",
    help: "settings: theme, mouse, keys",
    modes: NOT_IN_DIALOGS,
  },
  { keys: ["?"], action: "help", label: "help", help: "this list", footer: 90 },
  {
    keys: ["q"],
    action: "quit",
    label: "quit",
    help: "quit; below the top, back",
    footer: 99,
    when: (app) => app.active === HOME,
  },
  {
    keys: ["q"],
    action: "quit",
    label: "back",
    help: "back one level",
    when: (app) => app.active !== HOME,
  },
  { keys: ["ctrl+c"], action: "interrupt", label: "quit", help: "quit from anywhere", modes: ANY_MODE },
  {
    keys: ["ctrl+z"],
    action: "suspend",
    label: "suspend",
    help: "suspend (fg comes back)",
    modes: ANY_MODE,
  },
];

/** In the list of keys. */
export const HELP_KEYS: readonly Key<App>[] = [
  { keys: ["escape", "?"], action: "close", label: "close", help: "close", modes: ["filter"], footer: 1 },
  { keys: ["down"], action: "down", label: "scroll", help: "scroll down", modes: ["filter"], footer: 2 },
  { keys: ["up"], action: "up", label: "scroll", help: "scroll up", modes: ["filter"] },
];

/** In the palette. */
export const PALETTE_KEYS: readonly Key<App>[] = [
  { keys: ["enter"], action: "palette_run", label: "do it", help: "do it", modes: ["filter"], footer: 1 },
  { keys: ["escape"], action: "palette_close", label: "close", help: "close", modes: ["filter"], footer: 2 },
  {
    keys: ["down", "ctrl+n"],
    action: "palette_down",
    label: "down",
    help: "down",
    modes: ["filter"],
    footer: 3,
  },
  { keys: ["up", "ctrl+p"], action: "palette_up", label: "up", help: "up", modes: ["filter"] },
];

/** In the jump line. */
export const JUMP_KEYS: readonly Key<App>[] = [
  { keys: ["enter"], action: "jump_run", label: "go", help: "go", modes: ["filter"], footer: 1 },
  {
    keys: ["tab"],
    action: "jump_complete",
    label: "complete",
    help: "complete",
    modes: ["filter"],
    footer: 2,
  },
  { keys: ["escape"], action: "jump_close", label: "close", help: "close", modes: ["filter"], footer: 3 },
  {
    keys: ["down", "ctrl+n"],
    action: "jump_down",
    label: "next",
    help: "next completion",
    modes: ["filter"],
  },
  { keys: ["up"], action: "jump_up", label: "before", help: "completion before", modes: ["filter"] },
];

/** In the question which notebook. */
export const NOTEBOOK_KEYS: readonly Key<App>[] = [
  {
    keys: ["enter"],
    action: "notebook_write",
    label: "add",
    help: "add the cells to this notebook, or make it",
    modes: ["filter"],
    footer: 1,
  },
  {
    keys: ["escape"],
    action: "notebook_close",
    label: "close",
    help: "close",
    modes: ["filter"],
    footer: 2,
  },
];

/** In the question what a run or a step is worth. */
export const SCORE_KEYS: readonly Key<App>[] = ([
  { keys: ["enter", "ctrl+s"], action: "score_keep", label: "keep", help: "keep what is written", footer: 1 },
  { keys: ["tab", "down"], action: "score_next", label: "next field", help: "next field", footer: 2 },
  { keys: ["shift+tab", "up"], action: "score_before", label: "field before", help: "field before" },
  { keys: ["escape"], action: "score_close", label: "close", help: "keep nothing", footer: 3 },
] as const).map((key) => ({ ...key, modes: ["form"] }));

/** In a question of yes and no. */
export const CONFIRM_KEYS: readonly Key<App>[] = [
  { keys: ["y", "enter"], action: "confirm_yes", label: "yes", help: "do it", modes: ["dialog"], footer: 1 },
  {
    keys: ["n", "escape", "q"],
    action: "confirm_no",
    label: "no",
    help: "leave it",
    modes: ["dialog"],
    footer: 2,
  },
];

/** In the question before leaving. */
export const LEAVE_KEYS: readonly Key<App>[] = [
  {
    keys: ["k", "enter"],
    action: "keep",
    label: "keep running",
    help: "leave, runs go on",
    modes: ["dialog"],
    footer: 1,
  },
  {
    keys: ["s"],
    action: "stop",
    label: "stop them",
    help: "stop the runs and leave",
    modes: ["dialog"],
    footer: 2,
  },
  { keys: ["escape", "c", "n"], action: "stay", label: "cancel", help: "stay", modes: ["dialog"], footer: 3 },
];
