import type { Action, Actions, FieldChange } from "../contract/handlers.ts";
import type { Env, Step } from "../contract/screen.ts";
import type { Hits } from "../draw/search.ts";
import { isSameSearch } from "../draw/search.ts";
import {
  foldedTo,
  type Lay,
  patternSwitched,
  type Reader,
  rewrapped,
  searchKept,
  searchLeft,
  searchOpened,
  searchTyped,
  sideways,
  toHit,
  type Window,
  withHits,
} from "./reader.ts";

/** Where a screen keeps its reader, and what is read. */
export interface ReaderPort<M> {
  reader(model: M): Reader;
  /** The model with that reader. */
  with(model: M, reader: Reader): M;
  window(model: M, env: Env): Window;
  /** What else a search does when it is begun: the text gets the focus. */
  begun?(model: M): M;
}

/** What a screen does for its text. */
export interface ReaderHandlers<M> {
  readonly actions: Actions<M>;
  typed(model: M, change: FieldChange, env: Env): M;
  /** More of a pattern was found. */
  sought(model: M, hits: Hits, env: Env): M;
  /** Asks for what a pattern finds in the text as it is now, after each step of the screen. */
  seeking(step: Step<M>, env: Env): Step<M>;
}

/** All levels: no JSON of a store is so deep. */
const ALL_LEVELS = 1_000_000;

export function readerHandlers<M>(port: ReaderPort<M>): ReaderHandlers<M> {
  const layOf = (model: M, env: Env): Lay => (reader) => port.window(port.with(model, reader), env);
  const changed =
    (change: (reader: Reader, lay: Lay, count?: number) => Reader): Action<M> => (model, env, count) => [
      port.with(model, change(port.reader(model), layOf(model, env), count)),
      [],
    ];
  return {
    actions: {
      search: (model) => {
        const begun = port.begun?.(model) ?? model;
        return [port.with(begun, searchOpened(port.reader(begun))), []];
      },
      next_hit: changed((reader, lay) => toHit(reader, 1, lay)),
      previous_hit: changed((reader, lay) => toHit(reader, -1, lay)),
      wrap: changed(rewrapped),
      side_on: changed((reader, lay, count) => sideways(reader, 1, lay(reader), count)),
      side_back: changed((reader, lay, count) => sideways(reader, -1, lay(reader), count)),
      fold_all: changed((reader, lay, count = 0) => foldedTo(reader, count, lay)),
      unfold_all: changed((reader, lay) => foldedTo(reader, ALL_LEVELS, lay)),
      search_keep: changed(searchKept),
      search_leave: changed(searchLeft),
      search_pattern: changed(patternSwitched),
    },
    typed: (model, change, env) =>
      port.with(model, searchTyped(port.reader(model), change, layOf(model, env))),
    sought: (model, hits, env) => port.with(model, withHits(port.reader(model), hits, layOf(model, env))),
    seeking: ([model, effects], env) => {
      const reader = port.reader(model);
      const { search, asked } = reader;
      if (!search?.isPattern) return [model, effects];
      const { text } = port.window(model, env).doc;
      if (asked && isSameSearch(asked.search, search) && asked.text === text) return [model, effects];
      const next = port.with(model, { ...reader, asked: { search, text } });
      return [next, [...effects, { type: "seek", text, search }]];
    },
  };
}
