import { join } from "node:path";
import { countRedacted } from "../../core/mod.ts";
import type { WandbRun } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { planDataset } from "./dataset_plan.ts";
import { checkedRepo, type DatasetChoice, REPO, VALIDATION } from "./export_huggingface.ts";
import type { WandbChoice } from "./export_wandb.ts";
import { hubUrlOf } from "./hub.ts";
import { readRun } from "./read_run.ts";
import { chosenPages, SentLedger } from "./unsent.ts";
import { wandbPlace, wandbReader, wandbTarget } from "./wandb_place.ts";
import { datasetRows, SuiteNames, writeShard } from "./write_shard.ts";

const EXAMPLE_CHARS_MAX = 300;

/** What would leave this machine. */
export interface DryRun {
  /** Where to; what only the key says is `…`. */
  readonly to: string;
  readonly runs: number;
  /** On record as there. */
  readonly unchanged: number;
  readonly bytes: number;
  readonly parts: readonly { readonly what: string; readonly count: number; readonly bytes: number }[];
  /** Every name under which something would be told. */
  readonly fields: readonly string[];
  /** Places where something was taken out, by the variable that holds it. */
  readonly redacted: Readonly<Record<string, number>>;
  /** Of one run, with long texts cut. */
  readonly example: unknown;
}

/** The same as `exportWandb()`, but for the sending: no request is made. */
export async function dryRunWandb(app: App, choice: WandbChoice): Promise<DryRun> {
  const place = wandbPlace(app, choice);
  const { entity } = place;
  const store = await app.store();
  const ledger = entity === undefined
    ? undefined
    : await SentLedger.open(store, wandbTarget({ ...place, entity }), choice.again);
  const read = await wandbReader(app);
  const sums = new Parts();
  const fields = new Set<string>();
  const redacted = new Map<string, number>();
  const seen = new Set<unknown>();
  let runs = 0;
  let unchanged = 0;
  let example: unknown;
  for await (const page of chosenPages(app, choice)) {
    for (const run of page) {
      choice.signal.throwIfAborted();
      const changes = await readRun(store, run, ledger?.seqOf(run));
      if (changes === "unchanged") unchanged++;
      if (typeof changes === "string") continue;
      runs++;
      const sent = read(changes);
      countWandb(sent, sums, seen);
      for (const content of Object.values(sent.trace.files)) {
        countRedacted(new TextDecoder().decode(content), redacted);
      }
      for (const name of Object.keys(sent.facts.config)) fields.add(`config.${name}`);
      for (const name of Object.keys(sent.facts.summary)) fields.add(`summary.${name}`);
      for (const line of sent.history) {
        for (const name of Object.keys(JSON.parse(line))) fields.add(`history.${name}`);
      }
      example ??= { ...sent.facts, firstStep: JSON.parse(sent.history[0] ?? "null") };
    }
  }
  return {
    to: `${place.baseUrl} ${entity ?? "…"}/${place.project}`,
    runs,
    unchanged,
    ...sums.all(),
    fields: [...fields].sort(),
    redacted: Object.fromEntries(redacted),
    example: cutTexts(example ?? null),
  };
}

function countWandb(run: WandbRun, sums: Parts, seen: Set<unknown>): void {
  const { facts, history, summary, costs, inputs, trace, isOver } = run;
  sums.add("configuration and figures", JSON.stringify(facts).length + summary.length);
  sums.add("rows of history", history.reduce((sum, line) => sum + line.length, 0), history.length);
  if (costs) sums.add("tables of costs", costs.content.length);
  for (const artifact of [...inputs, ...(isOver ? [trace] : [])]) {
    const key = `${artifact.name} ${artifact.metadata.sha256}`;
    if (artifact !== trace && seen.has(key)) continue; // is kept once
    seen.add(key);
    const bytes = Object.values(artifact.files).reduce((sum, it) => sum + it.length, 0);
    sums.add(`artifacts: ${artifact.type}`, bytes);
  }
}

/** The same as `exportHuggingface()`, but for the sending: no request is made, files are written here and removed. */
export async function dryRunHuggingface(app: App, choice: DatasetChoice): Promise<DryRun> {
  const { signal, validation = VALIDATION } = choice;
  const repo = checkedRepo(choice.repo ?? REPO);
  const url = hubUrlOf(app);
  const store = await app.store();
  const isFull = repo.includes("/");
  const ledger = await SentLedger.open(store, `huggingface ${url} ${repo}`, choice.again === true || !isFull);
  const { shards } = await planDataset(app, { ...choice, validation }, { ledger, index: undefined });
  const { columns, rowOf } = await datasetRows(app);
  const folder = await Deno.makeTempDir({ prefix: "agentop-dataset-" });
  try {
    const sums = new Parts();
    const redacted = new Map<string, number>();
    const suites = new SuiteNames(app);
    const file = join(folder, "shard.parquet");
    let runs = 0;
    for (const shard of shards.filter(({ isDirty }) => isDirty)) {
      const { figures } = await writeShard(app, shard, { file, signal, suites });
      runs += figures.rows;
      sums.add(shard.path, figures.bytes, figures.rows);
      for (const [name, count] of Object.entries(figures.redacted)) {
        redacted.set(name, (redacted.get(name) ?? 0) + count);
      }
    }
    const first = shards.find(({ isDirty }) => isDirty)?.members[0];
    const changes = first && await readRun(store, first);
    return {
      to: `${url}/datasets/${isFull ? repo : `…/${repo}`} (${choice.isPublic ? "public" : "private"})`,
      runs,
      unchanged: shards.reduce((sum, it) => sum + (it.isDirty ? 0 : it.members.length), 0),
      ...sums.all(),
      fields: Object.keys(columns),
      redacted: Object.fromEntries(redacted),
      example: typeof changes === "object" ? cutTexts(rowOf(changes).row) : null,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Sums by the kind of what goes. */
class Parts {
  readonly #parts = new Map<string, { what: string; count: number; bytes: number }>();

  add(what: string, bytes: number, count = 1): void {
    const part = this.#parts.getOrInsertComputed(what, () => ({ what, count: 0, bytes: 0 }));
    part.count += count;
    part.bytes += bytes;
  }

  all(): Pick<DryRun, "bytes" | "parts"> {
    const parts = [...this.#parts.values()];
    return { bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0), parts };
  }
}

/** For looking at: nobody reads all of a conversation there. */
function cutTexts(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      value,
      (_, it: unknown) =>
        typeof it === "string" && it.length > EXAMPLE_CHARS_MAX
          ? `${it.slice(0, EXAMPLE_CHARS_MAX).toWellFormed()}… (${it.length} characters)`
          : it,
    ),
  );
}
