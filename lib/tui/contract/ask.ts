import type { Effect } from "./message.ts";
import type { Asking, Queries, QueryAbout, SlotOf } from "./queries.ts";
import type { Step } from "./screen.ts";

/**
 * The way a screen with the questions `Q` asks one more, after what a step did already. With `minIntervalMs` it is a
 * refresh, which asks the same again: an answer under way is as good, and must not be dropped for ever while changes keep
 * coming, so it keeps its number.
 */
export type Ask<Q extends Queries> = <M extends Asking<Q>, S extends SlotOf<Q>>(
  step: Step<M>,
  slot: S,
  about: QueryAbout<Q, S>,
  minIntervalMs?: number,
) => Step<M>;

export function asking<Q extends Queries>(): Ask<Q> {
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
