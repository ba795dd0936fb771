import type { Run } from "../../core/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import type { TextField } from "../draw/text_field.ts";
import type { Theme } from "../draw/theme.ts";
import { SCREENS } from "../screens/mod.ts";
import type { Effect, Msg, NoticeLevel, ScreenId } from "./message.ts";
import { type Env, isTyping, type Mode, type OwnRun, type Screen, type Size } from "./screen.ts";

/** Everything the workbench knows. */
export interface App {
  readonly size: Size;
  readonly nowMs: number;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
  readonly endpoint: string;
  readonly storePath: string;
  readonly extendedKeys: boolean;
  readonly hasEditor: boolean;
  readonly active: ScreenId;
  /** Screens left on the way here, nearest last. */
  readonly history: readonly ScreenId[];
  readonly models: Readonly<Record<ScreenId, unknown>>;
  readonly notice?: { readonly level: NoticeLevel; readonly text: string; readonly untilMs: number };
  readonly help?: { readonly filter: TextField; readonly top: number };
  /** Asked before leaving while runs of this workbench are live. */
  readonly leaving?: { readonly live: readonly Run[] };
  /** Newest last. */
  readonly own: readonly OwnRun[];
  /** Digits typed before a motion. */
  readonly count: string;
}

/** Input as the shell hands it to the root. */
export type AppMsg =
  | { readonly type: "key"; readonly key: string; readonly char?: string }
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "pointer_click"; readonly x: number; readonly y: number }
  | { readonly type: "pointer_wheel"; readonly x: number; readonly y: number; readonly lines: number }
  | { readonly type: "resize"; readonly size: Size }
  | { readonly type: "theme"; readonly theme: Theme }
  | { readonly type: "count_over"; readonly count: string }
  | { readonly type: "notify"; readonly level: NoticeLevel; readonly text: string }
  | { readonly type: "leave_checked"; readonly live: readonly Run[] }
  /** For one screen; without `screen`, the one in view. */
  | { readonly type: "screen"; readonly screen?: ScreenId; readonly msg: Msg };

/** Effects as the shell gets them: who asked is known. */
export type AppEffect =
  | { readonly type: "screen"; readonly screen: ScreenId; readonly effect: Effect }
  | { readonly type: "timer"; readonly delayMs: number; readonly msg: AppMsg }
  | { readonly type: "check_leave"; readonly traceIds: readonly string[] }
  | { readonly type: "suspend" }
  /** `stop`: runs to stop on the way out. */
  | { readonly type: "exit"; readonly stop: readonly string[] };

export type AppStep = readonly [App, readonly AppEffect[]];

export const OWN_RUNS_MAX = 200;
export const MIN_COLUMNS = 40;
export const MIN_ROWS = 12;
/** Rows outside a screen's own area: header and footer. */
export const HEADER_ROWS = 1;
export const FOOTER_ROWS = 1;

export function screenOf(id: ScreenId): Screen {
  return SCREENS.find((screen) => screen.id === id)!;
}

export function envOf(app: App): Env {
  return {
    nowMs: app.nowMs,
    size: { columns: app.size.columns, rows: Math.max(0, app.size.rows - HEADER_ROWS - FOOTER_ROWS) },
    glyphs: app.glyphs,
    endpoint: app.endpoint,
    storePath: app.storePath,
    extendedKeys: app.extendedKeys,
    hasEditor: app.hasEditor,
    own: app.own,
  };
}

/** How the next key will be read. */
export function modeOf(app: App): Mode {
  if (app.leaving) return "dialog";
  if (app.help) return "filter";
  return screenOf(app.active).mode(app.models[app.active]);
}

export function isTypingNow(app: App): boolean {
  return isTyping(modeOf(app));
}

export function initApp(
  given: Pick<App, "size" | "nowMs" | "theme" | "glyphs" | "endpoint" | "storePath" | "hasEditor">,
): App {
  const models = Object.fromEntries(SCREENS.map((screen) => [screen.id, screen.init()])) as Record<
    ScreenId,
    unknown
  >;
  return { ...given, extendedKeys: false, active: "runs", history: [], models, own: [], count: "" };
}
