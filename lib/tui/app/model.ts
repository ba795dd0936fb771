import type { AddedCells, Shown, TypedScores } from "../../app/mod.ts";
import type { Run } from "../../core/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import type { TextField } from "../draw/text_field.ts";
import type { Theme } from "../draw/theme.ts";
import type { DemoEntry } from "../ports.ts";
import type { Jump, Names } from "./jump.ts";
import { NOTEBOOK_NAME, type NotebookPrompt } from "./notebook.ts";
import type { Effect, Msg, NoticeLevel, Question, ScreenId, Target } from "../contract/message.ts";
import { type Attention, type Needy, NO_ATTENTION } from "./attention.ts";
import type { ScoreForm } from "./score_form.ts";
import type { Notice } from "./notices.ts";
import type { Remap } from "./remap.ts";
import { firstScreen, SCREEN_TABS } from "./screen_list.ts";
import { DEFAULT_SETTINGS, type Settings } from "../contract/settings.ts";
import { NO_STATE, type SavedState } from "./saved_state.ts";
import type { LoadedScreen, OwnRun } from "../contract/screen.ts";
import { isTyping, type Mode } from "../contract/keys.ts";
import type { Size } from "../terminal/screen.ts";

/** The list of actions while it is open. */
export interface Palette {
  readonly field: TextField;
  readonly index: number;
}

/** Everything the workbench knows. */
export interface App {
  readonly size: Size;
  readonly nowMs: number;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
  readonly settings: Settings;
  readonly remap: Remap;
  readonly demos: readonly DemoEntry[];
  readonly endpoint: string;
  readonly storePath: string;
  readonly settingsPath?: string;
  /** What of the settings' file could not be read. */
  readonly fileProblems: readonly string[];
  /** The store lost writes that it had acknowledged. */
  readonly hasLostWrites: boolean;
  readonly timeZone: string;
  readonly extendedKeys: boolean;
  readonly hasEditor: boolean;
  /** The screens that are loaded; all of them soon after the first frame. */
  readonly screens: readonly LoadedScreen[];
  readonly active: ScreenId;
  /** Screens left on the way here, nearest last. */
  readonly history: readonly ScreenId[];
  readonly models: Readonly<Record<ScreenId, unknown>>;
  /** What each screen kept of the last time, for those that are not loaded yet. */
  readonly kept: SavedState["screens"];
  /** Newest last. */
  readonly notices: readonly Notice[];
  readonly help?: { readonly filter: TextField; readonly top: number };
  readonly palette?: Palette;
  readonly jump?: Jump;
  readonly notebook?: NotebookPrompt;
  readonly score?: ScoreForm;
  /** The notebook that was written to last. */
  readonly notebookName: string;
  /** A question of a screen. */
  readonly confirm?: { readonly screen: ScreenId; readonly question: Question };
  /** Asked before leaving while runs of this workbench are live. */
  readonly leaving?: { readonly live: readonly Run[] };
  /** Newest last. */
  readonly own: readonly OwnRun[];
  /** The first run of a comparison, once chosen. */
  readonly marked?: Target;
  /** Digits typed before a motion. */
  readonly count: string;
  /** The first of these digits led to another screen: where they were typed, should they turn out to be a count. */
  readonly countedOn?: Pick<App, "active" | "history">;
  readonly attention: Attention;
}

/** Input as the shell hands it to the root. */
export type AppMsg =
  | { readonly type: "key"; readonly key: string; readonly char?: string }
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "pointer_click"; readonly x: number; readonly y: number }
  | { readonly type: "pointer_drag"; readonly x: number; readonly y: number }
  | { readonly type: "pointer_wheel"; readonly x: number; readonly y: number; readonly lines: number }
  | { readonly type: "resize"; readonly size: Size }
  /** The look worked out from the settings and the terminal. */
  | { readonly type: "look"; readonly theme: Theme; readonly glyphs: Glyphs }
  | { readonly type: "screens"; readonly screens: readonly LoadedScreen[] }
  | { readonly type: "lost_writes" }
  | { readonly type: "demos"; readonly demos: readonly DemoEntry[] }
  | { readonly type: "names"; readonly names: Names }
  | { readonly type: "jump_resolved"; readonly target: Target }
  | { readonly type: "jump_failed"; readonly message: string }
  | { readonly type: "notebook_written"; readonly added: AddedCells }
  | { readonly type: "notebook_failed"; readonly message: string }
  | { readonly type: "scored"; readonly count: number }
  | { readonly type: "score_failed"; readonly message: string }
  | { readonly type: "count_over"; readonly count: string }
  | { readonly type: "notify"; readonly level: NoticeLevel; readonly text: string }
  | { readonly type: "leave_checked"; readonly live: readonly Run[] }
  /** Which runs want a person now. */
  | { readonly type: "needy"; readonly needy: Needy }
  /** For one screen; without `screen`, the one in view. */
  | { readonly type: "screen"; readonly screen?: ScreenId; readonly msg: Msg };

/** Effects as the shell gets them: who asked is known. */
export type AppEffect =
  | { readonly type: "screen"; readonly screen: ScreenId; readonly effect: Effect }
  | { readonly type: "timer"; readonly delayMs: number; readonly msg: AppMsg }
  | { readonly type: "check_leave"; readonly traceIds: readonly string[] }
  | { readonly type: "suspend" }
  /** Something that a person should hear of also while another window is in front. */
  | { readonly type: "alert"; readonly text: string }
  | { readonly type: "settings"; readonly settings: Settings }
  /** Asks for what can be completed in the jump line. */
  | { readonly type: "names" }
  | { readonly type: "resolve_run"; readonly reference: string }
  | { readonly type: "add_to_notebook"; readonly name: string; readonly shown: Shown }
  | { readonly type: "score"; readonly scores: TypedScores }
  /** `stop`: runs to stop on the way out. */
  | { readonly type: "exit"; readonly stop: readonly string[] };

export type AppStep = readonly [App, readonly AppEffect[]];

export const OWN_RUNS_MAX = 200;
export const MIN_COLUMNS = 40;
export const MIN_ROWS = 12;
/** Rows outside a screen's own area: header and footer. */
export const HEADER_ROWS = 1;
export const FOOTER_ROWS = 1;

/** How the next key will be read. */
export function modeOf(app: App): Mode {
  if (app.leaving || app.confirm) return "dialog";
  if (app.score) return "form";
  if (app.help || app.palette || app.jump || app.notebook) return "filter";
  return screenOf(app)?.mode(app.models[app.active]) ?? "normal";
}

export function isTypingNow(app: App): boolean {
  return isTyping(modeOf(app));
}

/** The screen in view; `undefined` until it is loaded. */
export function screenOf(app: App, id: ScreenId = app.active): LoadedScreen | undefined {
  return app.screens.find((screen) => screen.id === id);
}

export type AppStart =
  & Pick<App, "screens" | "size" | "nowMs" | "theme" | "glyphs" | "endpoint" | "storePath" | "hasEditor">
  & Partial<Pick<App, "settings" | "timeZone" | "settingsPath" | "fileProblems">>;

/** The workbench as it starts, with what was kept of the last time. */
export function initApp(given: AppStart, saved: SavedState = NO_STATE): App {
  return {
    settings: DEFAULT_SETTINGS,
    timeZone: "UTC",
    demos: [],
    hasLostWrites: false,
    fileProblems: [],
    ...given,
    remap: saved.keys,
    extendedKeys: false,
    active: firstScreen(saved.screen),
    history: [],
    models: modelsOf(given.screens, saved.screens),
    kept: saved.screens,
    notices: [],
    own: [],
    notebookName: NOTEBOOK_NAME,
    count: "",
    attention: NO_ATTENTION,
  };
}

/** With screens that were not loaded before. */
export function withScreens(app: App, screens: readonly LoadedScreen[]): App {
  return { ...app, screens, models: { ...modelsOf(screens, app.kept), ...app.models } };
}

function modelsOf(screens: readonly LoadedScreen[], kept: App["kept"]): App["models"] {
  return Object.fromEntries(screens.map((screen) => {
    const saved = kept[screen.id];
    const fresh = screen.init();
    return [screen.id, saved === undefined || !screen.restore ? fresh : screen.restore(fresh, saved)];
  }));
}

/** What is kept for the next start. `settings`: only those that differ from the start are worth a line in the file. */
export function savedState(app: App, settings: Partial<Settings>): SavedState {
  const screens: Record<string, unknown> = {};
  for (const { id } of SCREEN_TABS) {
    const screen = screenOf(app, id);
    const kept = screen ? screen.remember?.(app.models[id]) : app.kept[id];
    if (kept !== undefined) screens[id] = kept;
  }
  return { settings, keys: app.remap, screen: app.active, screens };
}
