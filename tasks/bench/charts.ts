import type { Row, SpanFacts } from "../../lib/core/mod.ts";
import { loadTables } from "../../lib/analysis/mod.ts";
import { CHARTS, isNothing, loadRenderer, specOf } from "../../lib/charts/mod.ts";
import { loadArrow } from "../../lib/exporters/mod.ts";
import { type Figure, medianMs } from "./figure.ts";

const ROUNDS = 15;
const SPANS = 100_000;
const RUNS = 200;
const MODELS = ["mistral-small-latest", "mistral-large-latest", "ministral-8b-latest"];

/** A chart as a picture, and many spans as an Arrow table: time, and the memory that comes on top. */
export async function charts(): Promise<Figure[]> {
  const cost = CHARTS.find(({ name }) => name === "cost")!;
  const drawing = cost.draw({
    runs: [],
    spans: [],
    judged: [],
    nowMs: 0,
    timeZone: "UTC",
    usage: Array.from({ length: RUNS }, (_, at) => ({
      runId: `run ${at}`,
      agent: "researcher",
      userId: "default",
      startTimeUs: at * 3.6e9,
      model: MODELS[at % MODELS.length]!,
      quarterMs: at * 3.6e6,
      llmCalls: 1,
      usage: {
        inputTokens: 1,
        outputTokens: 1,
        cachedInputTokens: 0,
        cacheWriteInputTokens: 0,
        reasoningTokens: 0,
      },
      costUsd: 0.001 * (at % 7 + 1),
      unknownCostCalls: 0,
    })),
  });
  if (isNothing(drawing)) throw new Error("the bench draws nothing");
  const spec = specOf(drawing);
  const { renderPng, renderSvg } = await loadRenderer();
  return [
    {
      name: "a chart to SVG, warm",
      value: await medianMs(ROUNDS, () => renderSvg(spec)),
      unit: "ms",
      limit: 60,
    },
    {
      name: "a chart to PNG, warm",
      value: await medianMs(ROUNDS, async () => await renderPng(await renderSvg(spec))),
      unit: "ms",
      limit: 100,
    },
    ...await arrowFigures(),
  ];
}

async function arrowFigures(): Promise<Figure[]> {
  const { spans } = await loadTables().then(({ TABLES }) => TABLES);
  const facts = Array.from({ length: SPANS }, (_, at) => factsOf(at));
  const source = { spanFacts: () => Promise.resolve({ spans: facts, damagedRows: 0 }) };
  const rows: Row[] = [];
  for await (const batch of spans.rows(source as never, { nowMs: 0 })) rows.push(...batch);
  const { arrowTable } = await loadArrow();
  const before = Deno.memoryUsage().rss;
  const table = arrowTable(spans.columns, rows);
  const grown = (Deno.memoryUsage().rss - before) / 1e6;
  if (table.numRows !== SPANS) throw new Error("rows are missing");
  return [
    {
      name: `toArrow() of ${SPANS} spans`,
      value: await medianMs(5, () => Promise.resolve(arrowTable(spans.columns, rows))),
      unit: "ms",
      limit: 1_000,
    },
    { name: `toArrow() of ${SPANS} spans, memory on top`, value: Math.max(0, grown), unit: "MB", limit: 300 },
  ];
}

function factsOf(at: number): SpanFacts {
  const isCall = at % 3 === 1;
  return {
    runId: `01900000-0000-7000-8000-${String(Math.floor(at / 30)).padStart(12, "0")}`,
    agent: "researcher",
    spanId: at.toString(16).padStart(16, "0"),
    ...(at % 30 === 0 ? {} : { parentSpanId: (at - at % 30).toString(16).padStart(16, "0") }),
    kind: isCall ? "llm" : "tool",
    name: isCall ? "chat mistral-small-latest" : "execute_tool calculator",
    step: at % 30,
    startTimeUs: 1.7e15 + at * 1_000,
    endTimeUs: 1.7e15 + at * 1_000 + 900,
    status: "ok",
    ...(isCall
      ? {
        provider: "mistral_ai",
        requestModel: MODELS[at % 3]!,
        responseModel: MODELS[at % 3]!,
        finishReason: "stop",
        usage: {
          inputTokens: at,
          outputTokens: 5,
          cachedInputTokens: 0,
          cacheWriteInputTokens: 0,
          reasoningTokens: 0,
        },
        costUsd: at * 1e-7,
      }
      : {}),
  };
}
