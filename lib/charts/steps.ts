import { quantile } from "../analysis/mod.ts";
import type { Run, SpanFacts } from "../core/mod.ts";
import { duration, plural } from "../present/mod.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { timeUnit } from "./frame/formats.ts";
import { noRuns } from "./frame/nothing.ts";
import { label, runLabel } from "./frame/text.ts";

const RUNS_MAX = 40;
const STEPS_MAX = 60;

/** How long each step took, run by run: where time goes in all of them. */
export const steps: ChartDefinition = {
  name: "steps",
  about: "how long each step took, over many runs",
  of: "runs",
  needs: ["runs", "steps"],
  draw({ runs, spans }) {
    const found = rowsOf(runs, spans);
    if (found.length === 0) return noRuns("no step has ended");
    const times = Map.groupBy(found, ({ step }) => step);
    const medians = [...times].map(([step, own]) => ({
      step,
      runs: own.length,
      ms: quantile(own.map(({ tookMs }) => tookMs), 0.5)!,
    }));
    const slowest = medians.reduce((a, b) => b.ms > a.ms ? b : a);
    const names = [...new Set(found.map(({ run }) => run))];
    const last = Math.max(...found.map(({ step }) => step));
    const unit = timeUnit(Math.max(...found.map(({ tookMs }) => tookMs)));
    const numbers = Array.from({ length: last }, (_, at) => at + 1);
    return {
      title: `Step ${slowest.step} takes longest: ${duration(slowest.ms)} in the median of ${
        plural(slowest.runs, "run")
      }`,
      subtitle: `the newest ${plural(names.length, "run")}, newest first, the first ${plural(last, "step")}`,
      columns: {
        run: { type: "text", about: "short id and agent" },
        step: { type: "integer", unit: "step", about: "its number" },
        kind: { type: "text", about: "llm or tool" },
        tookMs: { type: "number", unit: "ms", about: "how long it took" },
      },
      rows: found,
      spec: () => ({
        height: { step: names.length > 20 ? 12 : 18 },
        data: { values: found.map((row) => ({ ...row, took: row.tookMs / unit.ms })) },
        mark: { type: "rect" },
        encoding: {
          x: { field: "step", type: "ordinal", title: "step", axis: { labelAngle: 0, labelOverlap: true } },
          y: { field: "run", type: "nominal", sort: names, title: null },
          color: {
            field: "took",
            type: "quantitative",
            title: unit.name,
            scale: { type: "sqrt" },
            legend: { orient: "right", direction: "vertical", gradientLength: 120 },
          },
          tooltip: ["run", "step", "kind", "tookMs"].map((field) => ({ field })),
        },
      }),
      text: {
        kind: "heat",
        columns: numbers.map(String),
        rows: names.map((name) => {
          const own = new Map(found.filter(({ run }) => run === name).map((it) => [it.step, it.tookMs]));
          return { label: name, values: numbers.map((step) => own.get(step) ?? null) };
        }),
        format: duration,
      },
    };
  },
};

interface StepTime {
  readonly run: string;
  readonly step: number;
  readonly kind: string;
  readonly tookMs: number;
  readonly [column: string]: string | number;
}

/** Steps that ended, of the newest runs, newest first. */
function rowsOf(runs: readonly Run[], spans: readonly SpanFacts[]): readonly StepTime[] {
  const byRun = Map.groupBy(spans, ({ runId }) => runId);
  return runs.filter(({ runId }) => byRun.has(runId)).slice(0, RUNS_MAX).flatMap((run) => {
    const name = `${runLabel(run.runId)} ${label(run.agent, 20)}`;
    return byRun.get(run.runId)!.flatMap((it) =>
      it.step === undefined || it.step > STEPS_MAX || it.endTimeUs === undefined ? [] : [{
        run: name,
        step: it.step,
        kind: it.kind,
        tookMs: Math.max(0, (it.endTimeUs - it.startTimeUs) / 1000),
      }]
    );
  });
}
