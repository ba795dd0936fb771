import { isEmptyRunFilter, loadExperiments, loadForkTree, loadTables } from "../analysis/mod.ts";
import type {
  ChartData,
  ChartDefinition,
  ChartedExperiment,
  ChartFinding,
  ChartNeed,
  Drawing,
  ThemeName,
} from "../charts/mod.ts";
import {
  AgentOpError,
  type JudgedRun,
  nearest,
  type Run,
  type RunFilter,
  type SpanFacts,
  type SpanKind,
  type Store,
  systemTimeZone,
} from "../core/mod.ts";
import { damagedRowsNote } from "../present/mod.ts";
import type { App } from "./app.ts";
import { namedVariants } from "./compare_experiments.ts";
import { checkChoice } from "./export_runs.ts";
import { cacheOf } from "./prompt_cache.ts";
import { writeWhole } from "./write_whole.ts";

/** Charts of runs look at no more than the newest of these. */
const RUNS_MAX = 2_000;
/** Of these spans. */
const SPANS_MAX = 200_000;

/** What a chart is about. */
export interface ChartChoice {
  /** Names of runs: ids, beginnings or ends of them, `last`. A chart of one run takes the first, or `last`. */
  readonly runs?: readonly string[];
  readonly filter?: RunFilter;
  /** For charts of experiments: ids, beginnings or ends of them, `last`, or one variant as `EXP/VARIANT`. @default `last` */
  readonly experiments?: readonly string[];
}

/** The chart of that name. Throws `AgentOpError` with the nearest one. */
export async function chartOf(name: string): Promise<ChartDefinition> {
  const { CHARTS } = await import("../charts/mod.ts");
  const found = CHARTS.find((chart) => chart.name === name);
  if (found) return found;
  const names = CHARTS.map((chart) => chart.name);
  throw new AgentOpError(`Cannot draw ${JSON.stringify(name.slice(0, 40))}: there is no such chart`, {
    remedy: nearest(name, names) ?? names.join(", "),
  });
}

/** What can be seen, or why there is nothing to see. Throws `AgentOpError` for runs that are not there. */
export async function drawChart(
  app: App,
  chart: ChartDefinition,
  choice: ChartChoice = {},
): Promise<Drawing> {
  checkChoice(choice);
  checkSubject(chart, choice);
  const store = await app.store();
  if (chart.of === "experiments") {
    return chart.draw({
      ...{ runs: [], usage: [], spans: [], judged: [], nowMs: app.host.now(), timeZone: zoneOf(app) },
      experiments: await chartedExperiments(store, choice.experiments ?? []),
    });
  }
  const { runs: references = [], filter } = choice;
  const isOne = chart.of === "run";
  if (isOne && references.length > 1) {
    throw new AgentOpError(`Cannot draw ${chart.name} of ${references.length} runs: it is about one`, {
      remedy: `agentop chart ${chart.name} ${references[0]}`,
    });
  }
  if (isOne && references.length === 0 && (await store.countRuns(filter)) === 0) {
    return { nothing: "there is no run", remedy: "agentop demo" };
  }
  const runs = isOne
    ? [await oneRun(store, references[0], filter)]
    : await manyRuns(store, references, filter);
  const chosen = { runs, isNamed: isOne || references.length > 0, filter };
  const { damagedRows, ...data } = await chartData(app, store, chart, chosen);
  return withDamage(chart.draw(data), damagedRows);
}

/** Runs are not experiments. Throws `AgentOpError`. */
function checkSubject(
  { name, of }: ChartDefinition,
  { runs = [], filter = {}, experiments = [] }: ChartChoice,
): void {
  const isOfExperiments = of === "experiments";
  if (isOfExperiments ? runs.length === 0 && isEmptyRunFilter(filter) : experiments.length === 0) return;
  throw new AgentOpError(
    isOfExperiments
      ? `Cannot draw ${name} of runs: it is about experiments`
      : `Cannot draw ${name} of experiments: it is about runs`,
    {
      remedy: isOfExperiments
        ? `agentop chart ${name} last`
        : `agentop chart score-intervals ${experiments[0]}`,
    },
  );
}

/** The figures of experiments; of the newest where none is named. Throws `AgentOpError` for one that is not there. */
async function chartedExperiments(
  store: Store,
  references: readonly string[],
): Promise<readonly ChartedExperiment[]> {
  if (references.length === 0 && (await store.listExperiments({ limit: 1 })).experiments.length === 0) {
    return [];
  }
  const { figuresOf } = await loadExperiments();
  const all: ChartedExperiment[] = [];
  for (const reference of references.length === 0 ? ["last"] : references) {
    const { experiment, plan, variants } = await namedVariants(store, reference, "draw");
    const results = await store.experimentResults(experiment.experimentId, { withTexts: false });
    const sides = figuresOf({ experiment, plan, results });
    all.push({ experiment, sides: sides.filter(({ variant }) => variants.includes(variant)) });
  }
  return all;
}

/** What the chart leaves out stands below its title. */
export function withDamage(drawing: Drawing, damagedRows: number): Drawing {
  if (damagedRows === 0) return drawing;
  const note = damagedRowsNote(damagedRows);
  return "nothing" in drawing
    ? { nothing: `${drawing.nothing}; ${note}`, remedy: "agentop db verify" }
    : { ...drawing, subtitle: `${drawing.subtitle}; ${note}` };
}

async function oneRun(
  store: Store,
  reference: string | undefined,
  filter: RunFilter | undefined,
): Promise<Run> {
  if (reference !== undefined) return await store.resolveRun(reference);
  if (!filter) return await store.resolveRun("last");
  return (await store.listRuns({ filter, limit: 1 })).runs[0]!;
}

async function manyRuns(
  store: Store,
  references: readonly string[],
  filter: RunFilter | undefined,
): Promise<readonly Run[]> {
  if (references.length === 0) {
    return (await store.listRuns({ ...(filter ? { filter } : {}), limit: RUNS_MAX })).runs;
  }
  const runs: Run[] = [];
  for (const reference of references) runs.push(await store.resolveRun(reference));
  return runs.sort((a, b) => b.startTimeUs - a.startTimeUs);
}

interface Chosen {
  readonly runs: readonly Run[];
  /** By name, not by a filter. */
  readonly isNamed: boolean;
  readonly filter: RunFilter | undefined;
}

/** Reads what the chart needs and nothing else. */
async function chartData(
  app: App,
  store: Store,
  { needs }: ChartDefinition,
  { runs, isNamed, filter }: Chosen,
): Promise<ChartData & { readonly damagedRows: number }> {
  const needed = (need: ChartNeed) => needs.includes(need);
  const query = isNamed ? { runIds: runs.map(({ runId }) => runId) } : filter ? { filter } : {};
  const [first] = runs;
  const kinds = KINDS.find(([need]) => needed(need))?.[1];
  const [usage, spans, judged, trace, family, cache] = await Promise.all([
    needed("usage") ? store.usageFacts(query) : { usage: [], damagedRows: 0 },
    kinds ? spansOf(store, { runIds: runs.map(({ runId }) => runId) }, kinds) : { spans: [], damagedRows: 0 },
    needed("judged") ? judgedOf(app, store, { runs, isNamed, filter }) : [],
    needed("trace") && first ? store.loadTrace(first.traceId) : undefined,
    needed("family") && first ? loadForkTree(store, [first]) : undefined,
    needed("cache") ? cacheOf(store, runs) : undefined,
  ]);
  return {
    runs,
    usage: usage.usage,
    spans: spans.spans,
    damagedRows: usage.damagedRows + spans.damagedRows + (cache?.damaged ?? 0),
    judged,
    ...(trace ? { trace } : {}),
    ...(family ? { family } : {}),
    ...(cache ? { cache } : {}),
    nowMs: app.host.now(),
    timeZone: zoneOf(app),
  };
}

function zoneOf(app: App): string {
  return app.config.timeZone ?? systemTimeZone();
}

const KINDS: readonly (readonly [ChartNeed, readonly SpanKind[]])[] = [
  ["calls", ["llm"]],
  ["attempts", ["attempt"]],
  ["steps", ["llm", "tool"]],
];

async function spansOf(
  store: Store,
  query: { readonly runIds: readonly string[] },
  kinds: readonly SpanKind[],
): Promise<{ readonly spans: readonly SpanFacts[]; readonly damagedRows: number }> {
  const all: SpanFacts[] = [];
  let damagedRows = 0;
  let cursor: string | undefined;
  do {
    const page = await store.spanFacts({ ...query, kinds, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.spans);
    damagedRows += page.damagedRows;
    cursor = page.nextCursor;
  } while (cursor !== undefined && all.length < SPANS_MAX);
  return { spans: all, damagedRows };
}

async function judgedOf(
  app: App,
  store: Store,
  { runs, isNamed, filter }: Chosen,
): Promise<readonly JudgedRun[]> {
  const { judgedRuns } = await loadTables();
  const all: JudgedRun[] = [];
  const choice = { nowMs: app.host.now(), ...(isNamed ? { runs } : filter ? { filter } : {}) };
  for await (const page of judgedRuns(store, choice)) all.push(...page);
  return all;
}

// ---------------------------------------------------------------------------------------------- files

/** Endings of files that a chart can be written as. */
export const CHART_FORMATS = ["svg", "png", "html", "json"] as const;
export type ChartFormat = (typeof CHART_FORMATS)[number];

export interface ChartFileOptions {
  /** @default "light"; a page has both */
  readonly theme?: ThemeName;
  /** An existing file may be replaced. */
  readonly force?: boolean;
}

/** The format that a file's ending asks for. Throws `AgentOpError`. */
export function chartFormatOf(path: string): ChartFormat {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  const found = CHART_FORMATS.find((format) => format === ending);
  if (found) return found;
  throw new AgentOpError(`Cannot write ${path}: its ending says no format that charts have`, {
    remedy: `a name that ends in .${CHART_FORMATS.join(", .")}`,
  });
}

/** A chart in one of the formats. */
export async function renderChart(
  chart: ChartFinding,
  format: ChartFormat,
  { theme = "light", nowMs, timeZone }: ChartFileOptions & {
    readonly nowMs: number;
    readonly timeZone: string;
  },
): Promise<string | Uint8Array> {
  const { loadRenderer, specOf } = await import("../charts/mod.ts");
  if (format === "json") return `${JSON.stringify(specOf(chart, theme), null, 2)}\n`;
  const { renderPng, renderSvg } = await loadRenderer();
  if (format === "svg") return await renderSvg(specOf(chart, theme));
  if (format === "png") return await renderPng(await renderSvg(specOf(chart, theme)));
  const { loadHtml } = await import("../exporters/mod.ts");
  const [{ chartPage }, light, dark] = await Promise.all([
    loadHtml(),
    renderSvg(specOf(chart, "light")),
    renderSvg(specOf(chart, "dark")),
  ]);
  return chartPage({ ...chart, light, dark, nowMs, timeZone });
}

/** Writes a chart whole or not at all, as what its name ends in. Returns where it is. Throws `AgentOpError`. */
export async function writeChart(
  app: App,
  chart: ChartFinding,
  path: string,
  options: ChartFileOptions = {},
): Promise<string> {
  const format = chartFormatOf(path);
  const content = await renderChart(chart, format, {
    ...options,
    nowMs: app.host.now(),
    timeZone: zoneOf(app),
  });
  const { force = false } = options;
  const name = `chart.${format}`;
  return typeof content === "string"
    ? await writeWhole(path, content, { name, force })
    : await writeWhole(path, async (half) => await Deno.writeFile(half, content), { name, force });
}
