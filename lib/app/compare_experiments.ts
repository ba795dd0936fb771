import {
  type ComparedVariant,
  type ExperimentComparison,
  type GateResult,
  type GateRules,
  loadExperiments,
} from "../analysis/mod.ts";
import { AgentOpError, type ExperimentRecord, oneLine, shortRunId, type Store } from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import type { App } from "./app.ts";

/** An experiment, and which of its variants `EXP` or `EXP/VARIANT` means. Throws `AgentOpError`. */
export async function namedVariants(
  store: Store,
  reference: string,
  verb: string,
): Promise<ExperimentRecord & { readonly variants: readonly string[] }> {
  const at = reference.indexOf("/");
  const [id, wanted] = at < 0 ? [reference, undefined] : [reference.slice(0, at), reference.slice(at + 1)];
  const record = await store.resolveExperiment(id);
  const { experimentId, variants } = record.experiment;
  if (wanted !== undefined && !variants.includes(wanted)) {
    throw new AgentOpError(
      `Cannot ${verb} ${shortRunId(experimentId)}: it has no variant "${oneLine(wanted, 60)}"`,
      { remedy: variants.map((it) => `${shortRunId(experimentId)}/${it}`).join(", ") },
    );
  }
  return { ...record, variants: variants.filter((name) => wanted === undefined || name === wanted) };
}

/** The variants that `EXP` or `EXP/VARIANT` means. Throws `AgentOpError`. */
export async function comparedVariants(
  app: App,
  reference: string,
  verb = "compare",
): Promise<readonly ComparedVariant[]> {
  const store = await app.store();
  const { experiment, variants } = await namedVariants(store, reference, verb);
  const { experimentId, suite, suiteHash } = experiment;
  const [cases, results] = await Promise.all([
    store.experimentCases(experimentId),
    store.experimentResults(experimentId, { withTexts: false }),
  ]);
  return variants.map((variant) => ({
    experimentId,
    suite,
    suiteHash,
    cases,
    variant,
    results: results.filter((it) => it.variant === variant),
  }));
}

/** Two variants compared; what a gate says of the second, measured by the first, beside it. */
export interface ComparedExperiments {
  readonly comparison: ExperimentComparison;
  readonly gate: GateResult;
}

/**
 * Compares two experiments, or the two variants of one. Throws `AgentOpError` where it is not clear which variants are meant, and
 * where they share no case.
 */
export async function compareExperiments(
  app: App,
  before: string,
  after: string | undefined,
  rules: GateRules = {},
): Promise<ComparedExperiments> {
  const [left, right] = await comparedSides(app, before, after);
  const { compareVariants, gateOf } = await loadExperiments();
  const comparison = compareVariants(left, right);
  if (comparison.pairs === 0) {
    const which = left.suite === right.suite
      ? ""
      : `: they are of the suites ${left.suite} and ${right.suite}`;
    throw new AgentOpError(
      `Cannot compare ${nameOf(left)} and ${nameOf(right)}: they have no case in common${which}`,
      { remedy: `agentop experiments --suite ${left.suite}` },
    );
  }
  const gated = {
    name: right.variant,
    results: right.results,
    comparison: { scorers: comparison.scorers, baselineResults: left.results },
  };
  return { comparison, gate: gateOf([gated], rules, left.experimentId) };
}

/** The two variants that are meant, to be compared or whatever `verb` says. Throws `AgentOpError` where that is not clear. */
export async function comparedSides(
  app: App,
  before: string,
  after: string | undefined,
  verb = "compare",
): Promise<readonly [ComparedVariant, ComparedVariant]> {
  const left = await comparedVariants(app, before, verb);
  if (after === undefined) {
    const [first, second, ...others] = left;
    if (first && second && others.length === 0) return [first, second];
    const names = left.map(nameOf);
    throw new AgentOpError(`Cannot ${verb} ${before}: it has ${plural(left.length, "variant")}, not two`, {
      remedy: left.length === 1 ? `${before} OTHER` : `${names[0]} ${names[1]}`,
    });
  }
  const right = await comparedVariants(app, after, verb);
  const [a, b] = [left[0]!, right[0]!];
  if (left.length === 1 && right.length === 1) return [a, b];
  // One variant of a name: it is clear which of the other side's is meant.
  const same = (one: ComparedVariant, many: readonly ComparedVariant[]) =>
    many.find((it) => it.variant === one.variant);
  const [ofLeft, ofRight] = [same(b, left), same(a, right)];
  if (right.length === 1 && ofLeft) return [ofLeft, b];
  if (left.length === 1 && ofRight) return [a, ofRight];
  const many = left.length > 1 ? left : right;
  const pairs = left.flatMap((one) => {
    const other = same(one, right);
    return other ? [`agentop ${verb} ${nameOf(one)} ${nameOf(other)}`] : [];
  });
  throw new AgentOpError(
    `Cannot ${verb} ${before} and ${after}: ${shortRunId(many[0]!.experimentId)} has ${many.length} variants`,
    { remedy: pairs[0] ?? many.map(nameOf).join(" or ") },
  );
}

function nameOf({ experimentId, variant }: ComparedVariant): string {
  return `${shortRunId(experimentId)}/${variant}`;
}
