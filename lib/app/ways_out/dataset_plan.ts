import { hashText, isFinal, type Run, type Store } from "../../core/mod.ts";
import { isEmptyRunFilter, loadTables } from "../../analysis/mod.ts";
import { type DatasetIndex, loadHuggingface, type Split } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { chosenPages, type SendChoice, type SentLedger } from "./unsent.ts";

/** A run that is to be in a dataset. */
export interface Member {
  readonly traceId: string;
  readonly runId: string;
}

/** A file that a dataset is to have. */
export interface PlannedShard {
  readonly path: string;
  readonly agent: string;
  readonly split: Split;
  /** Oldest first. */
  readonly members: readonly Member[];
  /** Something in it is not as the dataset has it. */
  readonly isDirty: boolean;
}

export interface DatasetPlan {
  readonly shards: readonly PlannedShard[];
  /** Files of the dataset that nothing is left of. */
  readonly gone: readonly string[];
  /** Chosen runs that are still at work, and wait for another time. */
  readonly atWork: number;
}

/**
 * What a dataset is to be made of: the runs of a choice and those that are in it by now, in a file for each agent, split and month.
 * Which split a run is in depends on its id alone. Without an index the store's word is taken for what is there.
 */
export async function planDataset(
  app: App,
  choice: SendChoice & { readonly validation: number },
  { ledger, index }: { readonly ledger: SentLedger; readonly index: DatasetIndex | undefined },
): Promise<DatasetPlan> {
  const store = await app.store();
  const { folderOf } = await loadHuggingface();
  const chosen = await chosenIds(app, choice);
  const shards = new Map<string, { agent: string; split: Split; members: Member[] }>();
  let atWork = 0;
  const { chosenRuns } = await loadTables();
  for await (const page of chosenRuns(store, { nowMs: app.host.now() })) {
    choice.signal.throwIfAborted();
    for (const run of page) {
      const isChosen = chosen?.has(run.traceId) ?? true;
      if (!isChosen && ledger.seqOf(run) === undefined) continue;
      if (!isOver(run)) {
        if (isChosen) atWork++;
        continue;
      }
      const split = splitOf(run.runId, choice.validation);
      const month = new Date(run.startTimeUs / 1000).toISOString().slice(0, 7);
      const path = `${folderOf(run.agent)}/${split}-${month}.parquet`;
      const shard = shards.getOrInsertComputed(path, () => ({ agent: run.agent, split, members: [] }));
      shard.members.push({ traceId: run.traceId, runId: run.runId });
    }
  }
  const planned: PlannedShard[] = [];
  for (const [path, shard] of [...shards].sort(([a], [b]) => a < b ? -1 : 1)) {
    const isOther = index !== undefined && index.shards[path]?.rows !== shard.members.length;
    const isDirty = isOther || await hasNews(store, ledger, shard.members);
    planned.push({ path, ...shard, isDirty });
  }
  return { shards: planned, gone: Object.keys(index?.shards ?? {}).filter((it) => !shards.has(it)), atWork };
}

/** Interrupted runs may go on one day; they are as they are until then. */
const isOver = ({ status }: Run) => isFinal(status) || status === "interrupted";

const splitOf = (runId: string, share: number): Split =>
  hashText(runId) / 2 ** 53 < share ? "validation" : "train";

async function chosenIds(app: App, choice: SendChoice): Promise<ReadonlySet<string> | undefined> {
  const isAll = !choice.runs?.length && (choice.filter === undefined || isEmptyRunFilter(choice.filter));
  if (isAll) return undefined;
  const ids = new Set<string>();
  for await (const page of chosenPages(app, choice)) for (const { traceId } of page) ids.add(traceId);
  return ids;
}

async function hasNews(store: Store, ledger: SentLedger, members: readonly Member[]): Promise<boolean> {
  for (const { traceId } of members) {
    const seq = ledger.seqOf({ traceId });
    if (seq === undefined) return true;
    const since = await store.changesSince(traceId, { seq, messageCount: 0 });
    if (since?.cursor.seq !== seq) return true;
  }
  return false;
}
