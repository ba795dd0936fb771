import { type Explanation, isLive, type Run } from "../../../core/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env } from "../../contract/screen.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { LIST_START, type ListPlace, type ListRows, listRows, selectedIndex } from "../../widgets/list.ts";
import { type Grid, gridFor } from "./grid.ts";
import type { BoardQueries, RunNow } from "./queries.ts";
import type { Sample } from "./rate.ts";

/** Rows above the grid. */
export const HEAD_ROWS = 1;

/** The live runs, oldest first; one that ends while it is looked at keeps its place until the screen is left. */
export interface BoardModel extends ListPlace {
  readonly state: "loading" | "ready" | "failed";
  /** Why the store did not answer last time; empty when it did. */
  readonly failure: Explanation;
  readonly runs: readonly Run[];
  /** There are more than are listed. */
  readonly hasMore: boolean;
  /** What those in view are doing, by trace id. */
  readonly now: ReadonlyMap<string, RunNow>;
  /** How much was streamed when, by trace id. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  /** The newest run started here when this screen was last in view. */
  readonly lastOwn?: string;
  readonly tickets: Tickets<BoardQueries>;
}

export const INITIAL: BoardModel = {
  ...LIST_START,
  state: "loading",
  failure: NO_FAILURE,
  runs: [],
  hasMore: false,
  now: new Map(),
  samples: new Map(),
  tickets: { board: 0 },
};

/** At work, or about to be. */
export function isUp({ status }: Run): boolean {
  return isLive(status) || status === "queued";
}

export function gridOf(model: Pick<BoardModel, "runs">, env: Env): Grid {
  return gridFor(model.runs.length, env.size.columns, env.size.rows - HEAD_ROWS);
}

/** The runs as a list whose window is what fits on the screen. */
export function boardRows({ runs }: Pick<BoardModel, "runs">, { across, down }: Grid): ListRows {
  return listRows(runs, (run) => run.traceId, across * down);
}

export function chosenIndex(model: BoardModel): number {
  return selectedIndex(model, listRows(model.runs, (run) => run.traceId, 1));
}

export function chosenRun(model: BoardModel): Run | undefined {
  return model.runs[chosenIndex(model)];
}

/** The first run in view: whole pages, so that nothing moves while the selection goes through one. */
export function firstInView(model: BoardModel, { across, down }: Grid): number {
  const page = across * down;
  return Math.floor(chosenIndex(model) / page) * page;
}
