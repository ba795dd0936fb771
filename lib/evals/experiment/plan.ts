import { AgentOpError, nearest, oneLine } from "../../core/mod.ts";
import type { Suite, SuiteCase } from "../suite/suite.ts";
import type { ReadyVariant } from "./variants.ts";

const UNKNOWN_SHOWN = 5;

/** One run of an experiment. */
export interface Task {
  readonly variant: ReadyVariant;
  readonly case: SuiteCase;
  /** From 1. */
  readonly repeat: number;
}

/** What tells a result from others of its experiment. */
export function taskKey({ variant, caseId, repeat }: {
  readonly variant: string;
  readonly caseId: string;
  readonly repeat: number;
}): string {
  return JSON.stringify([variant, caseId, repeat]);
}

/** The same of a task. */
export function keyOfTask({ variant, case: { id }, repeat }: Task): string {
  return taskKey({ variant: variant.name, caseId: id, repeat });
}

/** The cases that are asked this time. Throws `AgentOpError` for an id that is not there. */
export function chosenCases(
  { cases, name }: Suite,
  { only, limit }: { readonly only?: readonly string[] | undefined; readonly limit?: number | undefined },
): readonly SuiteCase[] {
  if (!only || only.length === 0) return cases.slice(0, limit);
  const ids = new Map(cases.map((it) => [it.id, it]));
  const unknown = only.filter((id) => !ids.has(id));
  if (unknown.length > 0) {
    const shown = unknown.slice(0, UNKNOWN_SHOWN).map((id) => `"${oneLine(id, 40)}"`).join(", ");
    const guess = nearest(unknown[0]!, [...ids.keys()]);
    throw new AgentOpError(`Cannot choose cases of ${name}: it has no case ${shown}`, {
      remedy: guess === undefined ? `--only ${cases[0]!.id}` : `--only ${guess}`,
    });
  }
  const wanted = new Set(only);
  return cases.filter((it) => wanted.has(it.id)).slice(0, limit);
}

/** A repeat after the other, case by case: whatever it is stopped at, variants have been asked the same. */
export function* tasksOf(
  variants: readonly ReadyVariant[],
  cases: readonly SuiteCase[],
  repeats: number,
): Generator<Task> {
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const one of cases) {
      for (const variant of variants) yield { variant, case: one, repeat };
    }
  }
}
