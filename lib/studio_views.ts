// What the studio gives back: results that know what they look like.
import { type MemoryStep, memorySteps, type RunDiff, stepsOf } from "./analysis/mod.ts";
import {
  type App,
  type ChartChoice,
  chartOf,
  drawChart,
  exporterOf,
  exportFile,
  exportTable,
  exportText,
  type RowsWanted,
  tableText,
} from "./app/mod.ts";
import type { ThemeName } from "./charts/mod.ts";
import {
  AgentOpError,
  type Evaluation,
  isFinal,
  type JudgedRun,
  oneLine,
  type Run,
  type RunFilter,
  shortRunId,
  type Span,
  type Trace,
} from "./core/mod.ts";
import type { BisectResult } from "./evals/mod.ts";
import {
  Chart,
  diffBundle,
  DISPLAY,
  displayed,
  memoryBundle,
  type OnProgress,
  runBundle,
  stepBundle,
  tableOf,
} from "./notebook/mod.ts";
import { money, plural } from "./present/mod.ts";
import type { ReplayResult } from "./replay/mod.ts";
import type { BisectRunsOptions, ExportOptions } from "./studio_options.ts";
import { scoresTable } from "./studio_tables.ts";

const TRIAL_MAX_CHARS = 200;

// ---------------------------------------------------------------------------------------------- results

export function shownRun(app: App, run: Run): Run {
  return displayed(run, () => runBundle(app, run));
}

export function shownTrace(app: App, trace: Trace): Trace {
  return displayed(trace, () => runBundle(app, trace.run));
}

export function shownStep(app: App, trace: Trace, number: number): Span {
  const steps = stepsOf(trace);
  const found = steps.find((it) => it.step === number);
  if (found) return displayed({ ...found }, () => stepBundle(app, trace, found));
  const runId = shortRunId(trace.run.runId);
  throw new AgentOpError(`Cannot show step ${number} of ${runId}: it has ${plural(steps.length, "step")}`, {
    remedy: steps.length === 0 ? `agentop show ${runId}` : `1 to ${steps.at(-1)!.step}`,
  });
}

export function shownDiff(app: App, diff: RunDiff): RunDiff {
  return displayed(diff, () => diffBundle(app, diff));
}

export function shownReplay(app: App, result: ReplayResult): ReplayResult {
  const { run, original, mode, savedCostUsd } = result;
  const saved = savedCostUsd === null
    ? ""
    : savedCostUsd > 0
    ? `; recorded answers saved ${money(savedCostUsd)}`
    : "";
  const lead = `${mode} replay ${shortRunId(run.runId)} of ${
    shortRunId(original.runId)
  }: ${run.status}${saved}`;
  return displayed(
    { ...result, diff: shownDiff(app, result.diff), run: shownRun(app, run) },
    () => diffBundle(app, result.diff, lead),
  );
}

export function shownMemory(trace: Trace): Promise<readonly MemoryStep[]> {
  const steps = [...memorySteps(trace)];
  return Promise.resolve(displayed(steps, () => memoryBundle(steps)));
}

/** Scores runs one after the other. */
export async function scoreRuns(
  app: App,
  { runs: references = [], filter, limit }: RowsWanted,
  scorer: string,
  onProgress?: OnProgress,
): Promise<readonly JudgedRun[]> {
  const [{ scoreRun }, { parseScorer }, services] = await Promise.all([
    import("./evals/mod.ts"),
    import("./scorers/mod.ts"),
    app.replayServices(),
  ]);
  const [judge, store] = await Promise.all([parseScorer(scorer), app.store()]);
  const named: Run[] = [];
  for (const reference of references) named.push(await store.resolveRun(reference));
  const runs = references.length > 0
    ? named
    : (await store.listRuns({ ...(filter ? { filter } : {}), limit })).runs.filter((it) =>
      isFinal(it.status)
    );
  const judged: JudgedRun[] = [];
  for (const run of runs.slice(0, limit)) {
    judged.push({ run, evaluation: await scoreRun(services, run, judge, { allowCommands: true }) });
    onProgress?.({
      done: judged.length,
      total: Math.min(runs.length, limit),
      text: `${judge.name} of ${shortRunId(run.runId)}`,
    });
  }
  return judged;
}

export function shownEvaluation(judged: JudgedRun): Evaluation {
  return displayed(judged.evaluation, async () => {
    const table = await scoresTable([judged]);
    return await table[DISPLAY]();
  });
}

/** Finds what made a good run bad. */
export async function bisect(
  app: App,
  good: string,
  bad: string,
  { scorer, check, repeat = 1, onProgress, signal }: BisectRunsOptions,
): Promise<BisectResult> {
  const [{ bisectRuns, createJudge }, { refuseAll }, services] = await Promise.all([
    import("./evals/mod.ts"),
    import("./agent/mod.ts"),
    app.replayServices(),
  ]);
  if (scorer === undefined && check === undefined) {
    throw new AgentOpError("Cannot bisect: nothing says what is good", {
      remedy: '{ scorer: "includes=WORD" }',
    });
  }
  let done = 0;
  const found = await bisectRuns(
    services,
    await services.store.resolveRun(good),
    await services.store.resolveRun(bad),
    {
      judge: await createJudge(services, { scorer, check }),
      repeat,
      replay: { runner: { approver: refuseAll }, ...(signal ? { signal } : {}) },
      onTrial: ({ passed, edits }) =>
        onProgress?.({
          done: ++done,
          total: null,
          text: `${plural(edits, "change")}: ${passed ? "good" : "bad"}`,
        }),
    },
  );
  return displayed(found, async () => {
    const rows = found.trials.map((trial) => ({
      changes: trial.edits,
      alone: trial.alone === true,
      good: trial.passed,
      runId: trial.runId,
      why: oneLine(trial.explanation ?? "", TRIAL_MAX_CHARS),
    }));
    const caption = found.culprit
      ? `What made it bad: ${found.culprit.key}`
      : "Its configuration is not what made it bad";
    return await tableOf(rows, undefined, { caption, note: caption })[DISPLAY]();
  });
}

export async function chart(app: App, name: string, choice: ChartChoice, theme?: ThemeName): Promise<Chart> {
  return new Chart(app, name, await drawChart(app, await chartOf(name), choice), theme);
}

/** Into a file, or as text. */
export async function exportRuns(
  app: App,
  format: string,
  { runs = [], file, table = "runs", force = false, signal = new AbortController().signal }: ExportOptions,
  filter: RunFilter,
): Promise<string> {
  const exporter = await exporterOf(format);
  const choice = { runs, filter, signal };
  if (exporter.takes === "one_table") {
    return file === undefined
      ? await tableText(app, exporter, { ...choice, table })
      : (await exportTable(app, exporter, file, { ...choice, table }, { force })).path;
  }
  return file === undefined
    ? await exportText(app, exporter, choice)
    : await exportFile(app, exporter, file, choice, { force });
}
