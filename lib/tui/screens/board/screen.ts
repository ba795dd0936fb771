import type { Screen } from "../../contract/screen.ts";
import { BOARD_KEYS } from "./keys.ts";
import { type BoardModel, INITIAL } from "./model.ts";
import type { BoardQueries } from "./queries.ts";
import { boardTickMs, updateBoard } from "./update.ts";
import { viewBoard } from "./view.ts";

/** All live runs side by side. */
export const boardScreen: Screen<BoardModel, BoardQueries> = {
  keys: BOARD_KEYS,
  init: () => INITIAL,
  mode: () => "normal",
  update: updateBoard,
  queries: async () => (await import("./queries.ts")).BOARD_QUERIES,
  view: viewBoard,
  tickMs: boardTickMs,
};
