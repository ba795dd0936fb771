import { createHash } from "node:crypto";
import { loadTables } from "../../analysis/mod.ts";
import {
  applyChanges,
  type Columns,
  countRedacted,
  type Row,
  type SentRun,
  type TraceChanges,
} from "../../core/mod.ts";
import { loadHuggingface, type ShardFigures } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import type { PlannedShard } from "./dataset_plan.ts";
import { readRun } from "./read_run.ts";

/** As many conversations as are held at once. */
const ROWS_PER_GROUP = 100;

/** A file that was written, and what is in it. */
export interface WrittenShard {
  readonly path: string;
  /** Where it is on this machine. */
  readonly file: string;
  readonly figures: ShardFigures;
  /** The runs in it, as they are in it. */
  readonly runs: readonly SentRun[];
  readonly deleted: number;
  readonly damaged: number;
}

/** The columns of rows about runs, and how a run becomes one, with every secret taken out that is known by now. */
export async function datasetRows(app: App) {
  const [{ datasetColumns, datasetRow }, { TABLES, runRow }] = await Promise.all([
    loadHuggingface(),
    loadTables(),
  ]);
  return {
    columns: datasetColumns(TABLES.runs.columns),
    rowOf(changes: TraceChanges) {
      const safe = app.redactor.value(changes);
      const { trace } = applyChanges(undefined, safe);
      return { trace, row: datasetRow(trace, safe.messages, runRow(trace.run, app.host.now())) };
    },
  };
}

/** Writes the rows of a shard into a file of this machine; the same runs give the same bytes. */
export async function writeShard(
  app: App,
  { path, agent, split, members }: PlannedShard,
  { file, signal, suites }: {
    readonly file: string;
    readonly signal: AbortSignal;
    readonly suites: SuiteNames;
  },
): Promise<WrittenShard> {
  const store = await app.store();
  const { ScoreSums } = await loadHuggingface();
  const { columns, rowOf } = await datasetRows(app);
  const runs: SentRun[] = [];
  const marks = new Map<string, number>();
  const scores = new ScoreSums();
  const left = { deleted: 0, damaged: 0 };
  async function* rows(): AsyncGenerator<readonly Row[]> {
    for (const { traceId } of members) {
      signal.throwIfAborted();
      const changes = await readRun(store, { traceId });
      if (typeof changes === "string") {
        left[changes === "damaged" ? "damaged" : "deleted"]++;
        continue;
      }
      const { trace, row } = rowOf(changes);
      for (const value of Object.values(row)) if (typeof value === "string") countRedacted(value, marks);
      for (const { experimentId } of trace.evaluations) await suites.learn(experimentId);
      scores.addRun(trace.run, trace.evaluations, suites.of);
      runs.push({ traceId, seq: changes.cursor.seq });
      yield [row];
    }
  }
  const { bytes, sha256 } = await writeRows(file, columns, rows());
  const redacted = Object.fromEntries([...marks].sort(([a], [b]) => a < b ? -1 : 1));
  return {
    path,
    file,
    figures: { agent, split, rows: runs.length, bytes, sha256, redacted, scores: scores.all() },
    runs,
    ...left,
  };
}

/** A Parquet file of any rows, with what it takes to know it again. */
export async function writeRows(
  path: string,
  columns: Columns,
  rows: AsyncIterable<readonly Row[]>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { writeParquet } = await loadHuggingface();
  const sum = createHash("sha256");
  let bytes = 0;
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const writer = file.writable.getWriter();
  await writeParquet(columns, rows, async (piece) => {
    sum.update(piece);
    bytes += piece.length;
    await writer.write(piece);
  }, ROWS_PER_GROUP);
  await writer.close();
  return { bytes, sha256: sum.digest("hex") };
}

/** What experiments' suites are called. */
export class SuiteNames {
  readonly #app: App;
  readonly #names = new Map<string, string | undefined>();

  constructor(app: App) {
    this.#app = app;
  }

  async learn(experimentId: string | undefined): Promise<void> {
    if (experimentId === undefined || this.#names.has(experimentId)) return;
    this.#names.set(experimentId, undefined);
    try {
      const { experiment } = await (await this.#app.store()).resolveExperiment(experimentId);
      this.#names.set(experimentId, experiment.suite);
    } catch { /* deleted or damaged: its scores count without a suite */ }
  }

  readonly of = (experimentId: string): string | undefined => this.#names.get(experimentId);
}
