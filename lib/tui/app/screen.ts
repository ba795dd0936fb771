import type { Glyphs } from "../draw/glyphs.ts";
import type { Line } from "../draw/line.ts";
import type { Size } from "../terminal/screen.ts";
import type { DemoEntry } from "../ports.ts";
import type { LaunchRequest } from "../../app/mod.ts";
import type { Effect, Msg, ScreenId, Target } from "./message.ts";
import type { Settings } from "./settings.ts";

export type { Size } from "../terminal/screen.ts";

/**
 * How keys are read. `filter` and `form` send printable keys to a text field; `dialog` waits for an answer. `pick` is
 * `normal` where letters are text. Keys without `modes` belong to `normal`.
 */
export type Mode = "normal" | "pick" | "filter" | "form" | "dialog";

export function isTyping(mode: Mode): boolean {
  return mode === "filter" || mode === "form";
}

/** One row of a key table: drives the input, the footer and the help. */
export interface Key<M = unknown> {
  readonly keys: readonly string[];
  readonly action: string;
  /** Two words at most, for the footer. */
  readonly label: string;
  /** One sentence part, for the help. */
  readonly help: string;
  /** Place in the footer, lowest first; absent keys are only in the help. */
  readonly footer?: number;
  readonly modes?: readonly Mode[];
  /** Takes a count typed before it. */
  readonly counted?: boolean;
  readonly when?: (model: M) => boolean;
}

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
}

/** One row of the key registry. */
export interface Binding {
  /** The name by which the configuration file calls the action: `runs.stop`. */
  readonly id: string;
  readonly title: string;
  readonly keys: readonly string[];
  readonly help: string;
  readonly changed: boolean;
}

export type Step<M> = readonly [M, readonly Effect[]];

/** A screen with its own model. `update` and `view` are pure. */
export interface Screen<M = unknown> {
  readonly id: ScreenId;
  readonly title: string;
  readonly keys: readonly Key<M>[];
  init(): M;
  mode(model: M): Mode;
  update(model: M, msg: Msg, env: Env): Step<M>;
  /** Exactly `env.size.rows` rows, none wider than `env.size.columns`. */
  view(model: M, env: Env): readonly Line[];
  /** How often time alone changes what is shown; `undefined` when it does not. */
  tickMs(model: M): number | undefined;
  /** The digit that leads here. @default the place in the header */
  readonly digit?: string;
  /** `false`: reached by key and palette only, it has no place in the header. @default true */
  readonly tab?: boolean;
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
export function erased<M>(screen: Screen<M>): Screen {
  const { status, remember, restore, ...rest } = screen;
  return {
    ...rest,
    ...(status ? { status: (model, env) => status(model as M, env) } : {}),
    ...(remember ? { remember: (model) => remember(model as M) } : {}),
    ...(restore ? { restore: (model, saved) => restore(model as M, saved) } : {}),
    keys: screen.keys as readonly Key[],
    mode: (model) => screen.mode(model as M),
    update: (model, msg, env) => screen.update(model as M, msg, env),
    view: (model, env) => screen.view(model as M, env),
    tickMs: (model) => screen.tickMs(model as M),
  };
}

/** Motions mean the same everywhere. */
export const MOTION_KEYS: readonly Key[] = [
  { keys: ["j", "down"], action: "down", label: "down", help: "down (5j: five)", counted: true },
  { keys: ["k", "up"], action: "up", label: "up", help: "up", counted: true },
  { keys: ["g", "home"], action: "top", label: "top", help: "to the first", counted: true },
  {
    keys: ["G", "end"],
    action: "bottom",
    label: "end",
    help: "to the last (12G: to the twelfth)",
    counted: true,
  },
  { keys: ["ctrl+d"], action: "half_down", label: "half page", help: "half a page down", counted: true },
  { keys: ["ctrl+u"], action: "half_up", label: "half page", help: "half a page up", counted: true },
  { keys: ["pageDown", "ctrl+f"], action: "page_down", label: "page", help: "a page down", counted: true },
  { keys: ["pageUp", "ctrl+b"], action: "page_up", label: "page", help: "a page up", counted: true },
];

const KEY_SIGNS: Readonly<Record<string, string>> = {
  escape: "esc",
  space: "space",
  pageDown: "pgdn",
  pageUp: "pgup",
};

/** How a key is written in the footer and the help: `^s`, `⏎`, `esc`. */
export function keySign(key: string, glyphs: Glyphs): string {
  if (key === "enter") return glyphs.enter;
  if (key === "ctrl+enter") return `^${glyphs.enter}`;
  if (key === "up") return glyphs.up;
  if (key === "down") return glyphs.down;
  const ctrl = /^ctrl\+(.+)$/.exec(key);
  return ctrl ? `^${ctrl[1]}` : KEY_SIGNS[key] ?? key;
}
