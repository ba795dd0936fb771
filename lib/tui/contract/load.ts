import type { Effect } from "./message.ts";
import type { HasTickets, Queries, QueryAbout, SlotOf } from "./queries.ts";
import type { Step } from "./screen.ts";

/**
 * Asks one of a screen's questions, after what a step did already; the answer comes as a message. With `minIntervalMs` it is
 * a refresh, which asks the same again: an answer under way is as good, and must not be dropped for ever while changes keep
 * coming, so it keeps its number.
 */
export type Load<Q extends Queries> = <M extends HasTickets<Q>, S extends SlotOf<Q>>(
  step: Step<M>,
  slot: S,
  about: QueryAbout<Q, S>,
  minIntervalMs?: number,
) => Step<M>;

/** How a screen with the questions `Q` asks them. */
export function loading<Q extends Queries>(): Load<Q> {
  return ([model, effects], slot, query, minIntervalMs) => {
    const ticket = model.tickets[slot] + (minIntervalMs === undefined ? 1 : 0);
    const effect: Effect = {
      type: "load",
      slot,
      ticket,
      query,
      ...(minIntervalMs === undefined ? {} : { minIntervalMs }),
    };
    return [{ ...model, tickets: { ...model.tickets, [slot]: ticket } }, [...effects, effect]];
  };
}
