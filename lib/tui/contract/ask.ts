import type { Effect, Query } from "./message.ts";
import type { Step } from "./screen.ts";

/** A screen's model that counts its questions, one number per slot: an answer with another number is an old one. */
interface Asking<S extends string> {
  readonly tickets: Readonly<Record<S, number>>;
}

/**
 * One more question. With `minIntervalMs` it is a refresh, which asks the same again: an answer under way is as good, and must
 * not be dropped for ever while changes keep coming, so it keeps its number.
 */
export function ask<S extends string, M extends Asking<S>>(
  [model, effects]: Step<M>,
  slot: S,
  query: Query,
  minIntervalMs?: number,
): Step<M> {
  const ticket = model.tickets[slot] + (minIntervalMs === undefined ? 1 : 0);
  const effect: Effect = {
    type: "load",
    slot,
    ticket,
    query,
    ...(minIntervalMs === undefined ? {} : { minIntervalMs }),
  };
  return [{ ...model, tickets: { ...model.tickets, [slot]: ticket } }, [...effects, effect]];
}
