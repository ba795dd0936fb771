import type {
  Baseline,
  CaseResult,
  DurableEvent,
  ExperimentCase,
  ExperimentChange,
  ExperimentEnd,
  ExperimentOverview,
  ExperimentPage,
  ExperimentRecord,
  ExperimentsQuery,
  ExperimentStore,
  ExperimentViews,
  NewCaseResult,
  OverviewQuery,
  Redactor,
  RunNote,
} from "../core/mod.ts";
import { listBaselines, saveBaseline } from "./baselines.ts";
import { ApiKeyTable } from "./api_keys.ts";
import type { Engine } from "./engine.ts";
import { experimentOverview } from "./experiment_overview.ts";
import { experimentChanges } from "./experiment_changes.ts";
import { ExperimentWriter } from "./experiment_writer.ts";
import { experimentCases, experimentResults, listExperiments, resolveExperiment } from "./experiments.ts";
import type { OtherWork } from "./journal.ts";
import { runNotes } from "./run_notes.ts";

/** The part of a store that keeps suites which were run. */
export abstract class ExperimentTables extends ApiKeyTable implements ExperimentStore, ExperimentViews {
  readonly #engine: Engine;
  readonly #redactor: Redactor;
  readonly #writer: ExperimentWriter;

  constructor(engine: Engine, redactor: Redactor) {
    super(engine, redactor);
    this.#engine = engine;
    this.#redactor = redactor;
    this.#writer = new ExperimentWriter(engine.owners);
  }

  /** Writes events, and what goes with them, in one of the transactions that all runs share. */
  protected abstract commit(events: readonly DurableEvent[], also: OtherWork): Promise<void>;

  async beginExperiment(record: ExperimentRecord, cases: readonly ExperimentCase[]): Promise<void> {
    await this.#write((db) => this.#writer.begin(db, this.#redactor.value(record), cases));
  }

  async continueExperiment(experimentId: string): Promise<void> {
    await this.#write((db) => this.#writer.continue(db, experimentId));
  }

  async endExperiment(experimentId: string, end: ExperimentEnd): Promise<void> {
    await this.#write((db) => this.#writer.end(db, experimentId, this.#redactor.value(end)));
  }

  async saveResults(experimentId: string, results: readonly NewCaseResult[]): Promise<void> {
    const safe = this.#redactor.value(results);
    const events = safe.flatMap(({ evaluations }) =>
      evaluations.map((evaluation) => ({ type: "evaluation", evaluation }) as const)
    );
    await this.commit(events, (db) => this.#writer.saveResults(db, experimentId, safe));
  }

  async listExperiments(query?: ExperimentsQuery): Promise<ExperimentPage> {
    return await this.#read((db) => listExperiments(db, this.#engine.owners, query));
  }

  async resolveExperiment(reference: string): Promise<ExperimentRecord> {
    return await this.#read((db) => resolveExperiment(db, this.#engine.owners, reference));
  }

  async experimentCases(experimentId: string): Promise<readonly ExperimentCase[]> {
    return await this.#read((db) => experimentCases(db, experimentId));
  }

  async experimentResults(
    experimentId: string,
    options?: { readonly withTexts?: boolean; readonly caseId?: string },
  ): Promise<readonly CaseResult[]> {
    return await this.#read((db) => experimentResults(db, experimentId, options));
  }

  async experimentChanges(experimentId: string): Promise<readonly ExperimentChange[]> {
    return await this.#read((db) => experimentChanges(db, experimentId));
  }

  async runNotes(runIds: readonly string[]): Promise<readonly RunNote[]> {
    return await this.#read((db) => runNotes(db, this.#engine.owners, runIds));
  }

  async experimentOverview(query: OverviewQuery): Promise<ExperimentOverview> {
    return await this.#read((db) => experimentOverview(db, this.#engine.owners, query));
  }

  async saveBaseline(baseline: Baseline): Promise<void> {
    await this.#write((db) => saveBaseline(db, this.#redactor.value(baseline)));
  }

  async listBaselines(): Promise<readonly Baseline[]> {
    return await this.#read(listBaselines);
  }

  async #write(work: (db: Engine["db"]) => Promise<void>): Promise<void> {
    await this.#read(work);
    this.#engine.signal.announce();
  }

  /** Whatever the database throws becomes the store's error. */
  async #read<T>(work: (db: Engine["db"]) => Promise<T>): Promise<T> {
    try {
      return this.#redactor.value(await work(this.#engine.db));
    } catch (error) {
      throw this.#redactor.error(this.#engine.toStoreError("use", error));
    }
  }
}
