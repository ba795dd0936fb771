import { isEmptyRunFilter, loadTables } from "../../analysis/mod.ts";
import { AgentOpError, type Run, type RunFilter, type SentRun, type Store } from "../../core/mod.ts";
import type { App } from "../app.ts";
import { checkChoice, requestFor } from "../export_runs.ts";

const NOTED_AT_ONCE = 50;

export interface SendChoice {
  readonly runs?: readonly string[];
  readonly filter?: RunFilter;
  /** Also runs that are there as they are. @default false */
  readonly again?: boolean;
  readonly signal: AbortSignal;
}

/** The runs of a choice, page by page, oldest first: none is held longer than its page. Throws `AgentOpError` when none fits. */
export async function* chosenPages(app: App, choice: SendChoice): AsyncGenerator<readonly Run[]> {
  checkChoice(choice);
  const { runs, filter, signal } = choice;
  if (runs && runs.length > 0) {
    const request = await requestFor(app, { runs, signal });
    return void (yield request.runs!);
  }
  const { chosenRuns } = await loadTables();
  let count = 0;
  const all = filter === undefined || isEmptyRunFilter(filter);
  for await (
    const page of chosenRuns(await app.store(), { ...(all ? {} : { filter }), nowMs: app.host.now() })
  ) {
    signal.throwIfAborted();
    count += page.length;
    yield page;
  }
  if (count === 0 && !all) {
    throw new AgentOpError("Cannot export: no run matches", { remedy: "agentop runs with the same filter" });
  }
}

/**
 * What a place has of the store's runs, each as it was by its last write. Noted down as runs are sent, so that the same again goes on
 * where it ended, however it ended.
 */
export class SentLedger {
  readonly #store: Store;
  readonly #target: string;
  readonly #sent: Map<string, number>;
  #waiting: SentRun[] = [];

  private constructor(store: Store, target: string, sent: Map<string, number>) {
    this.#store = store;
    this.#target = target;
    this.#sent = sent;
  }

  static async open(store: Store, target: string, again = false): Promise<SentLedger> {
    const sent = again ? [] : await store.sentRuns(target);
    return new SentLedger(store, target, new Map(sent.map(({ traceId, seq }) => [traceId, seq])));
  }

  /** The write that a run had last when it was sent. */
  seqOf({ traceId }: Pick<SentRun, "traceId">): number | undefined {
    return this.#sent.get(traceId);
  }

  /** It is there; on record soon. */
  async note(run: SentRun): Promise<void> {
    this.#waiting.push({ traceId: run.traceId, seq: run.seq });
    if (this.#waiting.length >= NOTED_AT_ONCE) await this.flush();
  }

  async flush(): Promise<void> {
    const noted = this.#waiting;
    this.#waiting = [];
    if (noted.length > 0) await this.#store.noteSent(this.#target, noted);
  }
}
