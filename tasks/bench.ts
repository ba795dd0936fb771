/**
 * Measures what the project promises and prints it beside the promise. Arguments choose parts: `start`, `overhead`,
 * `concurrency`, `storage`, `queries`, `replay`, `charts`, `eval`, `alerts`, `budget`, `export`, `receive`; without them all run, one
 * after the other.
 *
 * @module
 */
import { budget } from "./bench/budget.ts";
import { alerts } from "./bench/alerts.ts";
import { charts } from "./bench/charts.ts";
import { evals } from "./bench/evals.ts";
import { exports } from "./bench/exports.ts";
import { type Figure, printTable } from "./bench/figure.ts";
import { queries } from "./bench/queries.ts";
import { receiving } from "./bench/receiving.ts";
import { replay } from "./bench/replay.ts";
import { concurrency, overhead, storage } from "./bench/runs.ts";
import { startUp } from "./bench/start_up.ts";

const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  start: startUp,
  overhead,
  concurrency,
  storage,
  queries,
  replay,
  charts,
  eval: evals,
  alerts,
  budget,
  export: exports,
  receive: receiving,
};

const chosen = Deno.args.length > 0 ? Deno.args : Object.keys(PARTS);
const figures: Figure[] = [];
for (const name of chosen) {
  const part = PARTS[name];
  if (!part) {
    console.error(`Cannot measure "${name}": no such part. Try: ${Object.keys(PARTS).join(", ")}`);
    Deno.exit(2);
  }
  console.error(`measuring ${name} …`);
  figures.push(...await part());
}
printTable(figures);
Deno.exit(figures.every(({ value, limit }) => value <= limit) ? 0 : 1);
