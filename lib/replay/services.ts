import type { AgentStore, CreateRunner } from "../agent/mod.ts";
import type { DiffStore, ForkStore, Host, RunReader } from "../core/mod.ts";

/** What running again needs of the world. The program puts it together once. */
export interface ReplayServices {
  readonly store: ReplayStore;
  readonly host: Host;
  readonly createRunner: CreateRunner;
  /** All variables that the process of a recorded replay starts with. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs are found, begun with the steps of others, executed and compared. */
export type ReplayStore = AgentStore & Pick<RunReader, "resolveRun"> & ForkStore & DiffStore;
