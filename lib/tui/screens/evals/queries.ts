import {
  AgentOpError,
  type CaseResult,
  type Evaluation,
  type Experiment,
  type ExperimentOverview,
  type ExperimentSide,
  type OverviewQuery,
  type Run,
} from "../../../core/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import { storedTrace } from "../../trace/stored.ts";
import type { TuiServices } from "../../ports.ts";

/** A case under one variant. */
export interface CaseOf extends ExperimentSide {
  readonly caseId: string;
  /** The run that stands for it. */
  readonly runId: string;
}

/** What its run said, and what was said of all its tries. */
export interface CaseAbout extends CaseOf {
  readonly run: Run;
  readonly results: readonly CaseResult[];
  /** What people said of the run. */
  readonly said: readonly Evaluation[];
}

export interface ListedExperiments {
  readonly experiments: readonly Experiment[];
  /** There are more than were asked for. */
  readonly hasMore: boolean;
}

export const EVALS_QUERIES = {
  list: async ({ store }: TuiServices, { limit }: { readonly limit: number }): Promise<ListedExperiments> => {
    const { experiments, nextCursor } = await store.listExperiments({ limit });
    return { experiments, hasMore: nextCursor !== undefined };
  },
  overview: ({ store }: TuiServices, query: OverviewQuery): Promise<ExperimentOverview> =>
    store.experimentOverview(query),
  about: async (services: TuiServices, asked: CaseOf): Promise<CaseAbout> => {
    const { store } = services;
    const { experimentId, caseId, variant, runId } = asked;
    const run = await store.resolveRun(runId);
    const [trace, results] = await Promise.all([
      storedTrace(services, run.traceId),
      store.experimentResults(experimentId, { caseId }),
    ]);
    const said = trace?.evaluations.filter(({ source }) => source === "human") ?? [];
    return { ...asked, run, said, results: results.filter((it) => it.variant === variant) };
  },
  /** How many cases run at a time, from now on; answered in words. */
  set: async (
    { operateExperiment }: TuiServices,
    { experimentId, concurrency }: { readonly experimentId: string; readonly concurrency: string },
  ): Promise<string> => {
    if (!operateExperiment) {
      throw new AgentOpError("Cannot set it here: this workbench only shows experiments", {
        remedy: `agentop set ${experimentId} concurrency=8`,
      });
    }
    return await operateExperiment(experimentId, concurrency);
  },
  /** The run to open. */
  run: async ({ store }: TuiServices, { runId }: { readonly runId: string }): Promise<Run> =>
    await store.resolveRun(runId),
} satisfies Queries;

export type EvalsQueries = typeof EVALS_QUERIES;
