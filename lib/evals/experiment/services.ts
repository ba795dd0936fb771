import type { AgentConfig, ApprovePolicy, Rights } from "../../agent/mod.ts";
import type { Experiment, ExperimentStore, Run, RunReader } from "../../core/mod.ts";
import type { ReplayServices, ReplayStore } from "../../replay/mod.ts";

/** What running a suite needs of the world. The program puts it together once. */
export interface EvalServices extends Omit<ReplayServices, "store"> {
  readonly store: ReplayStore & ExperimentStore & Pick<RunReader, "listRuns" | "summarizeRuns">;
}

/** How a suite is run this time. */
export interface EvalOptions {
  /** Only these cases, by id. */
  readonly only?: readonly string[];
  /** Only the first so many. */
  readonly limit?: number;
  /** Only these variants, by name. */
  readonly variants?: readonly string[];
  /** Instead of what the suite says. */
  readonly repeats?: number;
  readonly concurrency?: number;
  /** For the whole experiment, USD. */
  readonly budgetUsd?: number;
  /** Changes for all variants, by their `--set` names. */
  readonly set?: Readonly<Record<string, string>>;
  /** A person has allowed the commands that scorers of the suite run. @default false */
  readonly allowCommands?: boolean;
  /** Goes on with this experiment. */
  readonly resume?: string;
  /** A policy given for this invocation. */
  readonly approve?: ApprovePolicy | undefined;
  /** The agent of a variant, by name or path. Throws `AgentOpError`. */
  readonly resolveAgent: (agent: string) => Promise<AgentConfig>;
  /** What a stored run may do when it is run again. @default what is known of it decides */
  readonly rightsOf?: (run: Run) => Promise<Rights & { readonly approve: ApprovePolicy }>;
  readonly signal?: AbortSignal;
  /** Told once it is stored, before the first case. */
  readonly onBegin?: (experiment: Experiment) => void;
  /** Told after each result is stored. */
  readonly onProgress?: (progress: EvalProgress) => void;
  /** Told in one line of what may go wrong. */
  readonly onWarning?: (warning: string) => void;
}

/** Where an experiment stands. */
export interface EvalProgress {
  readonly planned: number;
  readonly done: number;
  readonly passed: number;
  readonly errors: number;
  /** Results of this process, which its rate is made of. */
  readonly doneNow: number;
  /** Sum of the known costs of what was asked, by the cases and by those that judge them, USD. */
  readonly costUsd: number;
  readonly unknownCostCalls: number;
  readonly elapsedMs: number;
}
