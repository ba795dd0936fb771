import type { Run, SpanFacts } from "../core/mod.ts";
import { retriesOf } from "../core/mod.ts";
import { duration, plural } from "../present/mod.ts";
import { bucketsOf } from "./frame/buckets.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { timeUnit } from "./frame/formats.ts";
import { noRuns } from "./frame/nothing.ts";
import { seriesOf } from "./frame/series.ts";
import { highest, type Stacked, stackedRows, stackedSpec, stackedText } from "./frame/stacked.ts";
import { label } from "./frame/text.ts";

const WAITS = "waiting";

/** Time lost to retries over time: attempts that failed, by reason, and the waits after them. */
export const retries: ChartDefinition = {
  name: "retries",
  about: "time lost to failed attempts, by reason, and to the waits after them",
  of: "runs",
  needs: ["runs", "attempts"],
  draw({ runs, spans, timeZone }) {
    const failed = failedOf(spans);
    const lostMs = runs.reduce((sum, { totals }) => sum + totals.retryWaitMs, 0);
    const count = runs.reduce((sum, { totals }) => sum + retriesOf(totals), 0);
    if (lostMs === 0 && failed.length === 0) {
      return runs.some(({ totals }) => totals.llmCalls > 0)
        ? { nothing: `no attempt of ${plural(runs.length, "run")} failed`, remedy: "agentop chart latency" }
        : noRuns("no model was called");
    }
    const { stacked, unit } = columnsOf(runs, failed, timeZone);
    const [worst] = seriesOf(failed.map(({ reason }) => [reason, 1])).names;
    const times = failed.filter(({ reason }) => label(reason) === worst).length;
    return {
      title: `${plural(count, "retry").replace(/retrys$/, "retries")} cost ${duration(lostMs)}` +
        (worst === undefined ? "" : `; ${times} of ${plural(failed.length, "failed attempt")} for ${worst}`),
      subtitle: `${plural(runs.length, "run")}, by the ${unit} they began`,
      columns: {
        when: { type: "text", about: `the ${unit} in which the runs began` },
        reason: { type: "text", about: "why attempts failed, or waiting" },
        lostMs: { type: "number", unit: "ms", about: "time lost" },
      },
      rows: stackedRows(stacked),
      spec: (theme) => stackedSpec(stacked, theme),
      text: stackedText(stacked),
    };
  },
};

interface Failed {
  readonly runId: string;
  readonly reason: string;
  readonly ms: number;
}

function failedOf(spans: readonly SpanFacts[]): readonly Failed[] {
  return spans.filter((it) => it.kind === "attempt" && (it.status === "error" || it.status === "interrupted"))
    .map((it) => ({
      runId: it.runId,
      reason: it.errorType ?? it.status,
      ms: Math.max(0, ((it.endTimeUs ?? it.startTimeUs) - it.startTimeUs) / 1000),
    }));
}

function columnsOf(
  runs: readonly Run[],
  failed: readonly Failed[],
  timeZone: string,
): { readonly stacked: Stacked; readonly unit: string } {
  const series = seriesOf(failed.map(({ reason, ms }) => [reason, ms]), { max: 5 });
  const names = [...series.names, WAITS];
  const buckets = bucketsOf(runs.map((run) => run.startTimeUs / 1000), timeZone);
  const values = buckets.all.map(() => names.map(() => 0));
  const byRun = Map.groupBy(failed, ({ runId }) => runId);
  for (const { runId, startTimeUs, totals } of runs) {
    const column = values[buckets.indexOf(startTimeUs / 1000)]!;
    let inAttempts = 0;
    for (const { reason, ms } of byRun.get(runId) ?? []) {
      const index = names.indexOf(series.shownAs(reason));
      column[index] = column[index]! + ms;
      inAttempts += ms;
    }
    const last = names.length - 1;
    column[last] = column[last]! + Math.max(0, totals.retryWaitMs - inAttempts);
  }
  const unit = timeUnit(highest({ values }));
  return {
    unit: buckets.unit,
    stacked: {
      labels: buckets.all.map((it) => it.label),
      names,
      values,
      fields: { label: "when", name: "reason", value: "lostMs" },
      title: `${unit.name} lost per ${buckets.unit}`,
      axisFormat: "~r",
      scale: unit.ms,
      format: duration,
    },
  };
}
