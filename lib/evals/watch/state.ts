import type { AgentConfig } from "../../agent/mod.ts";
import type { SuiteCase } from "../suite/suite.ts";

/** A variant as its files are now. */
export interface WatchedVariant {
  readonly name: string;
  /** Its agent, then those that it may hand work to; none where stored runs say what agent they are of. */
  readonly agents: readonly AgentConfig[];
  /** Of all of them. */
  readonly hash: string;
}

/** A suite as its files are now. */
export interface SuiteState {
  /** How it is run: where answers come from, and how often each case is asked. */
  readonly manner: string;
  readonly variants: readonly WatchedVariant[];
  /** A scorer compares the variants: when one changes, all are run again. */
  readonly isCompared: boolean;
  readonly cases: readonly Pick<SuiteCase, "id" | "hash">[];
}
