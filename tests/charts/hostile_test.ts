import assert from "node:assert/strict";
import { renderChart } from "../../lib/app/mod.ts";
import { CHARTS, drawPlot, isNothing, specOf } from "../../lib/charts/mod.ts";
import { PAYLOADS, traceWith, withRun } from "../support/hostile_run.ts";
import { chartData, charted, figures } from "./data.ts";

const ELEMENTS = new Set([
  "svg",
  "g",
  "path",
  "text",
  "tspan",
  "defs",
  "linearGradient",
  "stop",
  "rect",
  "clipPath",
  "line",
]);
const HANDLER = /^on|^href|^xlink:href|^style$|^src/i;

/** Every tag is one that Vega writes for a drawing, and none of its attributes does anything. */
function assertDrawing(svg: string, payload: string): void {
  // Attribute values are quoted and hold no angle brackets: a tag ends at the first one.
  for (const [tag, name, attributes] of svg.matchAll(/<\/?([\w:!?]*)([^>]*)>/g)) {
    assert(ELEMENTS.has(name!), `${tag} of ${payload}`);
    const rest = attributes!.replace(/\s([\w:-]+)="([^"]*)"/g, (_, key) => {
      assert(!HANDLER.test(key), `${tag} of ${payload}`);
      return "";
    });
    assert.match(rest, /^\s*\/?$/, `${tag} of ${payload}`);
  }
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/.test(svg));
}

Deno.test("what a model or a tool said stays text in every chart: SVG, page, specification and terminal", async () => {
  assert.equal(PAYLOADS.length, 60);
  const options = { nowMs: 0, timeZone: "UTC" };
  // Two runs in each drawing, every one with a payload of its own.
  for (let index = 0; index < PAYLOADS.length; index += 2) {
    const [payload, next] = [PAYLOADS[index]!, PAYLOADS[index + 1]!];
    const both = JSON.stringify([payload, next]);
    const [trace, other] = [payload, next].map((it) => {
      const first = traceWith(it);
      return withRun(first, {
        runId: `${it}${index}`,
        totals: { ...first.run.totals, costUsd: 1, retryWaitMs: 5 },
      });
    });
    const data = chartData([trace!, other!]);
    const judged = data.judged.map((it) => ({ ...it, evaluation: { ...it.evaluation, name: payload } }));
    const spans = data.spans.map((it) => it.kind === "llm" ? { ...it, status: "ok" as const } : it);
    const experiments = [
      charted({ [payload]: [figures(next)], [`${next}2`]: [figures(next)] }, { suite: payload }),
    ];
    for (const [at, chart] of CHARTS.entries()) {
      const drawing = chart.draw({ ...data, spans, judged, experiments });
      assert(!isNothing(drawing), chart.name);
      for (const line of drawPlot(drawing.text, { columns: 100 })) {
        assert(!/[\p{Cc}\u202a-\u202e]/u.test(line.map(({ text }) => text).join("")), chart.name);
      }
      assert(!/[\p{Cc}\u202a-\u202e]/u.test(drawing.title + drawing.subtitle));
      assert.equal(typeof JSON.stringify(specOf(drawing)), "string");
      // Each payload through two charts, so that all charts see a dozen different ones and more.
      if (at % 5 !== index / 2 % 5) continue;
      const page = await renderChart(drawing, "html", options) as string;
      const around = page.replaceAll(/<svg [^]*?<\/svg>/g, "");
      assert(!/<script|<iframe|<img|<foreignObject|\s(?:href|src)="(?!#)/i.test(around), both);
      for (const [svg] of page.matchAll(/<svg [^]*?<\/svg>/g)) assertDrawing(svg, both);
      assert.equal(page.match(/<svg /g)!.length, 2);
      assert.match(page, /default-src 'none'; style-src 'sha256-/);
      // A file of its own is what stands in the page: looked at once for each chart.
      if (index < 10) assertDrawing(await renderChart(drawing, "svg", options) as string, both);
    }
  }
});

Deno.test("a PNG has its text: the font comes with the program", async () => {
  const { loadRenderer } = await import("../../lib/charts/mod.ts");
  const { renderPng } = await loadRenderer();
  const svg = (text: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="25" font-family="Inter, sans-serif">${text}</text></svg>`;
  const [empty, latin, greek] = await Promise.all(
    ["", "mistral", "αβγδ"].map((text) => renderPng(svg(text))),
  );
  assert.deepEqual([...latin!.subarray(1, 4)], [...new TextEncoder().encode("PNG")]);
  assert(latin!.length > empty!.length * 1.5 && greek!.length > empty!.length * 1.5);
});
