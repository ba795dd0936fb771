import type { AgentServices, AgentStore, ApprovePolicy, CreateRunner, Rights } from "../agent/mod.ts";
import type { DiffStore, ForkStore, Host, Run, RunReader } from "../core/mod.ts";

/** What running again needs of the world. The program puts it together once. */
export interface ReplayServices {
  readonly store: ReplayStore;
  readonly host: Host;
  readonly createRunner: CreateRunner;
  /** All variables that the process of a recorded replay starts with. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** What a stored run may do when it is run again. */
  rightsFor(run: Run): Promise<Rights & { readonly approve: ApprovePolicy }>;
  readonly remember?: AgentServices["remember"];
}

/** Runs are found, begun with the steps of others, executed and compared. */
export type ReplayStore = AgentStore & Pick<RunReader, "resolveRun" | "treeTotals"> & ForkStore & DiffStore;
