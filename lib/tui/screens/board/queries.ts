import {
  activeSpan,
  estimatedUsage,
  pendingApproval,
  spanTitle,
  stepCount,
  stepsOf,
  toolTitle,
} from "../../../analysis/mod.ts";
import {
  isLive,
  LIVE_STATUSES,
  type PartialOutput,
  type Run,
  sentenceOf,
  type Span,
  textOf,
  type Trace,
} from "../../../core/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";
import { storedTrace } from "../../trace/stored.ts";
import { CARDS_MAX } from "./grid.ts";

const RUNS_MAX = 100;
/** No card shows more of a text, UTF-16 units. */
const WORDS_MAX = 4_000;

/** What a run is doing, beyond its row. */
export interface RunNow {
  readonly traceId: string;
  /** Steps begun. */
  readonly steps: number;
  /** The tool that runs or was asked for last; empty while the model is at work. */
  readonly tool: string;
  /** The call that waits for a person. */
  readonly waiting?: string;
  /** The end of what was said last, not yet fit for a terminal. */
  readonly words: string;
  /** The answer that is arriving: tokens as far as its text tells. */
  readonly streaming?: {
    readonly spanId: string;
    readonly sinceUs: number;
    readonly atUs: number;
    readonly tokens: number;
  };
  /** What the calls under way use on top of the run's totals, estimated from their texts; `unpriced` of them have no price. */
  readonly open?: { readonly tokens: number; readonly usd: number; readonly unpriced: number };
}

/** Which runs to read. */
export interface BoardAsked {
  /** Runs that keep their places though they may have ended. */
  readonly kept: readonly string[];
  /** Of those that are live, from which on they are in view. */
  readonly first: number;
}

export interface Board {
  /** Oldest first. */
  readonly runs: readonly Run[];
  /** There are more that are live, newer ones. */
  readonly hasMore: boolean;
  readonly now: readonly RunNow[];
}

export const BOARD_QUERIES = {
  board: async (services: TuiServices, { kept, first }: BoardAsked): Promise<Board> => {
    const { store } = services;
    const page = await store.listRuns({
      filter: { status: ["queued", ...LIVE_STATUSES] },
      sort: "oldest",
      limit: RUNS_MAX,
    });
    const live = new Set(page.runs.map((run) => run.traceId));
    const ended = await Promise.all(
      kept.filter((traceId) => !live.has(traceId)).map((traceId) => store.getRun(traceId)),
    );
    const runs = [...page.runs, ...ended.filter((run) => run !== undefined)]
      .toSorted((a, b) => a.startTimeUs - b.startTimeUs || (a.runId < b.runId ? -1 : 1));
    const inView = runs.slice(first, first + CARDS_MAX);
    const now = await Promise.all(inView.map((run) => runNow(services, run)));
    return { runs, hasMore: page.nextCursor !== undefined, now: now.filter((it) => it !== undefined) };
  },
} satisfies Queries;

export type BoardQueries = typeof BOARD_QUERIES;

async function runNow(services: TuiServices, { traceId }: Run): Promise<RunNow | undefined> {
  const [trace, partials] = await Promise.all([
    storedTrace(services, traceId),
    services.store.partials(traceId),
  ]);
  if (!trace) return undefined;
  const calls = openCalls(trace, partials);
  const streaming = calls.findLast(({ partial }) => partial !== undefined);
  const waiting = pendingApproval(trace);
  const active = activeSpan(trace);
  const open = await openUse(services, calls);
  return {
    traceId,
    steps: Math.max(stepCount(trace), ...stepsOf(trace).map((span) => span.step)),
    tool: active?.kind === "tool" ? spanTitle(active) : "",
    ...(waiting ? { waiting: waiting.summary } : {}),
    words: lastWords(trace, streaming?.partial, waiting !== undefined || active?.kind === "tool").slice(
      -WORDS_MAX,
    ),
    ...(streaming?.partial
      ? {
        streaming: {
          spanId: streaming.span.spanId,
          sinceUs: streaming.span.startTimeUs,
          atUs: streaming.partial.updatedAtUs,
          tokens: usageOf(streaming).outputTokens,
        },
      }
      : {}),
    ...(open ? { open } : {}),
  };
}

interface OpenCall {
  readonly span: Span;
  readonly partial: PartialOutput | undefined;
}

function openCalls({ run, spans }: Trace, partials: readonly PartialOutput[]): readonly OpenCall[] {
  if (!isLive(run.status)) return [];
  return [...spans.values()]
    .filter((span) => span.kind === "llm" && span.endTimeUs === undefined)
    .map((span) => ({ span, partial: partials.find((it) => it.spanId === span.spanId) }));
}

function usageOf({ span, partial }: OpenCall) {
  return estimatedUsage({
    messages: span.inputMessages ?? [],
    streamedChars: partial ? partial.text.length + partial.reasoning.length : 0,
  });
}

async function openUse(services: TuiServices, calls: readonly OpenCall[]): Promise<RunNow["open"]> {
  if (calls.length === 0) return undefined;
  let tokens = 0;
  let usd = 0;
  let unpriced = 0;
  for (const call of calls) {
    const usage = usageOf(call);
    tokens += usage.inputTokens + usage.outputTokens;
    const price = await services.priceOf?.(call.span.requestModel ?? "", usage).catch(() => undefined);
    if (price?.usd == null) unpriced++;
    else usd += price.usd;
  }
  return { tokens, usd, unpriced };
}

/** `isTold`: the tool that is asked for is shown anyway. */
function lastWords(trace: Trace, partial: PartialOutput | undefined, isTold: boolean): string {
  const { run, spans } = trace;
  if (partial) return partial.text === "" ? partial.reasoning : partial.text;
  if (run.error) return sentenceOf(run.error);
  if (run.output !== undefined) return run.output;
  const said = [...spans.values()].findLast((span) =>
    span.kind === "llm" && (span.outputMessages ?? []).some((message) => textOf(message) !== "")
  );
  if (said) return said.outputMessages!.map(textOf).join("\n");
  if (isTold) return "";
  const tool = [...spans.values()].findLast((span) => span.kind === "tool");
  return tool ? toolTitle(tool) : "";
}
