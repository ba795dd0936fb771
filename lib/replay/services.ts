import type { CreateRunner } from "../agent/mod.ts";
import type { DiffStore, ForkStore, Host, Store } from "../core/mod.ts";

/** What running again needs of the world. The program puts it together once. */
export interface ReplayServices {
  readonly store: ReplayStore;
  readonly host: Host;
  readonly createRunner: CreateRunner;
}

export type ReplayStore = Store & ForkStore & DiffStore;
