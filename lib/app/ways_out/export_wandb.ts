import { isAbortError, type Run } from "../../core/mod.ts";
import type { App } from "../app.ts";
import { offlineWandb } from "./offline_wandb.ts";
import { readRun } from "./read_run.ts";
import { chosenPages, type SendChoice, SentLedger } from "./unsent.ts";
import { openWandb, type WandbPlaceOptions } from "./wandb_place.ts";

/** Each waits for a dozen answers, one after the other. */
const RUNS_AT_ONCE = 8;

export interface WandbChoice extends SendChoice, WandbPlaceOptions {
  /** A folder to write to instead, for `wandb sync` to send. */
  readonly offlineFolder?: string;
}

export interface WandbReport {
  /** Where a browser shows them, or the folder. */
  readonly url: string;
  /** That were sent. */
  readonly runs: number;
  /** That were there already, as they are. */
  readonly unchanged: number;
  /** Gone from the store before their turn came. */
  readonly deleted: number;
  /** That cannot be read. */
  readonly damaged: number;
  /** That W&B did not take, and its words about the first of them. */
  readonly refused: number;
  readonly message?: string;
}

/**
 * Sends runs to Weights & Biases. What is there is on record in the store: the same again sends only what is new or has changed, also
 * after it was killed; and what was sent without being on record is written over itself. Throws `AgentOpError`.
 */
export async function exportWandb(app: App, choice: WandbChoice): Promise<WandbReport> {
  const { offlineFolder } = choice;
  const place = offlineFolder === undefined
    ? await openWandb(app, choice)
    : await offlineWandb(app, { ...choice, offlineFolder });
  const store = await app.store();
  const ledger = await SentLedger.open(store, place.target, choice.again);
  const sent = { runs: 0, unchanged: 0, deleted: 0, damaged: 0, refused: 0 };
  let message: string | undefined;
  const sendOne = async (run: Run) => {
    const changes = await readRun(store, run, ledger.seqOf(run));
    if (typeof changes === "string") return void sent[changes]++;
    try {
      await place.send(changes);
    } catch (error) {
      if (!(error instanceof place.Refusal)) throw error;
      sent.refused++;
      message ??= error.reason;
      return;
    }
    sent.runs++;
    await ledger.note({ traceId: run.traceId, seq: changes.cursor.seq });
  };
  try {
    for await (const page of chosenPages(app, choice)) {
      await severalAtOnce(page, RUNS_AT_ONCE, choice.signal, sendOne);
    }
  } finally {
    await ledger.flush();
  }
  return { url: place.url(), ...sent, ...(message === undefined ? {} : { message }) };
}

/** Works on all, so many at a time; the first that fails ends the others. */
export async function severalAtOnce<T>(
  all: readonly T[],
  width: number,
  signal: AbortSignal,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const queue = all.values();
  let failure: unknown;
  let hasFailed = false;
  await Promise.all(Array.from({ length: width }, async () => {
    for (const one of queue) {
      if (hasFailed || signal.aborted) return;
      try {
        await work(one);
      } catch (error) {
        if (!hasFailed || isAbortError(failure)) failure = error;
        hasFailed = true;
      }
    }
  }));
  if (hasFailed) throw failure;
  signal.throwIfAborted();
}
