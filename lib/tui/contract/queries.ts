import type { TuiServices } from "../ports.ts";

/**
 * One question of a screen: what it is about in, an answer out. It may wait and may reject; the reason is shown. What is
 * asked is plain data, so that `update` stays pure and tests can read it.
 */
export type Query = (services: TuiServices, about: never) => Promise<unknown>;

/**
 * All questions of one screen by the slot they are asked in: of each slot one is under way, and a newer one replaces the one
 * that waits.
 */
export type Queries = Readonly<Record<string, Query>>;

/** Of a screen that asks nothing. */
export type NoQueries = Readonly<Record<never, Query>>;

export type SlotOf<Q> = keyof Q & string;
/** What the question in a slot is about; `undefined` when there is nothing to say. */
export type QueryAbout<Q extends Queries, S extends SlotOf<Q>> = Parameters<Q[S]>[1];
export type AnswerTo<Q extends Queries, S extends SlotOf<Q>> = Awaited<ReturnType<Q[S]>>;

/** The number of the latest question in each slot: an answer with another number is an old one. */
export type Tickets<Q> = Readonly<Record<SlotOf<Q>, number>>;

/** A screen's model that counts its questions. */
export interface HasTickets<Q> {
  readonly tickets: Tickets<Q>;
}

/** Answers as a screen gets them. */
export type AnswerMsg<Q extends Queries> = {
  readonly [S in SlotOf<Q>]: {
    readonly type: "answer";
    readonly slot: S;
    readonly ticket: number;
    readonly answer: AnswerTo<Q, S>;
  };
}[SlotOf<Q>];
