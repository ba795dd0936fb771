/**
 * Ways out: what runs look like for somebody who has neither the program nor the store. One file or folder each, and its line in
 * the list, from which `agentop export` has its formats and their help.
 *
 * @module
 */
import type { Exporter } from "../core/mod.ts";
import { html } from "./html/html.ts";
import { sqlite } from "./sqlite.ts";
import { csv } from "./tables/csv.ts";
import { jsonl } from "./tables/jsonl.ts";
import { parquet } from "./tables/parquet.ts";

export { csv, html, jsonl, parquet, sqlite };

export const EXPORTERS: readonly Exporter[] = [html, csv, jsonl, parquet, sqlite];

/** Rows as an Arrow table. Loaded with the first use. */
export const loadArrow = () => import("./tables/arrow.ts");

/** Pieces of pages, for whoever shows them elsewhere. Loaded with the first use. */
export const loadHtml = () => import("./html/fragments.ts");

/** Runs for Weights & Biases. Loaded with the first use. */
export const loadWandb = () => import("./wandb/mod.ts");

/** Runs as datasets of the Hugging Face Hub. Loaded with the first use. */
export const loadHuggingface = () => import("./huggingface/mod.ts");
export type { CardOptions, DatasetIndex, ShardFigures, Split } from "./huggingface/mod.ts";
export type { RunPlace, WandbRun } from "./wandb/mod.ts";
