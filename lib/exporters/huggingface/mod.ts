/**
 * Runs as a dataset of the Hugging Face Hub: rows, the page about them, and the standings of agents.
 *
 * @module
 */
export { type CardOptions, datasetCard, folderOf, LEADERBOARD_PATH } from "./card.ts";
export {
  type DatasetIndex,
  emptyIndex,
  INDEX_PATH,
  leaderboardOf,
  readIndex,
  ScoreSums,
  type ShardFigures,
  type Split,
} from "./dataset_index.ts";
export { LEADERBOARD_COLUMNS, leaderboardRows } from "./leaderboard.ts";
export { datasetColumns, datasetRow } from "./rows.ts";
export { writeParquet } from "../tables/parquet.ts";
