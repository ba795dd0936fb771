import { loadTables, traceRow } from "../../analysis/mod.ts";
import { AgentOpError, applyChanges, isAbortError, type Run, type TraceChanges } from "../../core/mod.ts";
import { loadWandb } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { checkedServer, HttpOut } from "./http_out.ts";
import { readRun } from "./read_run.ts";
import { chosenPages, type SendChoice, SentLedger } from "./unsent.ts";

const BASE_URL = "https://api.wandb.ai";
const PROJECT = "agentop";
/** Each waits for a dozen answers, one after the other. */
const RUNS_AT_ONCE = 8;

export interface WandbChoice extends SendChoice {
  /** @default WANDB_PROJECT, else `agentop` */
  readonly project?: string;
  /** @default WANDB_ENTITY, else the key's own */
  readonly entity?: string;
  /** For one attempt of one request; ms. */
  readonly timeoutMs?: number;
}

export interface WandbReport {
  /** Where a browser shows them. */
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
  const place = await openWandb(app, choice);
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

/** W&B as the configuration says, with a key that was tried. Throws `AgentOpError`. */
export async function openWandb(
  app: App,
  choice: Omit<WandbChoice, keyof SendChoice> & { readonly signal: AbortSignal },
) {
  const { secrets } = app.config;
  const key = secrets.WANDB_API_KEY?.trim();
  if (key === undefined) {
    throw new AgentOpError("Cannot export wandb: WANDB_API_KEY is not set", {
      remedy: "a key from https://wandb.ai/authorize in WANDB_API_KEY",
    });
  }
  const baseUrl = checkedServer(secrets.WANDB_BASE_URL ?? BASE_URL, "wandb", "WANDB_BASE_URL");
  const { WandbApi, WandbRefusal, sendWandbRun, wandbRun } = await loadWandb();
  const { runRow } = await loadTables();
  const { host, redactor } = app;
  const out = new HttpOut({
    host,
    what: "wandb",
    signal: choice.signal,
    ...(choice.timeoutMs === undefined ? {} : { timeoutMs: choice.timeoutMs }),
  });
  const api = new WandbApi({ baseUrl, key, send: out.fetch });
  const own = await api.defaultEntity();
  const place = {
    entity: choice.entity ?? secrets.WANDB_ENTITY ?? own,
    project: choice.project ?? secrets.WANDB_PROJECT ?? PROJECT,
  };
  const known = new Map<string, Promise<string>>();
  return {
    Refusal: WandbRefusal,
    api,
    place,
    target: `wandb ${baseUrl} ${place.entity}/${place.project}`,
    url: () => `${appUrl(baseUrl)}/${encodeURIComponent(place.entity)}/${encodeURIComponent(place.project)}`,
    /** Sends a run, with every secret taken out of it that is known by now. */
    async send(changes: TraceChanges): Promise<void> {
      const safe = redactor.value(changes);
      const { trace } = applyChanges(undefined, safe);
      const readings = {
        figures: runRow(trace.run, host.now()),
        line: JSON.stringify(traceRow(trace.run.runId, safe)),
      };
      await sendWandbRun(api, place, wandbRun(trace, readings), known);
    },
  };
}

/** Where people look, of where programs send to. */
const appUrl = (baseUrl: string) => baseUrl.replace(/^https:\/\/api\.wandb\.ai$/, "https://wandb.ai");

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
