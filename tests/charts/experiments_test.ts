import assert from "node:assert/strict";
import { renderChart } from "../../lib/app/mod.ts";
import {
  type ChartedExperiment,
  type ChartFinding,
  CHARTS,
  drawPlot,
  isNothing,
  specOf,
} from "../../lib/charts/mod.ts";
import { AgentOpError } from "../../lib/core/mod.ts";
import { openStudio } from "../../lib/mod.ts";
import { charted, figures } from "./data.ts";

const NONE = { runs: [], usage: [], spans: [], judged: [], nowMs: 0, timeZone: "UTC" };
const chartNamed = (name: string) => CHARTS.find((it) => it.name === name)!;

function drawn(name: string, ...experiments: readonly ChartedExperiment[]): ChartFinding {
  const drawing = chartNamed(name).draw({ ...NONE, experiments });
  assert(!isNothing(drawing), isNothing(drawing) ? drawing.nothing : "");
  return drawing;
}

function nothing(name: string, ...experiments: readonly ChartedExperiment[]): string {
  const drawing = chartNamed(name).draw({ ...NONE, experiments });
  assert(isNothing(drawing));
  return drawing.nothing;
}

const text = (chart: ChartFinding) =>
  drawPlot(chart.text, { columns: 100 }).map((line) => line.map((it) => it.text).join("")).join("\n");

const BOTH = charted({
  small: [
    figures("exact", { mean: 0.6, ci95: [0.4, 0.8] }),
    figures("judge", { mean: 0.7, ci95: null, n: 1 }),
  ],
  large: [figures("exact", { mean: 0.9, ci95: [0.8, 1], errors: 2 }), figures("judge", { mean: null, n: 0 })],
});

Deno.test("score-intervals shows each scorer of each variant with its interval, and counts errors apart", () => {
  const chart = drawn("score-intervals", BOTH);
  assert.equal(chart.title, "exact: large scores 0.9 [0.8, 1], small 0.6 [0.4, 0.8]");
  assert.match(chart.subtitle, /^suite sales, 2 variants; mean and 95 % interval, .*; 2 errors not in it; /);
  assert.deepEqual(chart.rows.map((it) => [it.scorer, it.variant, it.cases, it.mean, it.low, it.high]), [
    ["exact", "small", 12, 0.6, 0.4, 0.8],
    ["exact", "large", 12, 0.9, 0.8, 1],
    ["judge", "small", 1, 0.7, null, null],
  ]);
  assert.match(text(chart), /exact · large .*0\.9 \[0\.8, 1\] n=12/);
  // The mean in the middle of its interval.
  assert.match(text(chart), /exact · small +(█+|█*[▏▎▍▌▋▊▉]?)◆(█*[▏▎▍▌▋▊▉]?) +0\.6/);
});

Deno.test("variants of several experiments are told apart, and those that do not fit or are not done are counted", () => {
  const scores = [figures("exact")];
  const second = charted({ small: scores }, {
    experimentId: "01900000-0000-7000-8000-0000000000e2",
    done: 3,
  });
  const two = drawn("score-intervals", charted({ small: scores }), second);
  const names = two.rows.map((it) => String(it.variant));
  assert(names[0] !== names[1] && names.every((it) => it.endsWith("/small")), names.join());
  assert.match(two.subtitle, /1 experiment not complete/);
  assert.match(drawn("score-intervals", second).subtitle, /3 of 24 results so far/);
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`v${at}`, scores]));
  assert.match(drawn("score-intervals", charted(many)).subtitle, /6 variants; 3 more variants not shown/);
});

Deno.test("ratings are drawn where they are, not pressed between 0 and 1", () => {
  const rated = charted({ small: [figures("helpful", { mean: 8, ci95: [7, 9] })] });
  const chart = drawn("score-intervals", rated);
  assert(chart.text.kind === "bars" && chart.text.from === 0 && chart.text.to === 9);
  assert.match(JSON.stringify(specOf(chart)), /"domain":\[0,9\]/);
  assert.match(chart.title, /^helpful: small scores 8 \[7, 9\] over 12 cases$/);
  assert.match(text(drawn("cost-vs-score", rated)), /small 8 \[7, 9\]/);
});

Deno.test("cost-vs-score sets the mean cost of a run against the first score; what has no known cost is left out and said", () => {
  const chart = drawn("cost-vs-score", BOTH);
  assert.deepEqual(chart.rows.map((it) => [it.variant, it.runs, it.costUsd, it.score, it.low, it.high]), [
    ["small", 12, 0.01, 0.6, 0.4, 0.8],
    ["large", 12, 0.02, 0.9, 0.8, 1],
  ]);
  assert.equal(chart.title, "exact: large scores 0.9 for $0.0200 a run; small scores 0.6 for $0.0100 a run");
  assert.match(chart.subtitle, /1 other scorer not shown/);
  const unknown = (all: boolean) => ({
    ...BOTH,
    sides: BOTH.sides.map((it, at) => at === 0 || all ? { ...it, unknownCostCalls: 1 } : it),
  });
  const partly = drawn("cost-vs-score", unknown(false));
  assert.deepEqual([partly.rows.length, /1 variant of unknown cost not in it/.test(partly.subtitle)], [
    1,
    true,
  ]);
  assert.equal(nothing("cost-vs-score", unknown(true)), "the cost of all variants is unknown");
});

Deno.test("without experiments, or without scores, charts of experiments say so", () => {
  for (const name of ["score-intervals", "cost-vs-score"]) {
    assert.equal(nothing(name), "there is no experiment");
    assert.match(nothing(name, charted({ small: [] })), /^experiment \w+ has no scores$/);
  }
});

Deno.test("Studio draws what a suite came to, in every format, and refuses runs", async () => {
  await using studio = await openStudio({ store: ":memory:", simulator: true });
  assert.equal(
    (await studio.chart("score-intervals")).title,
    "No score-intervals chart: there is no experiment",
  );
  const { experimentId } = await studio.evaluate({
    name: "sums",
    variants: [
      { name: "small", agent: "main", set: { model: "mistral-small-latest" } },
      { name: "large", agent: "main", set: { model: "mistral-large-latest" } },
    ],
    cases: [
      { id: "a", prompt: "What is 17% of 240?" },
      { id: "b", prompt: "What is 25% of 240?" },
    ],
    scorers: [{ includes: "40.8" }],
  });
  for (const name of ["score-intervals", "cost-vs-score"]) {
    const chart = await studio.chart(name, { experiments: experimentId });
    assert.deepEqual(chart.rows.map((it) => it.variant), ["small", "large"]);
    assert.match(chart.toText(), /small 0\.5 \[|small .*0\.5 \[/);
    assert.match(await chart.toSVG(), /^<svg /);
    assert.match(await chart.toHTML(), /^<!DOCTYPE html>/);
    assert.equal((await chart.toPNG())[1], 0x50);
    const one = await studio.chart(name, { experiments: "last/large" });
    assert.deepEqual(one.rows.map((it) => it.variant), ["large"]);
    assert.deepEqual((await studio.chart(name)).rows.length, 2);
  }
  const refused = async (name: string, options: Parameters<typeof studio.chart>[1], reason: RegExp) =>
    await assert.rejects(
      studio.chart(name, options),
      (error) => error instanceof AgentOpError && reason.test(error.message),
    );
  await refused("score-intervals", { runs: "last" }, /Cannot draw score-intervals of runs: it is about exp/);
  await refused("cost", { experiments: "last" }, /Cannot draw cost of experiments: it is about runs/);
  await refused("score-intervals", { experiments: "last/none" }, /it has no variant "none"/);
  const page = await renderChart(drawn("score-intervals", BOTH), "json", { nowMs: 0, timeZone: "UTC" });
  assert.match(JSON.parse(String(page)).$schema, /vega-lite/);
});
