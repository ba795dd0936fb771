import type { Vars } from "../../core/mod.ts";
import type { ReadScorer } from "./suite_scorers.ts";

/** One of the agents that a suite compares. */
export interface SuiteVariant {
  readonly name: string;
  /** Name or path of the agent; absent where only stored runs are judged. */
  readonly agent?: string;
  /** Changes by their `--set` names. */
  readonly set: Readonly<Record<string, string>>;
}

/** What is asked once, or a stored run that is judged or run again, and what judges it. */
export interface SuiteCase {
  readonly id: string;
  readonly prompt: string;
  readonly scorers: readonly ReadScorer[];
  /** Its columns. */
  readonly vars: Vars;
  /** The stored run that it is. */
  readonly runId?: string;
  /** Of its prompt, columns and scorers: 32 hex digits. */
  readonly hash: string;
}

/** What decides whether an experiment passes. */
export interface SuiteGate {
  readonly scorer?: string;
  readonly failBelow?: number;
  readonly failIfWorse?: boolean;
  readonly margin?: number;
}

/** A suite as it was read: every case with its columns put in. */
export interface Suite {
  readonly name: string;
  readonly path: string;
  readonly variants: readonly SuiteVariant[];
  readonly repeats: number;
  readonly concurrency: number;
  readonly budgetUsd?: number;
  readonly source: "live" | "recorded";
  readonly mode: "live" | "hybrid";
  readonly cases: readonly SuiteCase[];
  /** Every scorer of it by the name of its scores, in order. */
  readonly scorers: readonly { readonly name: string; readonly version: string }[];
  readonly gate: SuiteGate;
  /** Of its cases: experiments with the same one asked and judged the same. */
  readonly hash: string;
}
