import { quantile } from "../analysis/mod.ts";
import type { SpanFacts } from "../core/mod.ts";
import { duration, grouped, plural } from "../present/mod.ts";
import type { ChartDefinition, Spec } from "./frame/chart.ts";
import { timeUnit } from "./frame/formats.ts";
import { noRuns } from "./frame/nothing.ts";
import { colorScale, OTHERS, seriesOf } from "./frame/series.ts";
import type { Theme } from "./frame/theme.ts";

const BINS = 28;
/** Above this ratio of the slowest to the median, bins grow with the time. */
const TAIL_MIN = 12;
/** And then the first holds all that is shorter than this part of the median. */
const HEAD_MAX = 50;

/** How long model calls took, with the median and the 95th percentile. */
export const latency: ChartDefinition = {
  name: "latency",
  about: "how long model calls took, with p50 and p95",
  of: "runs",
  needs: ["calls"],
  draw({ spans }) {
    const calls = finished(spans);
    if (calls.length === 0) return noRuns("no model call has come back");
    const histogram = histogramOf(calls);
    const { p50, p95, max, bins, names } = histogram;
    return {
      title: calls.length === 1
        ? `The only call took ${duration(max)}`
        : `Half of ${plural(calls.length, "call")} took up to ${duration(p50)}, one in twenty more than ${
          duration(p95)
        }`,
      subtitle: `model calls that came back, with their attempts and waits; the slowest took ${
        duration(max)
      }`,
      columns: {
        fromMs: { type: "number", unit: "ms", about: "calls that took at least this" },
        toMs: { type: "number", unit: "ms", about: "and less than this" },
        model: { type: "text", about: "the model that answered" },
        calls: { type: "integer", unit: "calls", about: "how many" },
      },
      rows: bins.flatMap(({ fromMs, toMs, counts }) =>
        names.flatMap((model, index) =>
          counts[index] === 0 ? [] : [{ fromMs, toMs, model, calls: counts[index]! }]
        )
      ),
      spec: (theme) => specOf(histogram, theme),
      text: {
        kind: "columns",
        labels: bins.map(({ fromMs }) => duration(fromMs)),
        series: names.map((name, index) => ({
          name: `${name} ${grouped(bins.reduce((sum, { counts }) => sum + counts[index]!, 0))}`,
          tone: name === OTHERS ? "other" : index,
          values: bins.map(({ counts }) => counts[index]!),
        })),
        format: grouped,
      },
    };
  },
};

interface Call {
  readonly model: string;
  readonly ms: number;
}

function finished(spans: readonly SpanFacts[]): readonly Call[] {
  return spans.flatMap((it) =>
    it.kind !== "llm" || it.endTimeUs === undefined || it.status !== "ok" ? [] : [{
      model: it.responseModel ?? it.requestModel ?? it.name,
      ms: Math.max(0, (it.endTimeUs - it.startTimeUs) / 1000),
    }]
  );
}

interface Histogram {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly isLog: boolean;
  readonly names: readonly string[];
  readonly bins: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly counts: readonly number[];
  }[];
}

function histogramOf(calls: readonly Call[]): Histogram {
  const times = calls.map(({ ms }) => ms);
  const [p50, p95, max] = [quantile(times, 0.5)!, quantile(times, 0.95)!, quantile(times, 1)!];
  const isLog = p50 > 0 && max / p50 > TAIL_MIN;
  const least = Math.max(times.reduce((a, b) => Math.min(a, b)), p50 / HEAD_MAX);
  const end = Math.max(max, 1) * 1.0001;
  const edges = Array.from(
    { length: BINS + 1 },
    (_, at) => isLog ? least * (end / least) ** (at / BINS) : end * at / BINS,
  );
  const { names, shownAs } = seriesOf(calls.map(({ model }) => [model, 1]));
  const counts = edges.slice(1).map(() => names.map(() => 0));
  for (const { model, ms } of calls) {
    const bin = counts[Math.min(BINS - 1, Math.max(0, edges.findLastIndex((edge) => edge <= ms)))]!;
    const index = names.indexOf(shownAs(model));
    bin[index] = bin[index]! + 1;
  }
  const bins = counts.map((it, at) => ({ fromMs: edges[at]!, toMs: edges[at + 1]!, counts: it }));
  return { p50, p95, max, isLog, names, bins };
}

function specOf({ p50, p95, max, isLog, names, bins }: Histogram, theme: Theme): Spec {
  const unit = timeUnit(max);
  const shown = (ms: number) => Number((ms / unit.ms).toPrecision(6));
  const bars = bins.flatMap(({ fromMs, toMs, counts }) => {
    let above = 0;
    return names.flatMap((model, index) => {
      const below = above;
      above += counts[index]!;
      return above === below
        ? []
        : [{ from: shown(fromMs), to: shown(toMs), model, calls: above - below, below, above }];
    });
  });
  // Where both are nearly the same, the second name stands to the other side of nothing: one below the other.
  const marks = [{ at: shown(p50), name: `p50 ${duration(p50)}`, row: 0 }, {
    at: shown(p95),
    name: `p95 ${duration(p95)}`,
    row: 1,
  }];
  const x = {
    type: "quantitative",
    title: `time in ${unit.name}`,
    scale: isLog
      ? { type: "log", nice: false, domain: [shown(bins[0]!.fromMs), shown(max)] }
      : { nice: false },
    axis: { format: "~r", tickCount: isLog ? 6 : 8 },
  };
  const at = { field: "at", type: "quantitative" };
  const label = (row: number) => ({
    data: { values: marks.slice(row, row + 1) },
    mark: { type: "text", align: "left", baseline: "top", dx: 5, color: theme.text },
    encoding: { x: at, y: { value: row * 16 + 6 }, text: { field: "name" } },
  });
  return {
    layer: [
      {
        data: { values: bars },
        mark: { type: "bar", binSpacing: 1 },
        encoding: {
          x: { field: "from", ...x },
          x2: { field: "to" },
          y: { field: "below", type: "quantitative", title: "calls", axis: { format: ",d", tickMinStep: 1 } },
          y2: { field: "above" },
          color: { field: "model", type: "nominal", title: null, scale: colorScale(names, theme) },
          tooltip: ["model", "calls", "from", "to"].map((field) => ({ field })),
        },
      },
      {
        data: { values: marks },
        mark: { type: "rule", strokeDash: [4, 3], color: theme.text },
        encoding: { x: at },
      },
      label(0),
      label(1),
    ],
  };
}
