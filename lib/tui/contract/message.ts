import type { Speech } from "../../analysis/mod.ts";
import type { ControlAction, Explanation } from "../../core/mod.ts";
import type {
  LaunchedRun,
  LaunchRequest,
  ReplayRequest,
  ResumeLimits,
  RunOperation,
  Shown,
} from "../../app/mod.ts";
import type { Hits, Search } from "../draw/search.ts";
import type { AnswerMsg, Queries, SlotOf } from "./queries.ts";
import type { Settings } from "./settings.ts";

/** A screen by the `id` it gives itself; the list of them is `screens/mod.ts`. */
export type ScreenId = string;

/** Where a screen was sent to. */
export interface Target {
  readonly traceId: string;
  readonly runId: string;
}

/** The two runs to put side by side, by run id or reference. */
export interface Pairing {
  readonly left: string;
  readonly right: string;
}

/** What a person is asked to judge. */
export interface ScoreSubject {
  readonly runId: string;
  /** The step, when not the whole run. */
  readonly spanId?: string;
  /** What it is, in a few words. */
  readonly about: string;
  /** What was said of it before, a line each. */
  readonly known?: readonly string[];
}

/** What a screen should begin with. */
export interface Entry {
  readonly target?: Target;
  /** What to show first, e.g. an agent. */
  readonly name?: string;
  /** A filter to set. */
  readonly search?: string;
  /** The runs to compare. */
  readonly compare?: Pairing;
  /** The step to run again from; `fork`: its text is edited first. */
  readonly replay?: { readonly step?: number; readonly fork?: boolean };
}

/** What happened. Everything that the `update` of a screen with the questions `Q` ever sees. */
export type Msg<Q extends Queries = Queries> =
  | AnswerMsg<Q>
  | {
    readonly type: "no_answer";
    readonly slot: SlotOf<Q>;
    readonly ticket: number;
    readonly failure: Explanation;
  }
  | PlainMsg;

/** What happens to any screen. */
export type PlainMsg =
  | { readonly type: "action"; readonly action: string; readonly count?: number }
  /** Typed or pasted into the focused field. */
  | { readonly type: "text"; readonly text: string }
  /** An editing key for the focused field. */
  | { readonly type: "edit"; readonly key: string }
  /** Positions count from the top left of the screen's own area. */
  | { readonly type: "click"; readonly x: number; readonly y: number }
  /** A border is pulled here. */
  | { readonly type: "drag"; readonly x: number; readonly y: number }
  | { readonly type: "wheel"; readonly x: number; readonly y: number; readonly lines: number }
  /** The screen came into view. */
  | ({ readonly type: "enter" } & Entry)
  | { readonly type: "store_changed" }
  | { readonly type: "tick" }
  | { readonly type: "resized" }
  | {
    readonly type: "launched";
    readonly run: LaunchedRun;
    readonly request: LaunchRequest;
    readonly watch: boolean;
  }
  | { readonly type: "launch_failed"; readonly message: string }
  | { readonly type: "edited"; readonly text: string | undefined }
  /** What was found of a pattern so far. */
  | { readonly type: "sought"; readonly hits: Hits };

/** A question before something that cannot be undone. */
export interface Question {
  readonly title: string;
  readonly lines: readonly string[];
  /** What yes does, in a few words. */
  readonly yes: string;
  readonly action: string;
}

export type NoticeLevel = "info" | "warn" | "error";

/** What should be done, as data. The first group is done by the root itself, the others by the shell. */
export type Effect =
  | ({ readonly type: "go"; readonly screen: ScreenId } & Entry)
  | { readonly type: "leave" }
  /** Remembers the first run of a comparison, or forgets it. */
  | { readonly type: "mark"; readonly run: Target | undefined }
  | { readonly type: "notice"; readonly level: NoticeLevel; readonly text: string }
  /** Asks first; on yes the screen gets `action`. */
  | { readonly type: "confirm"; readonly question: Question }
  | { readonly type: "settings"; readonly change: Partial<Settings> }
  /** What the settings' file holds was changed by hand, and counts from now on. */
  | { readonly type: "settings_read"; readonly file: unknown }
  /** Asks for a notebook, and adds cells to it that show this. */
  | { readonly type: "to_notebook"; readonly shown: Shown }
  /** Asks what the person says of it, and keeps that. */
  | { readonly type: "to_score"; readonly subject: ScoreSubject }
  /**
   * Asks the screen's own query of that slot about `query`. Answers carry the ticket, and a screen drops those that are
   * not its latest. `minIntervalMs` spaces out refreshes.
   */
  | {
    readonly type: "load";
    readonly slot: string;
    readonly ticket: number;
    readonly query: unknown;
    readonly minIntervalMs?: number;
  }
  | { readonly type: "launch"; readonly request: LaunchRequest; readonly watch: boolean }
  /** Answered like `launch`. `about`: what is run again. */
  | { readonly type: "replay"; readonly request: ReplayRequest; readonly about: LaunchRequest }
  | {
    readonly type: "control";
    readonly traceId: string;
    readonly action: ControlAction;
    readonly argument?: Record<string, unknown>;
    /** Said when the request is stored. */
    readonly done: string;
  }
  /** What a person does to a live run. */
  | { readonly type: "operate"; readonly traceId: string; readonly operation: RunOperation }
  /** A run that ended goes on, under other limits where they are given. */
  | { readonly type: "revive"; readonly traceId: string; readonly limits?: ResumeLimits }
  /** Acknowledges these alerts, or all. */
  | { readonly type: "tend_alerts"; readonly alertIds?: readonly string[]; readonly done: string }
  /** Nothing is delivered of a rule until then; `null`: again. */
  | {
    readonly type: "mute_alerts";
    readonly rule: string;
    readonly untilUs: number | null;
    readonly done: string;
  }
  | { readonly type: "copy"; readonly text: string }
  /** Looks for a pattern in a text, beside the keys; the screen gets `sought`, until it looks for something else. */
  | { readonly type: "seek"; readonly text: string; readonly search: Search }
  | { readonly type: "editor"; readonly text: string }
  /** Sound is opened with the system's player. */
  | { readonly type: "play"; readonly speech: Speech }
  /** The screen gets `edited` when the editor is closed. */
  | { readonly type: "open_file"; readonly path: string; readonly line?: number };
