import { moreCasesNeeded } from "../statistics/paired.ts";
import { carriedInterval } from "../statistics/carried_interval.ts";
import { caseScores } from "../statistics/case_scores.ts";
import type { ScoreComparison } from "../statistics/compare_scores.ts";
import {
  ERROR_SHARE_MAX,
  errorShare,
  type ScoreSummary,
  summarizeScores,
} from "../statistics/summarize_scores.ts";
import type { CaseResult } from "../../core/mod.ts";
import { isSpending } from "./spending.ts";
import { triesOf } from "./summary.ts";

/** How much worse than the baseline may not be excluded, unless said otherwise. */
export const MARGIN_DEFAULT = 0.02;

/** `none`: nothing was asked for. */
export type GateVerdict = "pass" | "regression" | "inconclusive" | "none";

/** What a gate says of an experiment. */
export interface GateResult {
  /** `pass`, `regression`, `inconclusive`, or `none`: nothing was asked for. */
  readonly verdict: GateVerdict;
  /** The scorer that decided; `null` for all of them. */
  readonly scorer: string | null;
  /** In words. */
  readonly reason: string;
  /** Id of the experiment it was compared with. */
  readonly baseline: string | null;
  /** About so many more cases would decide it; `null` where that is not known, or not the trouble. */
  readonly moreCasesNeeded: number | null;
}

export interface GateRules {
  /** @default every scorer; for `failBelow` all but `SPENDING_SCORERS` */
  readonly scorer?: string;
  /** The least mean score. */
  readonly failBelow?: number;
  /** @default 0.02 */
  readonly margin?: number;
}

/** What is judged: results of one variant, and what a comparison with the baseline found. */
export interface GatedVariant {
  readonly name: string;
  readonly results: readonly CaseResult[];
  /** New against old, if there is a baseline. */
  readonly comparison?: {
    readonly scorers: readonly ScoreComparison[];
    readonly baselineResults: readonly CaseResult[];
  };
}

const ORDER: Readonly<Record<GateVerdict, number>> = { none: 0, pass: 1, inconclusive: 2, regression: 3 };

type Finding = Omit<GateResult, "baseline">;

interface AskedRules extends GateRules {
  /** There is a baseline, of whatever suite and variants. */
  readonly isCompared: boolean;
}

/**
 * Whether an experiment passes: no variant may be below the least mean, or worse than the baseline, and the numbers must carry the
 * claim. The gravest finding decides.
 */
export function gateOf(
  variants: readonly GatedVariant[],
  rules: GateRules,
  baseline: string | null,
): GateResult {
  const isAsked = rules.failBelow !== undefined || baseline !== null;
  if (!isAsked) {
    return {
      verdict: "none",
      scorer: null,
      reason: "no gate was asked for",
      baseline,
      moreCasesNeeded: null,
    };
  }
  const findings = variants.flatMap((variant) =>
    findingsOf(variant, { ...rules, isCompared: baseline !== null }, variants.length > 1)
  );
  if (rules.failBelow !== undefined && !scorersOf(variants).some((it) => isAskedOf(it, rules))) {
    const scorer = rules.scorer ?? null;
    findings.push({
      verdict: "inconclusive",
      scorer,
      reason: nothingText(variants, rules),
      moreCasesNeeded: null,
    });
  }
  const gravest = findings.reduce<Finding | undefined>(
    (worst, it) => worst && ORDER[worst.verdict] >= ORDER[it.verdict] ? worst : it,
    undefined,
  );
  if (!gravest) {
    return {
      verdict: "inconclusive",
      scorer: rules.scorer ?? null,
      reason: nothingText(variants, rules),
      baseline,
      moreCasesNeeded: null,
    };
  }
  return { ...gravest, reason: gravest.reason + takenText(variants, rules), baseline };
}

function findingsOf(variant: GatedVariant, rules: AskedRules, isNamed: boolean): readonly Finding[] {
  const prefix = isNamed ? `${variant.name}: ` : "";
  return summarizeScores(triesOf(variant.results))
    .filter(({ scorer }) => rules.scorer === undefined || scorer === rules.scorer)
    .flatMap((summary) => {
      const { failBelow: _, ...others } = rules;
      const isTaken = isAskedOf(summary.scorer, rules);
      if (!isTaken && !rules.isCompared) return [];
      const finding = findingOf(variant, summary, isTaken ? rules : others);
      return [{ ...finding, reason: prefix + finding.reason }];
    });
}

/** Whether the least mean is asked of a scorer. */
function isAskedOf(scorer: string, rules: GateRules): boolean {
  return rules.scorer === undefined ? !isSpending(scorer) : scorer === rules.scorer;
}

/** Of which scorers the least mean was asked, where that is not plain. */
function takenText(variants: readonly GatedVariant[], rules: GateRules): string {
  if (rules.failBelow === undefined || rules.scorer !== undefined) return "";
  const names = scorersOf(variants);
  if (names.length < 2) return "";
  const taken = names.filter((it) => isAskedOf(it, rules));
  const left = names.filter((it) => !isAskedOf(it, rules));
  return `; at least ${rules.failBelow} was asked of ${taken.join(", ") || "none"}${
    left.length > 0 ? `, not of ${left.join(", ")}` : ""
  }`;
}

function nothingText(variants: readonly GatedVariant[], { scorer }: GateRules): string {
  if (scorer !== undefined) return `there are no scores of ${scorer}`;
  const names = scorersOf(variants);
  return names.length === 0
    ? "there are no scores"
    : `no scorer says how good it is: ${
      names.join(", ")
    } say what it took, and are judged where the gate names one`;
}

function scorersOf(variants: readonly GatedVariant[]): readonly string[] {
  return [...new Set(variants.flatMap((it) => [...caseScores(triesOf(it.results)).keys()]))];
}

function findingOf(variant: GatedVariant, summary: ScoreSummary, rules: AskedRules): Finding {
  const { scorer, mean, n } = summary;
  const ci95 = carriedInterval(summary);
  const share = errorShare(summary);
  if (share > ERROR_SHARE_MAX || mean === null) {
    const why = mean === null
      ? `${scorer} has no scores, ${summary.errors} errors`
      : `${percent(share)} of the scores of ${scorer} are errors, more than ${percent(ERROR_SHARE_MAX)}`;
    return { verdict: "inconclusive", scorer, reason: why, moreCasesNeeded: null };
  }
  const { failBelow } = rules;
  const what = `${scorer} ${figure(mean)} over ${n} ${n === 1 ? "case" : "cases"}`;
  if (failBelow !== undefined && ci95 !== null && ci95[1] < failBelow) {
    const reason = `${what} is below ${failBelow}, its interval ${interval(ci95)} as well`;
    return { verdict: "regression", scorer, reason, moreCasesNeeded: null };
  }
  const compared = againstBaseline(variant, scorer, rules);
  if (compared && compared.verdict !== "pass") return compared;
  if (failBelow !== undefined && mean < failBelow) {
    const means = [...caseScores(triesOf(variant.results)).get(scorer)!.values()].flatMap((it) =>
      it.mean === null ? [] : [it.mean - failBelow]
    );
    const more = atLeastOne(moreCasesNeeded(means));
    const why = ci95 === null
      ? n === 1 ? "one case has no interval" : "cases that all score alike have no interval"
      : `its interval ${interval(ci95)} is not`;
    return {
      verdict: "inconclusive",
      scorer,
      reason: `${what} is below ${failBelow}, but ${why}${moreText(more)}`,
      moreCasesNeeded: more,
    };
  }
  const least = failBelow === undefined ? "" : `${what} is at least ${failBelow}`;
  const parts = [least, compared?.reason ?? ""].filter((it) => it !== "");
  return { verdict: "pass", scorer, reason: parts.join("; "), moreCasesNeeded: null };
}

/** `undefined` without a baseline. */
function againstBaseline(variant: GatedVariant, scorer: string, rules: AskedRules): Finding | undefined {
  if (!rules.isCompared) return undefined;
  const none = (reason: string): Finding => ({
    verdict: "inconclusive",
    scorer,
    reason,
    moreCasesNeeded: null,
  });
  if (!variant.comparison) return none(`the baseline has no variant ${variant.name}`);
  const row = variant.comparison.scorers.find((it) => it.scorer === scorer);
  if (!row) return none(`the baseline has no ${scorer}`);
  if (row.pairs === 0 || row.difference === null) {
    return none(`the baseline and this experiment have no case in common for ${scorer}`);
  }
  const { margin = MARGIN_DEFAULT } = rules;
  const what = `${scorer} is ${figure(Math.abs(row.difference))} ${
    row.difference < 0 ? "worse" : "better"
  } than the baseline over ${row.pairs} ${row.pairs === 1 ? "case" : "cases"}`;
  const same = row.difference === 0
    ? `${scorer} is as in the baseline over ${row.pairs} ${row.pairs === 1 ? "case" : "cases"}`
    : what;
  if (row.verdict === "worse") {
    return {
      verdict: "regression",
      scorer,
      reason: `${what}, ${interval(row.ci95!)}`,
      moreCasesNeeded: null,
    };
  }
  if (row.ci95 !== null && row.ci95[0] > -margin) {
    return { verdict: "pass", scorer, reason: same, moreCasesNeeded: null };
  }
  const shifted = pairedDifferences(variant, scorer).map((it) => it + margin);
  const more = atLeastOne(moreCasesNeeded(shifted) ?? row.moreCasesNeeded);
  const unsure = row.ci95 === null
    ? "one case in common has no interval"
    : `${interval(row.ci95)} does not exclude a loss of ${margin}`;
  return {
    verdict: "inconclusive",
    scorer,
    reason: `${same}, but ${unsure}${moreText(more)}`,
    moreCasesNeeded: more,
  };
}

function pairedDifferences({ results, comparison }: GatedVariant, scorer: string): readonly number[] {
  const before = caseScores(triesOf(comparison!.baselineResults)).get(scorer);
  const after = caseScores(triesOf(results)).get(scorer);
  return [...after?.values() ?? []].flatMap(({ caseId, mean }) => {
    const earlier = before?.get(caseId)?.mean ?? null;
    return mean === null || earlier === null ? [] : [mean - earlier];
  });
}

function atLeastOne(more: number | null): number | null {
  return more === null ? null : Math.max(1, more);
}

function moreText(more: number | null): string {
  return more === null ? "" : `: about ${more} more ${more === 1 ? "case" : "cases"}`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(value: number): string {
  return `${Number((value * 100).toPrecision(3))} %`;
}

function interval([low, high]: readonly [number, number]): string {
  return `[${figure(low)}, ${figure(high)}]`;
}
