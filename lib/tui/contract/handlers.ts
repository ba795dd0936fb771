import { notice } from "./effects.ts";
import { type Explanation, sentenceOf } from "../../core/mod.ts";
import type { LaunchedRun, LaunchRequest } from "../../app/mod.ts";
import { edit, insert, type TextField } from "../draw/text_field.ts";
import type { Hits } from "../draw/search.ts";
import type { Motion } from "../widgets/list.ts";
import type { Entry, Msg } from "./message.ts";
import type { AnswerTo, HasTickets, Queries, SlotOf } from "./queries.ts";
import type { Env, Step } from "./screen.ts";

/** What a key does. `count` was typed before it. */
export type Action<M> = (model: M, env: Env, count?: number) => Step<M>;

/** By the names in the key table. */
export type Actions<M> = Readonly<Record<string, Action<M>>>;

/** Text typed or pasted into a field, or an editing key; `undefined` when the key is none. */
export type FieldChange = (
  field: TextField,
  options?: { readonly multiline?: boolean },
) => TextField | undefined;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What a screen does with what happens; together they are its `update`. What is absent changes nothing. */
export interface Handlers<M, Q extends Queries> {
  readonly entered?: (model: M, entry: Entry, env: Env) => Step<M>;
  readonly storeChanged?: (model: M, env: Env) => Step<M>;
  readonly resized?: (model: M, env: Env) => Step<M>;
  /** Which actions there are may go with the state: a question has its own. */
  readonly actions: (model: M) => Actions<M>;
  /** Any other action: the motions. */
  readonly moved?: (model: M, motion: Motion, env: Env) => Step<M>;
  readonly typed?: (model: M, change: FieldChange, env: Env) => Step<M>;
  readonly clicked?: (model: M, place: Place, env: Env) => Step<M>;
  /** The border between two panes is pulled here. */
  readonly dragged?: (model: M, place: Place, env: Env) => Step<M>;
  readonly wheeled?: (model: M, lines: number, place: Place, env: Env) => Step<M>;
  /** Only answers to the latest question of their slot come here. */
  readonly answered: { readonly [S in SlotOf<Q>]: (model: M, answer: AnswerTo<Q, S>, env: Env) => Step<M> };
  /** A question whose failure is not listed fails with a notice. */
  readonly failed?: { readonly [S in SlotOf<Q>]?: (model: M, failure: Explanation) => Step<M> };
  readonly launched?: (
    model: M,
    run: LaunchedRun,
    about: { readonly request: LaunchRequest; readonly watch: boolean },
  ) => Step<M>;
  readonly launchFailed?: (model: M, message: string) => Step<M>;
  /** An editor was closed; `undefined`: nothing was saved. */
  readonly edited?: (model: M, text: string | undefined, env: Env) => Step<M>;
  /** What was found of a pattern so far. */
  readonly sought?: (model: M, hits: Hits, env: Env) => Step<M>;
}

/** The `update` that these handlers make. */
export function updateOf<M extends object, Q extends Queries>(
  handlers: Handlers<M, Q>,
): (model: M, msg: Msg<Q>, env: Env) => Step<M> {
  return (model, msg, env) => handled(handlers, model, msg, env) ?? [model, []];
}

function handled<M extends object, Q extends Queries>(
  handlers: Handlers<M, Q>,
  model: M,
  msg: Msg<Q>,
  env: Env,
): Step<M> | undefined {
  switch (msg.type) {
    case "enter":
      return handlers.entered?.(model, msg, env);
    case "store_changed":
      return handlers.storeChanged?.(model, env);
    case "resized":
      return handlers.resized?.(model, env);
    case "action": {
      const { action, count } = msg;
      const actions = handlers.actions(model);
      if (Object.hasOwn(actions, action)) return actions[action]!(model, env, count);
      return handlers.moved?.(model, { action, count }, env);
    }
    case "text":
      return handlers.typed?.(model, (field, options) => insert(field, msg.text, options), env);
    case "edit":
      return handlers.typed?.(model, (field, options) => edit(field, msg.key, options), env);
    case "click":
      return handlers.clicked?.(model, msg, env);
    case "drag":
      return handlers.dragged?.(model, msg, env);
    case "wheel":
      return handlers.wheeled?.(model, msg.lines, msg, env);
    case "answer":
      if (!isLatest(model, msg)) return undefined;
      return handlers.answered[msg.slot](model, msg.answer, env);
    case "no_answer":
      return isLatest(model, msg) ? failed(handlers, model, msg) : undefined;
    case "launched":
      return handlers.launched?.(model, msg.run, msg);
    case "launch_failed":
      return handlers.launchFailed?.(model, msg.message);
    case "edited":
      return handlers.edited?.(model, msg.text, env);
    case "sought":
      return handlers.sought?.(model, msg.hits, env);
    case "tick":
      return undefined; // the clock moves on by itself
  }
}

function isLatest<Q>(
  model: object,
  { slot, ticket }: { readonly slot: SlotOf<Q>; readonly ticket: number },
): boolean {
  const { tickets } = model as Partial<HasTickets<Q>>;
  return ticket === tickets?.[slot];
}

function failed<M, Q extends Queries>(
  handlers: Handlers<M, Q>,
  model: M,
  { slot, failure }: { readonly slot: SlotOf<Q>; readonly failure: Explanation },
): Step<M> {
  const known = handlers.failed?.[slot];
  return known ? known(model, failure) : [model, [notice("error", sentenceOf(failure))]];
}
