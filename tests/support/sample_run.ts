import {
  type DurableEvent,
  type Message,
  newRunId,
  newSpanId,
  newTraceId,
  NO_TOTALS,
  NO_USAGE,
  nowUs,
  type Run,
  type RunOrigin,
} from "../../lib/core/mod.ts";
import { type FakeHost, fakeHost } from "./fake_host.ts";

export interface SampleOptions {
  readonly rounds?: number;
  readonly chars?: number;
  readonly agent?: string;
  readonly prompt?: string;
  readonly model?: string;
  readonly group?: string;
  readonly open?: boolean;
  readonly origin?: RunOrigin;
  readonly host?: FakeHost;
  readonly text?: (round: number) => string;
}

export function sampleRun(host: FakeHost, options: SampleOptions = {}): Run {
  return {
    traceId: newTraceId(host),
    runId: newRunId(host),
    agent: options.agent ?? "researcher",
    status: "running",
    model: options.model ?? "mistral-small-latest",
    origin: options.origin ?? "agent",
    userId: "default",
    ...(options.group ? { group: options.group } : {}),
    tags: { simulator: "true" },
    config: { name: options.agent ?? "researcher", instructions: "Answer." },
    prompt: options.prompt ?? "How many rows?",
    startTimeUs: nowUs(host),
    totals: NO_TOTALS,
  };
}

/** The events of a run as the loop would emit them: a failed attempt each seventh call, a tool call in every round. */
export function* sampleEvents(options: SampleOptions = {}): Generator<DurableEvent> {
  const host = options.host ?? fakeHost();
  const chars = options.chars ?? 80;
  const at = () => {
    host.advance(3.25);
    return nowUs(host);
  };
  const run = sampleRun(host, options);
  const { traceId } = run;
  yield { type: "run_start", run };
  const root = newSpanId(host);
  const history: Message[] = [
    { role: "system", parts: [{ type: "text", content: "You answer with figures." }] },
    { role: "user", parts: [{ type: "text", content: run.prompt }] },
  ];
  yield {
    type: "span_start",
    span: {
      traceId,
      spanId: root,
      name: `invoke_agent ${run.agent}`,
      kind: "agent",
      startTimeUs: at(),
      status: "unset",
      inputMessages: [...history],
      attributes: { "gen_ai.agent.name": run.agent },
    },
  };
  let step = 0;
  let usage = NO_USAGE;
  for (let round = 0; round < (options.rounds ?? 3); round++) {
    const llm = newSpanId(host);
    const says = options.text?.(round) ?? "x".repeat(chars);
    yield {
      type: "span_start",
      span: {
        traceId,
        spanId: llm,
        parentSpanId: root,
        name: `chat ${run.model}`,
        kind: "llm",
        step: ++step,
        startTimeUs: at(),
        status: "unset",
        providerName: "mistral_ai",
        requestModel: run.model,
        inputMessages: [...history],
        attributes: { "gen_ai.request.temperature": 0.2 },
      },
    };
    for (const failed of round % 7 === 3 ? [true, false] : [false]) {
      const attempt = newSpanId(host);
      yield {
        type: "span_start",
        span: {
          traceId,
          spanId: attempt,
          parentSpanId: llm,
          name: "POST chat",
          kind: "attempt",
          startTimeUs: at(),
          status: "unset",
          attributes: { "http.request.resend_count": 0 },
        },
      };
      yield {
        type: "span_end",
        traceId,
        spanId: attempt,
        endTimeUs: at(),
        status: failed ? "error" : "ok",
        ...(failed ? { errorType: "429", errorMessage: "slow down\u0000 \ud800" } : {}),
        attributes: failed ? { "agentop.retry.delay_ms": 12.5 } : { "http.response.status_code": 200 },
      };
    }
    const out: Message = {
      role: "assistant",
      parts: [
        { type: "text", content: `${round}: ${says}` },
        { type: "tool_call", id: `c${round}`, name: "read_file", arguments: { path: `f${round}.csv` } },
      ],
    };
    usage = { ...NO_USAGE, inputTokens: 100 * round + 7, outputTokens: 5, cachedInputTokens: 64 };
    yield {
      type: "span_end",
      traceId,
      spanId: llm,
      endTimeUs: at(),
      status: "ok",
      responseModel: run.model,
      responseId: `r${round}`,
      finishReasons: ["tool_calls"],
      timeToFirstChunkMs: 1.5,
      usage,
      cost: {
        usd: usage.inputTokens * 1e-7 + 5 * 3e-7,
        quantities: { input_tokens: usage.inputTokens, output_tokens: 5 },
        tag: {
          model: run.model,
          source: "test",
          date: "2026-01-01",
          usdPerMillion: { input_tokens: 0.1, output_tokens: 0.3 },
        },
      },
      outputMessages: [out],
    };
    history.push(out);
    yield {
      type: "snapshot",
      snapshot: {
        snapshotId: llm,
        traceId,
        spanId: llm,
        step,
        createdAtUs: nowUs(host),
        messages: [...history],
        keyValues: round > 1 ? { seen: round - 1 } : {},
      },
    };
    const tool = newSpanId(host);
    yield {
      type: "span_start",
      span: {
        traceId,
        spanId: tool,
        parentSpanId: root,
        name: "execute_tool read_file",
        kind: "tool",
        step: ++step,
        startTimeUs: at(),
        status: "unset",
        attributes: { "gen_ai.tool.name": "read_file", "gen_ai.tool.call.id": `c${round}` },
      },
    };
    const result: Message = {
      role: "tool",
      parts: [{
        type: "tool_call_response",
        id: `c${round}`,
        name: "read_file",
        response: `row ${round} ${says}`,
      }],
    };
    history.push(result);
    yield {
      type: "span_end",
      traceId,
      spanId: tool,
      endTimeUs: at(),
      status: "ok",
      outputMessages: [result],
    };
    yield {
      type: "snapshot",
      snapshot: {
        snapshotId: newSpanId(host),
        traceId,
        spanId: tool,
        step,
        createdAtUs: at(),
        messages: [...history],
        keyValues: round > 0 ? { seen: round } : {},
      },
    };
  }
  if (options.open) return;
  yield {
    type: "span_end",
    traceId,
    spanId: root,
    endTimeUs: at(),
    status: "ok",
  };
  yield {
    type: "run_update",
    traceId,
    change: { status: "completed", endTimeUs: at(), output: `done after ${options.rounds ?? 3} rounds` },
  };
}
