import type { CaseResult } from "../../core/mod.ts";
import type { SuiteCase } from "../suite/suite.ts";
import type { SuiteState } from "./state.ts";

/** Variants that are to be run on the same cases. */
export interface LeftToRun {
  readonly variants: readonly string[];
  readonly cases: readonly string[];
}

interface Known {
  readonly asked: string;
  readonly caseHash: string;
  readonly experimentId: string;
  readonly results: readonly CaseResult[];
}

/** The newest results of each variant and case, with what they are results of. */
export class KnownResults {
  readonly #known = new Map<string, Map<string, Known>>();

  /** What has no results, or only those of another agent or another case: as few groups as there can be. */
  left(state: SuiteState): readonly LeftToRun[] {
    const groups = new Map<string, { variants: string[]; cases: readonly string[] }>();
    for (const variant of state.variants) {
      const known = this.#known.get(variant.name);
      const cases = state.cases.filter((it) => known?.get(it.id)?.asked !== askedOf(state, variant.hash, it))
        .map((it) => it.id);
      if (cases.length === 0) continue;
      const key = JSON.stringify(cases);
      const group = groups.get(key);
      if (group) group.variants.push(variant.name);
      else groups.set(key, { variants: [variant.name], cases });
    }
    return [...groups.values()];
  }

  /** Keeps results of a state; a case that lacks some of its repeats is still to be run. */
  keep(state: SuiteState, experimentId: string, results: readonly CaseResult[], repeats: number): void {
    const cases = new Map(state.cases.map((it) => [it.id, it]));
    const hashes = new Map(state.variants.map((it) => [it.name, it.hash]));
    for (const [variant, ofVariant] of Map.groupBy(results, (it) => it.variant)) {
      const hash = hashes.get(variant);
      if (hash === undefined) continue;
      const known = this.#known.get(variant) ?? new Map<string, Known>();
      this.#known.set(variant, known);
      for (const [caseId, tries] of Map.groupBy(ofVariant, (it) => it.caseId)) {
        const one = cases.get(caseId);
        if (one === undefined || tries.length < repeats) continue;
        const asked = askedOf(state, hash, one);
        known.set(caseId, { asked, caseHash: one.hash, experimentId, results: tries });
      }
    }
  }

  /** The newest results of a variant, and what was asked for them. */
  of(variant: string): {
    /** The experiment of the newest of them; `undefined` without any. */
    readonly experimentId: string | undefined;
    readonly cases: readonly { readonly caseId: string; readonly hash: string }[];
    readonly results: readonly CaseResult[];
  } {
    const known = [...this.#known.get(variant) ?? []];
    return {
      // Their ids are in the order of time.
      experimentId: known.map(([, it]) => it.experimentId).sort().at(-1),
      cases: known.map(([caseId, { caseHash }]) => ({ caseId, hash: caseHash })),
      results: known.flatMap(([, { results }]) => results),
    };
  }
}

function askedOf(
  { manner, isCompared, variants }: SuiteState,
  agentHash: string,
  { hash }: Pick<SuiteCase, "hash">,
): string {
  return JSON.stringify([manner, isCompared ? variants.map((it) => it.hash) : agentHash, hash]);
}
