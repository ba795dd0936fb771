import { type ComparedStep, comparedSteps, diffRuns, type RunDiff, runTookMs } from "../analysis/mod.ts";
import { canonicalJson, isGrade, isObject, type Run, type Scorer, type Trace } from "../core/mod.ts";
import { createScoring, type ScoringServices } from "./scoring.ts";

/** What a run is held to. */
export const BASELINE_CHECKS = ["status", "steps", "tools", "arguments", "answer", "cost", "time"] as const;
export type BaselineCheck = (typeof BASELINE_CHECKS)[number];

export interface BaselineRules {
  /** Judge the answer; all must pass. */
  readonly scorers: readonly Scorer[];
  /** Times the cost of the baseline. */
  readonly costFactorMax: number;
  /** Times the time that the baseline took. */
  readonly timeFactorMax: number;
  /** Not looked at. */
  readonly ignore: readonly BaselineCheck[];
}

/** What was found of one thing that a run is held to. */
export interface BaselineFinding {
  readonly check: BaselineCheck;
  readonly passed: boolean;
  /** In words: what was found, and what was wanted. */
  readonly explanation: string;
}

/** Whether a run looks like its baseline. */
export interface BaselineReport {
  readonly baseline: Run;
  readonly run: Run;
  readonly passed: boolean;
  readonly findings: readonly BaselineFinding[];
  /** The baseline on the left. */
  readonly diff: RunDiff;
}

/** Holds a run to another one. Throws `AgentOpError` where one of them has not ended. */
export async function checkBaseline(
  services: ScoringServices,
  baseline: Run,
  run: Run,
  rules: BaselineRules,
): Promise<BaselineReport> {
  const [left, right] = [
    await services.store.loadTrace(baseline.traceId),
    await services.store.loadTrace(run.traceId),
  ];
  const all = [
    statusFinding(baseline, run),
    ...stepFindings(left, right),
    ...(await answerFindings(services, right, rules.scorers)),
    boundFinding(
      "cost",
      costOf(baseline),
      costOf(run),
      rules.costFactorMax,
      (usd) => `$${usd.toPrecision(3)}`,
    ),
    boundFinding("time", timeOf(baseline), timeOf(run), rules.timeFactorMax, (ms) => `${Math.round(ms)} ms`),
  ];
  const findings = all.filter(({ check }) => !rules.ignore.includes(check));
  return {
    baseline,
    run,
    passed: findings.every((it) => it.passed),
    findings,
    diff: await diffRuns(left, right),
  };
}

function statusFinding(baseline: Run, run: Run): BaselineFinding {
  const passed = baseline.status === run.status;
  return {
    check: "status",
    passed,
    explanation: passed ? `it ${run.status}` : `it ${run.status}, the baseline ${baseline.status}`,
  };
}

function stepFindings(left: Trace, right: Trace): readonly BaselineFinding[] {
  const [before, after] = [comparedSteps(left), comparedSteps(right)];
  const kinds = (steps: readonly ComparedStep[]) => steps.map(({ document }) => document.kind).join(" ");
  const tools = (steps: readonly ComparedStep[]) => steps.filter(({ document }) => document.kind === "tool");
  const [toolsBefore, toolsAfter] = [tools(before), tools(after)];
  const names = (steps: readonly ComparedStep[]) =>
    steps.map(({ document }) => document.name).join(", ") || "none";
  const sameTools = names(toolsBefore) === names(toolsAfter);
  const other = toolsAfter.findIndex((step, index) =>
    canonicalJson(argumentsOf(step)) !== canonicalJson(argumentsOf(toolsBefore[index]))
  );
  return [
    {
      check: "steps",
      passed: kinds(before) === kinds(after),
      explanation: kinds(before) === kinds(after)
        ? `${after.length} steps, as in the baseline`
        : `${after.length} steps (${kinds(after)}), the baseline has ${before.length} (${kinds(before)})`,
    },
    {
      check: "tools",
      passed: sameTools,
      explanation: sameTools
        ? names(toolsAfter)
        : `${names(toolsAfter)}; the baseline calls ${names(toolsBefore)}`,
    },
    {
      check: "arguments",
      passed: sameTools && other < 0,
      explanation: !sameTools
        ? "other tools are called"
        : other < 0
        ? "as in the baseline"
        : `call ${other + 1}, of ${toolsAfter[other]!.document.name}, has others: ${
          JSON.stringify(argumentsOf(toolsAfter[other]))
        } for ${JSON.stringify(argumentsOf(toolsBefore[other]))}`,
    },
  ];
}

function argumentsOf(step: ComparedStep | undefined): unknown {
  const document: unknown = step?.document;
  return isObject(document) ? document["arguments"] ?? null : null;
}

async function answerFindings(
  services: ScoringServices,
  trace: Trace,
  scorers: readonly Scorer[],
): Promise<readonly BaselineFinding[]> {
  // Whoever names a scorer here names its command as well, where it has one.
  const scoring = createScoring(services, { allowCommands: true });
  return await Promise.all(scorers.map(async (scorer): Promise<BaselineFinding> => {
    const score = await scoring.score(scorer, trace);
    const { passed, explanation } = isGrade(score) ? score : { passed: false, explanation: score.error };
    return { check: "answer", passed, explanation: `${scorer.name}: ${explanation}` };
  }));
}

function costOf({ totals }: Run): number | undefined {
  return totals.unknownCostCalls > 0 ? undefined : totals.costUsd;
}

function timeOf(run: Run): number | undefined {
  return runTookMs(run, run.startTimeUs / 1000);
}

function boundFinding(
  check: "cost" | "time",
  before: number | undefined,
  after: number | undefined,
  factorMax: number,
  write: (value: number) => string,
): BaselineFinding {
  if (before === undefined || after === undefined) {
    const whose = before === undefined ? "that of the baseline" : "its own";
    return { check, passed: false, explanation: `cannot be compared: ${whose} is unknown` };
  }
  const max = before * factorMax;
  return {
    check,
    passed: after <= max,
    explanation: `${write(after)}, at most ${write(max)} (${factorMax} × ${write(before)})`,
  };
}
