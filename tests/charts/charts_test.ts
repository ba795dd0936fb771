import assert from "node:assert/strict";
import { THEMES } from "../../lib/charts/frame/theme.ts";
import {
  type ChartFinding,
  CHARTS,
  drawPlot,
  hostedSpecOf,
  isNothing,
  specOf,
} from "../../lib/charts/mod.ts";
import { bucketsOf } from "../../lib/charts/frame/buckets.ts";
import { meanOf } from "../../lib/charts/frame/scores.ts";
import { seriesOf } from "../../lib/charts/frame/series.ts";
import { width } from "../../lib/present/mod.ts";
import { chartData, someTraces } from "./data.ts";

const NONE = { runs: [], usage: [], spans: [], judged: [], nowMs: 0, timeZone: "UTC" };

function findings(): readonly (readonly [name: string, chart: ChartFinding])[] {
  return CHARTS.map((chart) => {
    const drawing = chart.draw(chartData(someTraces()));
    assert(!isNothing(drawing), `${chart.name}: ${isNothing(drawing) && drawing.nothing}`);
    return [chart.name, drawing] as const;
  });
}

Deno.test("every chart says why there is nothing to see, and what to do", () => {
  for (const chart of CHARTS) {
    const drawing = chart.draw(NONE);
    assert(isNothing(drawing), chart.name);
    assert.match(drawing.nothing, /^\w.*\w$/, chart.name);
    assert.match(drawing.remedy, /\w/, chart.name);
  }
});

Deno.test("every chart draws a single run, and one whose prices are unknown or says so", () => {
  const [first] = someTraces();
  for (const chart of CHARTS.filter(({ name }) => name !== "forks")) {
    assert(!isNothing(chart.draw(chartData([first!]))), chart.name);
  }
  const unknown = {
    ...first!,
    run: { ...first!.run, totals: { ...first!.run.totals, costUsd: 0, unknownCostCalls: 5 } },
  };
  const cost = CHARTS.find(({ name }) => name === "cost")!.draw(chartData([unknown]));
  assert(isNothing(cost) && cost.nothing === "the price of all 5 calls is unknown");
  const partly = CHARTS.find(({ name }) => name === "cost")!.draw(chartData([first!, unknown]));
  assert(!isNothing(partly) && /; 5 calls of unknown price not in it$/.test(partly.subtitle));
  const score = CHARTS.find(({ name }) => name === "cost-score")!.draw(chartData([unknown]));
  assert(isNothing(score) && /cost of .* is unknown/.test(score.nothing));
});

Deno.test("the rows of a chart have the columns it names, and the terminal is given the same numbers", () => {
  for (const [name, { columns, rows, text }] of findings()) {
    assert(rows.length > 0, name);
    for (const row of rows) assert.deepEqual(Object.keys(row).sort(), Object.keys(columns).sort(), name);
    const value = Object.entries(columns).find(([, { type, unit }]) =>
      type !== "text" && unit !== "step"
    )![0];
    const told = rows.map((row) => Number(row[value]));
    if (text.kind === "columns" && name !== "latency") {
      const drawn = text.series.flatMap(({ values }) => values).reduce((a, b) => a + b, 0);
      assert(Math.abs(drawn - told.reduce((a, b) => a + b, 0)) < 1e-9, name);
    } else if (text.kind === "heat") {
      const drawn = text.rows.flatMap(({ values }) => values.filter((it) => it !== null));
      assert.deepEqual(drawn.toSorted(), told.toSorted(), name);
    }
  }
});

Deno.test("titles are findings: one sentence that holds a figure or a name", () => {
  const titles = new Map(findings().map(([name, { title }]) => [name, title]));
  assert.equal(titles.get("cost"), "mistral-large-latest took 60 % of the cost");
  assert.match(titles.get("tokens")!, /^4\.1k tokens in, 31 % of them from a cache, and 100 out$/);
  assert.match(titles.get("latency")!, /^Half of 20 calls took up to \d+ms, one in twenty more than \d+ms$/);
  assert.match(titles.get("retries")!, /^4 retries cost 63ms; 4 of 4 failed attempts for 429$/);
  assert.match(titles.get("waterfall")!, /^Step 7, .*, took \d+ms of \d+ms \(\d+ %\)$/);
  for (const [name, title] of titles) assert(title.length > 20 && title.length < 140, `${name}: ${title}`);
});

Deno.test("a plot in the terminal is never wider than it, and empty of controls", () => {
  for (const [name, { text }] of findings()) {
    for (const columns of [40, 80, 120]) {
      for (const line of drawPlot(text, { columns })) {
        const plain = line.map((it) => it.text).join("");
        assert(width(plain.trimEnd()) <= columns, `${name} at ${columns}: ${plain}`);
        assert(!/\p{Cc}/u.test(plain));
      }
    }
  }
});

Deno.test("specifications load nothing, say their units and hold one look for each ground", () => {
  for (const [name, chart] of findings()) {
    for (const theme of ["light", "dark"] as const) {
      const spec = specOf(chart, theme);
      const text = JSON.stringify(spec);
      assert.equal(spec.$schema, "https://vega.github.io/schema/vega-lite/v5.json");
      assert.deepEqual(
        text.replace(spec.$schema, "").match(/https?:|"url"|"href"|"signal"|"expr"/g),
        null,
        name,
      );
    }
    assert.notDeepEqual(specOf(chart, "light"), specOf(chart, "dark"));
    const hosted = hostedSpecOf(chart);
    assert.equal(hosted.background, "transparent");
    assert.equal(
      hosted.usermeta.embedOptions.renderer,
      "svg",
      "no other renderer knows the colours of a page",
    );
    const { text, dim, grid } = THEMES.light;
    const fixed = [text, dim, grid].filter((it) => JSON.stringify(hosted).includes(`"${it}"`));
    assert.deepEqual(fixed, [], `${name}: colours of words and axes are the page's`);
  }
});

Deno.test("bucketsOf() has every stretch between the first and the last, in the zone, over a change of the clock", () => {
  const at = (text: string) => Date.parse(text);
  const days = bucketsOf([at("2026-03-27T12:00Z"), at("2026-03-31T22:30Z")], "Europe/Berlin");
  assert.deepEqual([days.unit, days.all.map(({ label }) => label)], ["day", [
    "03-27",
    "03-28",
    "03-29",
    "03-30",
    "03-31",
    "04-01",
  ]]);
  assert.equal(days.indexOf(at("2026-03-29T22:30Z")), 3);
  const hours = bucketsOf([at("2026-01-01T00:10Z"), at("2026-01-02T03:00Z")], "UTC");
  assert.deepEqual([hours.unit, hours.all.length, hours.all[0]!.label], ["hour", 28, "01-01 00:00"]);
  assert(bucketsOf([0, at("3026-01-01T00:00Z")], "UTC").all.length <= 400);
  assert.equal(bucketsOf([], "UTC").all.length, 0);
});

Deno.test("seriesOf() keeps the largest apart, joins the rest, and never takes two names for one", () => {
  const { names, shownAs } = seriesOf([["a", 5], ["b", 1], ["c", 3], ["d", 1]], { max: 3 });
  assert.deepEqual(names, ["a", "c", "others"]);
  assert.deepEqual(["a", "b", "c", "d"].map(shownAs), ["a", "others", "c", "others"]);
  const long = "x".repeat(60);
  const cut = seriesOf([[`${long}1`, 2], [`${long}2`, 1]]);
  assert.equal(new Set(cut.names).size, 2);
});

Deno.test("meanOf() gives Wilson's interval for pass and fail, Student's for other scores", () => {
  const passed = (count: number, of: number) => Array.from({ length: of }, (_, at) => at < count ? 1 : 0);
  const rounded = (values: readonly number[]) => {
    const { low, high } = meanOf(values);
    return [low!.toFixed(4), high!.toFixed(4)];
  };
  assert.deepEqual(rounded(passed(8, 10)), ["0.4902", "0.9433"]);
  assert.deepEqual(rounded(passed(0, 10)), ["0.0000", "0.2775"]);
  // t(0.975, 9) = 2.262157, s = 0.1, n = 10.
  const spread = Array.from({ length: 10 }, (_, at) => 0.5 + (at % 2 === 0 ? 1 : -1) * 0.1 * Math.sqrt(0.9));
  const { low, high } = meanOf(spread);
  assert(Math.abs(high! - 0.5 - 2.262157 * 0.1 / Math.sqrt(10)) < 1e-6 && Math.abs(low! + high! - 1) < 1e-9);
  assert.deepEqual(meanOf([0.4]), { mean: 0.4 });
});
