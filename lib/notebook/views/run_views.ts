import {
  diffSummary,
  memoryCounts,
  type MemoryStep,
  pricedSpans,
  receiptSum,
  type RunDiff,
  spanTitle,
  spanTookMs,
  type Step,
  stepPlace,
  stepsOf,
} from "../../analysis/mod.ts";
import type { App } from "../../app/mod.ts";
import {
  type Message,
  type Run,
  sentenceOf,
  shortRunId,
  type StoredMessage,
  systemTimeZone,
  type Trace,
} from "../../core/mod.ts";
import {
  cell,
  costDifference,
  costOfCall,
  costWordsOf,
  duration,
  formatReceipt,
  lines,
  longStatus,
  memoryChangeText,
  messageText,
  plural,
  signed,
  spanStatus,
  STATUS_LOOKS,
  STEP_SIGNS,
  table,
  usageText,
} from "../../present/mod.ts";
import type { MediaBundle } from "./display.ts";

const STEPS_SHOWN_MAX = 60;
const TEXT_MAX_CHARS = 2_000;
const PLAIN = { columns: 120, tableColumns: 120, paint: (_: unknown, text: string) => text } as const;

const html = async () => (await import("../../exporters/mod.ts")).loadHtml();

function zoneOf(app: App): string {
  return app.config.timeZone ?? systemTimeZone();
}

/** A run with its family, read when it is shown. */
export async function runBundle(app: App, run: Run): Promise<MediaBundle> {
  const store = await app.store();
  const [trace, handedTo, forks] = await Promise.all([
    store.loadTrace(run.traceId),
    store.childRuns(run.runId),
    store.forksOf([run.runId]),
  ]);
  const { runHtml } = await html();
  const nowMs = app.host.now();
  return {
    "text/html": runHtml({ trace, handedTo, forks, nowMs, timeZone: zoneOf(app) }),
    "text/plain": runText(trace, nowMs),
  };
}

/** One step of a run, opened. */
export async function stepBundle(app: App, trace: Trace, step: Step): Promise<MediaBundle> {
  const store = await app.store();
  const { stepHtml } = await html();
  const nowMs = app.host.now();
  const text = (messages: readonly Message[] = []) =>
    messages.flatMap((it) => [`${it.role}:`, ...lines(messageText(it).slice(0, TEXT_MAX_CHARS))]);
  const { run } = trace;
  return {
    "text/html": stepHtml(
      { trace, handedTo: await store.childRuns(run.runId), nowMs },
      step.step,
    ),
    "text/plain": [
      `${cell(run.agent)} ${shortRunId(run.runId)}, step ${step.step}`,
      stepsTable([step], nowMs),
      ...text(step.inputMessages?.slice(-1)),
      ...text(step.outputMessages),
    ].join("\n"),
  };
}

function stepsTable(steps: readonly Step[], nowMs: number): string {
  return table(
    [
      { title: "" },
      { title: "STEP", align: "right" },
      { title: "KIND" },
      { title: "WHAT", min: 16, max: 48 },
      { title: "TOKENS" },
      { title: "COST", align: "right" },
      { title: "TIME", align: "right" },
    ],
    steps.map((span) => [
      STATUS_LOOKS[spanStatus(span)].glyph,
      String(span.step),
      span.kind,
      cell(spanTitle(span)),
      span.usage ? usageText(span.usage) : "",
      costOfCall(span.cost),
      duration(spanTookMs(span, nowMs)),
    ]),
    PLAIN,
  );
}

function runText(trace: Trace, nowMs: number): string {
  const { run } = trace;
  const steps = stepsOf(trace);
  const took = run.endTimeUs === undefined ? "not ended" : duration((run.endTimeUs - run.startTimeUs) / 1000);
  const shown = steps.slice(0, STEPS_SHOWN_MAX);
  return [
    `${cell(run.agent)} ${shortRunId(run.runId)}: ${cell(longStatus(run))}, ${took}, ${
      costWordsOf(run.totals)
    }`,
    ...(run.error ? [cell(sentenceOf(run.error))] : []),
    shown.length === 0 ? "No step was recorded." : stepsTable(shown, nowMs),
    ...(steps.length > shown.length ? [`… and ${plural(steps.length - shown.length, "step")} more`] : []),
    ...(run.output === undefined ? [] : ["", ...lines(run.output.slice(0, TEXT_MAX_CHARS))]),
  ].join("\n");
}

/** What differs between two runs; `lead` is said first. */
export async function diffBundle(app: App, diff: RunDiff, lead = ""): Promise<MediaBundle> {
  const store = await app.store();
  const trace = async (runId: string) => await store.loadTrace((await store.resolveRun(runId)).traceId);
  const [left, right] = await Promise.all([trace(diff.left), trace(diff.right)]);
  const { diffHtml } = await html();
  return {
    "text/html": await diffHtml({ left, right, diff, nowMs: app.host.now(), timeZone: zoneOf(app) }, lead),
    "text/plain": diffText(diff, lead),
  };
}

function diffText(diff: RunDiff, lead: string): string {
  const summary = diffSummary(diff);
  const steps = diff.steps.slice(0, STEPS_SHOWN_MAX).map((step) =>
    `${STEP_SIGNS[step.op]} ${stepPlace(step).padStart(5)}  ${step.kind} ${cell(step.name)}` +
    (step.op === "changed"
      ? `  ${plural(step.changes.length, "change")}: ${
        step.changes.slice(0, 3).map((it) => cell(it.path || "the whole")).join(", ")
      }`
      : "")
  );
  return [
    ...(lead === "" ? [] : [lead]),
    `${shortRunId(diff.left)} → ${shortRunId(diff.right)}: ${summary ?? "the same"}`,
    `time ${signed(diff.durationDeltaMs, duration)}, cost ${
      costDifference(diff.costDeltaUsd, { isKnown: diff.costKnown })
    }`,
    ...steps,
    ...(diff.output.unified === "" ? [] : ["", ...lines(diff.output.unified.slice(0, TEXT_MAX_CHARS))]),
  ].join("\n");
}

/** How the cost of a run came about. */
export async function receiptBundle(trace: Trace): Promise<MediaBundle> {
  const { receiptHtml } = await html();
  const billed = pricedSpans(trace).filter((it) => !it.isFree).map(({ receipt }) => receipt);
  return {
    "text/html": receiptHtml(trace),
    "text/plain": billed.length === 0
      ? "No call of this run was billed."
      : formatReceipt(billed, receiptSum(billed)),
  };
}

/** What changed in an agent's memory, step by step. */
export async function memoryBundle(steps: readonly MemoryStep[]): Promise<MediaBundle> {
  const { memoryHtml } = await html();
  const rows = steps.map((it) =>
    `step ${it.step}  ${it.cause.kind} ${cell(it.cause.name)}: ${memoryChangeText(memoryCounts(it))}; ${
      plural(it.messages.length, "message")
    } held${it.window ? `, ${it.window.length} sent` : ""}`
  );
  return {
    "text/html": await memoryHtml(steps),
    "text/plain": rows.length === 0 ? "No memory was recorded." : rows.join("\n"),
  };
}

/** Messages as a conversation. */
export async function chatBundle(messages: readonly StoredMessage[]): Promise<MediaBundle> {
  const { chatHtml } = await html();
  const said = messages.map(({ message }) => `${message.role}: ${cell(messageText(message))}`);
  return {
    "text/html": chatHtml(messages),
    "text/plain": said.length === 0 ? "No message is on record." : said.join("\n"),
  };
}
