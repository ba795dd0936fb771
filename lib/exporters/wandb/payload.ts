import { createHash } from "node:crypto";
import {
  canonicalJson,
  isFinal,
  isLive,
  isObject,
  type Run,
  shortRunId,
  type Span,
  totalTokens,
  type Trace,
} from "../../core/mod.ts";
import { pricedSpans, type RunRow, spanTitle, spanTookMs, stepsOf } from "../../analysis/mod.ts";
import type { RunFacts, RunFile } from "./api.ts";
import type { Artifact } from "./artifact.ts";

/** Longer texts are in the artifact; here they would only make lists slow. */
const TEXT_CHARS_MAX = 10_000;
const TAG_CHARS_MAX = 64;

/** All that goes out of a run. */
export interface WandbRun {
  readonly id: string;
  readonly facts: RunFacts;
  /** A line per step, as JSON. */
  readonly history: readonly string[];
  readonly summary: string;
  /** What its calls cost, line by line. Absent: it has none. */
  readonly costs?: RunFile;
  /** It runs no more. */
  readonly isOver: boolean;
  readonly exitCode: number;
  /** What it began from. */
  readonly inputs: readonly Artifact[];
  readonly trace: Artifact;
}

/** What a run is read as besides: its figures, and the whole of it as one line, which `agentop import` takes back. */
export interface RunReadings {
  readonly figures: RunRow;
  readonly line: string;
}

/** A run as W&B shows runs. */
export function wandbRun(trace: Trace, { figures, line }: RunReadings): WandbRun {
  const { run } = trace;
  const costs = costTable(trace);
  const history = historyLines(trace);
  const summary = summaryOf(trace, figures, history.length, costs);
  const inputs = inputsOf(run);
  return {
    id: run.runId,
    facts: {
      displayName: `${run.agent} ${shortRunId(run.runId)}`,
      ...(run.group === undefined ? {} : { groupName: run.group }),
      jobType: "agent",
      tags: tagsOf(run),
      config: configOf(run, inputs),
      summary,
    },
    history,
    summary: JSON.stringify(summary),
    ...(costs ? { costs: costs.file } : {}),
    isOver: !isLive(run.status) && run.status !== "queued",
    exitCode: run.status === "completed" ? 0 : 1,
    inputs,
    trace: {
      name: nameOf("trace", run.runId),
      type: "trace",
      description: "All that is stored of the run; agentop import reads it.",
      metadata: { runId: run.runId, agent: run.agent, status: run.status, steps: history.length },
      aliases: ["latest"],
      files: {
        "trace.jsonl": bytes(`${line}\n`),
        ...(costs ? { [COST_TABLE]: costs.whole } : {}),
      },
    },
  };
}

/**
 * A line per step that has ended, up to the first that has not: what was sent of a run at work stays where it is when more comes.
 */
export function historyLines(trace: Trace): readonly string[] {
  const { run } = trace;
  const lines: string[] = [];
  let tokens = 0;
  let usd = 0;
  let unknown = 0;
  for (const span of stepsOf(trace)) {
    if (span.endTimeUs === undefined && isLive(run.status)) break;
    const untilUs = span.endTimeUs ?? span.startTimeUs;
    tokens += span.usage ? totalTokens(span.usage) : 0;
    usd += span.cost?.usd ?? 0;
    if (span.cost?.usd === null) unknown++;
    lines.push(JSON.stringify({
      _step: lines.length,
      _timestamp: untilUs / 1e6,
      _runtime: (untilUs - run.startTimeUs) / 1e6,
      "step/number": span.step,
      "step/kind": span.kind,
      "step/name": cut(spanTitle(span), 200),
      "step/status": span.status,
      "step/durationMs": spanTookMs(span, untilUs / 1000),
      ...usageOf(span),
      ...(typeof span.cost?.usd === "number" ? { "step/costUsd": span.cost.usd } : {}),
      "total/tokens": tokens,
      "total/costUsd": usd,
      "total/unknownCostCalls": unknown,
    }));
  }
  return lines;
}

function usageOf({ usage, timeToFirstChunkMs }: Span) {
  return {
    ...(usage && {
      "step/inputTokens": usage.inputTokens,
      "step/outputTokens": usage.outputTokens,
      "step/cachedInputTokens": usage.cachedInputTokens,
    }),
    ...(timeToFirstChunkMs === undefined ? {} : { "step/timeToFirstChunkMs": timeToFirstChunkMs }),
  };
}

/** The last of everything: figures of the whole run, and how it was judged. What is unknown is not there. */
function summaryOf(trace: Trace, row: RunRow, lines: number, costs: CostTable | undefined) {
  const { run } = trace;
  const { runId: _id, prompt: _prompt, tags: _tags, startTime, endTime, output, ...figures } = row;
  const scores = trace.evaluations.filter(({ spanId }) => spanId === undefined).flatMap((it) => {
    const value = it.value ?? it.label ?? it.passed;
    return value === undefined ? [] : [[`score/${it.name}`, value] as const];
  });
  const summary = {
    ...figures,
    startTime: startTime.toISOString(),
    endTime: endTime?.toISOString(),
    output: output === null ? null : cut(output, TEXT_CHARS_MAX),
    ...Object.fromEntries(scores),
    ...(costs ? { costs: costs.entry } : {}),
    _step: Math.max(0, lines - 1),
    _timestamp: (run.endTimeUs ?? run.startTimeUs) / 1e6,
    _runtime: ((run.endTimeUs ?? run.startTimeUs) - run.startTimeUs) / 1e6,
  };
  return Object.fromEntries(Object.entries(summary).filter(([, value]) => value != null));
}

/** Values by name, as W&B keeps configurations. A folder of this machine is nobody's business. */
function configOf(run: Run, inputs: readonly Artifact[]) {
  const { baseDir: _, instructions, ...agent } = run.config;
  const values = {
    ...agent,
    instructions: typeof instructions === "string" ? cut(instructions, TEXT_CHARS_MAX) : undefined,
    agent: run.agent,
    model: run.model,
    prompt: cut(run.prompt, TEXT_CHARS_MAX),
    runId: run.runId,
    traceId: run.traceId,
    origin: run.origin,
    userId: run.userId,
    runTags: run.tags,
    parentRunId: run.parentRunId,
    forkedFrom: run.forkedFrom,
    ...Object.fromEntries(inputs.map(({ type, metadata }) => [`${type}Version`, metadata.sha256])),
  };
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, { value, desc: null }]),
  );
}

/** The agent file as it was resolved, and its instructions by themselves: an edit of either is a new version of it. */
function inputsOf(run: Run): readonly Artifact[] {
  if (!isObject(run.config) || Object.keys(run.config).length === 0) return [];
  const { baseDir: _, ...agent } = run.config;
  const input = (type: string, file: string, text: string, description: string): Artifact => ({
    name: nameOf(type, run.agent),
    type,
    description,
    metadata: { agent: run.agent, sha256: sha256(text) },
    aliases: ["latest"],
    files: { [file]: bytes(text) },
  });
  const { instructions } = agent;
  return [
    input("agent", "agent.json", canonicalJson(agent), "An agent as its runs were started with it."),
    ...(typeof instructions === "string" && instructions !== ""
      ? [input("prompt", "instructions.txt", instructions, "The instructions of an agent.")]
      : []),
  ];
}

/** In an artifact a table is a file of this ending, which W&B shows as one. */
const COST_TABLE = "costs.table.json";

interface CostTable {
  readonly file: RunFile;
  /** As it is in an artifact. */
  readonly whole: Uint8Array<ArrayBuffer>;
  /** How a summary points at it. */
  readonly entry: Readonly<Record<string, unknown>>;
}

const COST_COLUMNS = [
  "step",
  "spanId",
  "model",
  "unit",
  "quantity",
  "usdPerMillion",
  "usd",
  "factor",
  "priceSource",
  "priceDate",
];

/** A row per call and unit; `null` is an unknown price. */
function costTable(trace: Trace): CostTable | undefined {
  const data = pricedSpans(trace).flatMap(({ span, step, receipt }) =>
    receipt.lines.map(({ unit, quantity, usdPerMillion, usd }) => [
      step ?? null,
      span.spanId,
      receipt.model,
      unit,
      quantity,
      usdPerMillion,
      usd,
      receipt.factor,
      receipt.source ?? null,
      receipt.date ?? null,
    ])
  );
  if (data.length === 0) return undefined;
  const text = JSON.stringify({ columns: COST_COLUMNS, data });
  const content = bytes(text);
  const sum = sha256(text);
  const path = `media/table/costs_0_${sum.slice(0, 20)}.table.json`;
  return {
    file: { path, content },
    whole: bytes(JSON.stringify({
      _type: "table",
      columns: COST_COLUMNS,
      data,
      ncols: COST_COLUMNS.length,
      nrows: data.length,
    })),
    entry: {
      _type: "table-file",
      path,
      sha256: sum,
      size: content.length,
      ncols: COST_COLUMNS.length,
      nrows: data.length,
      log_mode: "IMMUTABLE",
    },
  };
}

/** Short words to find runs by. */
function tagsOf(run: Run): readonly string[] {
  const tags = [run.agent, run.model, ...(isFinal(run.status) ? [run.status] : [])];
  return [...new Set(tags.filter((it) => it !== "").map((it) => cut(it, TAG_CHARS_MAX)))];
}

/** A name as W&B takes them; of another name that would read the same it differs by a sum. */
function nameOf(kind: string, name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_").slice(0, 90);
  return `${kind}-${plain}${plain === name ? "" : `-${sha256(name).slice(0, 8)}`}`;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const cut = (text: string, max: number) =>
  text.length <= max ? text : `${text.slice(0, max).toWellFormed()}…`;
