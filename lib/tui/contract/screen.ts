import type { Glyphs } from "../draw/glyphs.ts";
import type { Line } from "../draw/line.ts";
import type { Size } from "../terminal/screen.ts";
import type { DemoEntry } from "../ports.ts";
import type { LaunchRequest } from "../../app/mod.ts";
import type { Binding, Key, Mode } from "./keys.ts";
import type { Effect, Msg, ScreenId, Target } from "./message.ts";
import type { Queries } from "./queries.ts";
import type { Settings } from "./settings.ts";

export type { Size } from "../terminal/screen.ts";

/** A run started from this workbench. */
export interface OwnRun {
  readonly traceId: string;
  readonly runId: string;
  readonly request: LaunchRequest;
}

/** What all screens can see. `size` is the screen's own area. */
export interface Env {
  readonly nowMs: number;
  readonly size: Size;
  readonly glyphs: Glyphs;
  readonly endpoint: string;
  readonly storePath: string;
  /** The file of the settings, where they are kept. */
  readonly settingsPath?: string;
  /** Whose days and times are shown: an IANA name. The header names it, but for `UTC`. */
  readonly timeZone: string;
  /** The terminal can send ctrl+enter. */
  readonly extendedKeys: boolean;
  readonly hasEditor: boolean;
  readonly own: readonly OwnRun[];
  /** The first run of a comparison, once chosen. */
  readonly marked?: Target;
  readonly demos: readonly DemoEntry[];
  readonly settings: Settings;
  /** Every action with its keys, for the settings screen. */
  readonly bindings: readonly Binding[];
  /** Why parts of that file are not used, one sentence each. */
  readonly settingsProblems: readonly string[];
}

export type Step<M> = readonly [M, readonly Effect[]];

/** What header, digits, palette and jump line show of a screen. */
export interface ScreenTab {
  readonly id: ScreenId;
  readonly title: string;
  /** `false`: reached by key and palette only, it has no place in the header. @default true */
  readonly tab?: boolean;
  /** The screen in whose place in the header it shows; the workbench may start with it again. */
  readonly under?: ScreenId;
}

/** A screen in the list of screens. All but the first in view are loaded when the first frame is out. */
export interface ScreenEntry extends ScreenTab {
  load(): Promise<Screen>;
}

/** A screen that can be shown. */
export type LoadedScreen = ScreenTab & Screen;

/** A screen with its own model and its own questions. `update` and `view` are pure. */
export interface Screen<M = unknown, Q extends Queries = Queries> {
  readonly keys: readonly Key<M>[];
  init(): M;
  mode(model: M): Mode;
  update(model: M, msg: Msg<Q>, env: Env): Step<M>;
  /** Exactly `env.size.rows` rows, none wider than `env.size.columns`. */
  view(model: M, env: Env): readonly Line[];
  /** How often time alone changes what is shown; `undefined` when it does not. */
  tickMs(model: M, nowMs: number): number | undefined;
  /** What the screen asks; loaded when it asks first. Absent: it asks nothing. */
  queries?(): Promise<Q>;
  /** Whether a border that can be pulled is at a place of its own area. */
  isGrip?(model: M, env: Env, place: { readonly x: number; readonly y: number }): boolean;
  /** A few words for the left end of the footer. */
  status?(model: M, env: Env): string | undefined;
  /** What of the model is kept for the next start; plain JSON. */
  remember?(model: M): unknown;
  /** The model with what was kept; `saved` comes from a file and may be anything. */
  restore?(model: M, saved: unknown): M;
}

/**
 * Hides the model's type so that screens fit in one list. Sound because the root hands a screen only models which the
 * same screen made.
 */
export function erased<M, Q extends Queries>(screen: Screen<M, Q>): Screen {
  const { status, remember, restore, isGrip, ...rest } = screen;
  return {
    ...rest,
    ...(status ? { status: (model, env) => status(model as M, env) } : {}),
    ...(isGrip ? { isGrip: (model, env, place) => isGrip(model as M, env, place) } : {}),
    ...(remember ? { remember: (model) => remember(model as M) } : {}),
    ...(restore ? { restore: (model, saved) => restore(model as M, saved) } : {}),
    keys: screen.keys as readonly Key[],
    mode: (model) => screen.mode(model as M),
    update: (model, msg, env) => screen.update(model as M, msg, env),
    view: (model, env) => screen.view(model as M, env),
    tickMs: (model, nowMs) => screen.tickMs(model as M, nowMs),
  };
}
