import {
  type AlertStore,
  type BudgetStore,
  type CaseResult,
  type ExperimentStore,
  type Host,
  type Run,
  RUN_TAG,
  type RunReader,
  type ServerNotes,
} from "../../core/mod.ts";
import { budgetWindows } from "../../analysis/mod.ts";
import { type Needy, tightBudgets, TROUBLED } from "./attention.ts";

/** Between two looks, so that a store that changes all the time is asked little. */
const REST_MS = 1_000;
/** A server that is killed changes nothing in the store. */
const SERVERS_REST_MS = 5_000;
const RUNS_MAX = 50;
const ALERTS_MAX = 50;
/** A run that ends badly now began at most that long before the workbench did. */
const BEGAN_MS_MAX = 24 * 3_600_000;

export interface LookoutOptions {
  readonly services: {
    readonly store:
      & Pick<RunReader, "listRuns">
      & Pick<ExperimentStore, "experimentResults">
      & Pick<AlertStore, "listAlerts">
      & Pick<ServerNotes, "serverNotes">
      & Pick<BudgetStore, "listBudgets">;
    readonly host: Pick<Host, "now">;
    /** Where days, weeks and months of budgets begin. @default "UTC" */
    readonly timeZone?: string;
  };
  /** Runs that ended before are no news. */
  readonly sinceMs: number;
  readonly found: (needy: Needy) => void;
  /** Before each look: what ended is looked at by alert rules, and told. */
  readonly judge?: () => void;
}

/** Looks after every change of the store which runs want a person, whatever screen is in view. */
export class Lookout {
  readonly #options: LookoutOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  #closed = false;
  /** Cases whose experiment went on without them. */
  readonly #replaced = new Set<string>();

  constructor(options: LookoutOptions) {
    this.#options = options;
  }

  /** The store changed, or was just opened. */
  look(): void {
    if (this.#closed) return;
    if (this.#busy || this.#timer !== undefined) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    // The screen in view meets the same trouble and says so.
    this.#ask().catch(() => {}).finally(() => {
      this.#busy = false;
      if (this.#closed) return;
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        if (this.#again) this.look();
      }, REST_MS);
    });
  }

  /** No look is under way or due. */
  get isIdle(): boolean {
    return !this.#busy && !this.#again;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#checking);
  }

  async #ask(): Promise<void> {
    this.#again = false;
    const { services: { store, host, timeZone = "UTC" }, sinceMs, found, judge } = this.#options;
    judge?.();
    const [waiting, ended, alerts, servers, budgets] = await Promise.all([
      store.listRuns({ filter: { status: ["waiting"] }, sort: "oldest", limit: RUNS_MAX }),
      store.listRuns({
        filter: { status: TROUBLED, sinceUs: (sinceMs - BEGAN_MS_MAX) * 1000 },
        limit: RUNS_MAX,
      }),
      store.listAlerts({ isOpen: true, limit: ALERTS_MAX }),
      store.serverNotes(),
      store.listBudgets(budgetWindows(host.now(), timeZone)),
    ]);
    const recent = ended.runs.filter((run) => (run.endTimeUs ?? run.startTimeUs) >= sinceMs * 1000);
    const isReplaced = await Promise.all(recent.map((run) => this.#isReplaced(run)));
    if (this.#closed) return;
    const troubled = recent.filter((_, index) => !isReplaced[index]);
    found({
      waiting: waiting.runs,
      troubled: troubled.toReversed(),
      alerts,
      servers,
      tight: tightBudgets(budgets),
    });
    clearTimeout(this.#checking);
    if (servers.length > 0) this.#checking = setTimeout(() => this.look(), SERVERS_REST_MS);
  }

  /** Another run is the result of its case: nobody needs to look at this one. */
  async #isReplaced({ runId, group, tags }: Run): Promise<boolean> {
    const caseId = tags[RUN_TAG.case];
    if (group === undefined || caseId === undefined) return false;
    if (this.#replaced.has(runId)) return true;
    // The group of a run may be called anything.
    const results = await this.#options.services.store.experimentResults(group, { withTexts: false, caseId })
      .catch((): readonly CaseResult[] => []);
    const own = results.find((it) =>
      it.variant === tags[RUN_TAG.variant] && String(it.repeat) === tags[RUN_TAG.repeat]
    );
    if (own === undefined || own.runId === runId) return false;
    this.#replaced.add(runId);
    return true;
  }
}
