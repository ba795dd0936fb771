import type { CreateRunner } from "../agent/mod.ts";
import type { DiffStore, ForkStore, Host, Store } from "../core/mod.ts";

/** What running again needs of the world. The program puts it together once. */
export interface ReplayServices {
  readonly store: ReplayStore;
  readonly host: Host;
  readonly createRunner: CreateRunner;
  /** The built-in simulator answers, for a model of any name. */
  readonly usesSimulator: boolean;
}

export type ReplayStore = Store & ForkStore & DiffStore;
