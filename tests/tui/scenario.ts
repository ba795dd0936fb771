import {
  ATTR,
  type DurableEvent,
  type Message,
  newRunId,
  newSpanId,
  newTraceId,
  NO_TOTALS,
  NO_USAGE,
  nowUs,
  type Run,
  type RunError,
  type RunStatus,
  type Span,
  type Store,
} from "../../lib/core/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";

export const say = (role: Message["role"], content: string): Message => ({
  role,
  parts: [{ type: "text", content }],
});

/** Writes runs the way the loop would, step by step, on a clock of its own. */
export class Story {
  readonly run: Run;
  readonly root: string;
  readonly #store: Store;
  readonly #host: FakeHost;
  #step = 0;

  private constructor(store: Store, host: FakeHost, run: Run, root: string) {
    [this.#store, this.#host, this.run, this.root] = [store, host, run, root];
  }

  static async begin(store: Store, host: FakeHost, given: Partial<Run> = {}): Promise<Story> {
    const run: Run = {
      traceId: newTraceId(host),
      runId: newRunId(host),
      agent: "researcher",
      status: "running",
      model: "mistral-small-latest",
      origin: "agent",
      userId: "default",
      tags: {},
      config: {},
      prompt: "How many rows are in sales.csv?",
      startTimeUs: nowUs(host),
      totals: NO_TOTALS,
      ...given,
    };
    const story = new Story(store, host, run, newSpanId(host));
    await store.write([{ type: "run_start", run }]);
    await story.#open({
      spanId: story.root,
      name: `invoke_agent ${run.agent}`,
      kind: "agent",
      inputMessages: [say("user", run.prompt)],
      attributes: { [ATTR.agentName]: run.agent },
    });
    return story;
  }

  async #open(span: Partial<Span> & Pick<Span, "name" | "kind">): Promise<string> {
    const spanId = span.spanId ?? newSpanId(this.#host);
    await this.#store.write([{
      type: "span_start",
      span: {
        traceId: this.run.traceId,
        startTimeUs: nowUs(this.#host),
        status: "unset",
        attributes: {},
        ...span,
        spanId,
      },
    }]);
    return spanId;
  }

  async end(spanId: string, given: Partial<Extract<DurableEvent, { type: "span_end" }>> = {}): Promise<void> {
    await this.#store.write([{
      type: "span_end",
      traceId: this.run.traceId,
      spanId,
      endTimeUs: nowUs(this.#host),
      status: "ok",
      ...given,
    }]);
  }

  /** An open model call. */
  call(messages: readonly Message[] = [say("user", this.run.prompt)]): Promise<string> {
    return this.#open({
      parentSpanId: this.root,
      name: `chat ${this.run.model}`,
      kind: "llm",
      step: ++this.#step,
      providerName: "mistral_ai",
      requestModel: this.run.model,
      inputMessages: messages,
    });
  }

  /** One HTTP try of a model call, `ms` long. */
  async attempt(
    llm: string,
    number: number,
    ms: number,
    failure?: { type: string; waitMs: number; askedMs?: number },
  ) {
    const spanId = await this.#open({
      parentSpanId: llm,
      name: "POST /v1/chat/completions",
      kind: "attempt",
      attributes: { [ATTR.resendCount]: number, [ATTR.serverAddress]: "127.0.0.1", [ATTR.serverPort]: 8080 },
    });
    this.#host.advance(ms);
    await this.end(spanId, {
      status: failure ? "error" : "ok",
      ...(failure ? { errorType: failure.type, errorMessage: "Requests rate limit exceeded" } : {}),
      attributes: {
        [ATTR.statusCode]: failure ? Number(failure.type) || 0 : 200,
        ...(failure ? { [ATTR.retryDelayMs]: failure.waitMs } : {}),
        ...(failure?.askedMs === undefined ? {} : { [ATTR.retryAfterMs]: failure.askedMs }),
      },
    });
    if (failure) this.#host.advance(failure.waitMs);
  }

  async answer(
    llm: string,
    message: Message,
    tokens: readonly [number, number],
    usd: number | null,
  ): Promise<void> {
    await this.end(llm, {
      responseModel: this.run.model,
      finishReasons: ["stop"],
      timeToFirstChunkMs: 180,
      usage: { ...NO_USAGE, inputTokens: tokens[0], outputTokens: tokens[1] },
      cost: { usd, quantities: { input_tokens: tokens[0], output_tokens: tokens[1] } },
      outputMessages: [message],
    });
  }

  tool(name: string, args: unknown, summary: string): Promise<string> {
    return this.#open({
      parentSpanId: this.root,
      name: `execute_tool ${name}`,
      kind: "tool",
      step: ++this.#step,
      attributes: { [ATTR.toolName]: name, [ATTR.toolCallArguments]: args, [ATTR.toolSummary]: summary },
    });
  }

  /** The question whether a tool may run. */
  question(
    tool: string,
    name: string,
    args: unknown,
    summary: string,
    more: Record<string, unknown> = {},
  ): Promise<string> {
    return this.#open({
      parentSpanId: tool,
      name: "approval",
      kind: "guardrail",
      attributes: {
        [ATTR.toolName]: name,
        [ATTR.toolCallArguments]: args,
        [ATTR.toolSummary]: summary,
        ...more,
      },
    });
  }

  async remember(
    spanId: string,
    keyValues: Record<string, unknown>,
    messages: readonly Message[],
  ): Promise<void> {
    await this.#store.write([{
      type: "snapshot",
      snapshot: {
        snapshotId: newSpanId(this.#host),
        traceId: this.run.traceId,
        spanId,
        step: this.#step,
        createdAtUs: nowUs(this.#host),
        messages,
        keyValues,
      },
    }]);
  }

  async status(status: RunStatus): Promise<void> {
    await this.#store.write([{ type: "run_update", traceId: this.run.traceId, change: { status } }]);
  }

  async finish(
    status: RunStatus,
    given: { output?: string; error?: RunError } = {},
  ): Promise<void> {
    const failed = status !== "completed";
    await this.end(this.root, {
      status: failed ? "error" : "ok",
      ...(given.error ? { errorType: given.error.type, errorMessage: given.error.message } : {}),
    });
    await this.#store.write([{
      type: "run_update",
      traceId: this.run.traceId,
      change: { status, endTimeUs: nowUs(this.#host), ...given },
    }]);
  }
}

export const ANSWER =
  "There are 1,204 rows in sales.csv.\n\nThe first row is the header, so 1,203 of them are orders. " +
  "The newest order is from 2026-01-01.";

/** A finished run: a call that was refused once, a tool, and the answer. */
export async function finishedRun(store: Store, host: FakeHost, given: Partial<Run> = {}): Promise<Story> {
  const story = await Story.begin(store, host, {
    config: { limits: { budgetUsd: 0.005 } },
    group: "demo",
    ...given,
  });
  const system = say("system", "You answer with figures from the data folder. Cite the file you used.");
  const user = say("user", story.run.prompt);
  const first = await story.call([system, user]);
  await story.attempt(first, 0, 320, { type: "429", waitMs: 1_200, askedMs: 1_000 });
  await story.attempt(first, 1, 640);
  const asks: Message = {
    role: "assistant",
    parts: [{
      type: "tool_call",
      id: "c1",
      name: "read_file",
      arguments: { path: "sales.csv", maxBytes: 4096 },
    }],
  };
  await story.answer(first, asks, [412, 18], 0.0009);
  const tool = await story.tool("read_file", { path: "sales.csv", maxBytes: 4096 }, "read_file(sales.csv)");
  host.advance(42);
  await story.end(tool, {
    attributes: { [ATTR.toolCallResult]: "id,date,amount\n1,2026-01-01,12.50\n2,2026-01-01,8.00" },
  });
  await story.remember(tool, { file: "sales.csv", rows: 1204 }, [system, user, asks]);
  const second = await story.call([system, user, asks]);
  await story.attempt(second, 0, 1_900);
  await story.answer(second, say("assistant", ANSWER), [760, 58], 0.0012);
  await story.finish("completed", { output: ANSWER });
  return story;
}

/** A run that is writing its answer. */
export async function liveRun(
  store: Store,
  host: FakeHost,
  text: string,
): Promise<{ story: Story; llm: string }> {
  const story = await Story.begin(store, host, {
    agent: "writer",
    model: "mistral-large-latest",
    prompt: "Write a short letter to the customers who ordered twice.",
    config: { limits: { budgetUsd: 0.05 } },
  });
  const plan = await story.call();
  await story.attempt(plan, 0, 900);
  await story.answer(plan, say("assistant", "First a plan, then the letter."), [120, 40], 0.004);
  const llm = await story.call();
  host.advance(700);
  await store.writePartial({
    traceId: story.run.traceId,
    spanId: llm,
    text,
    reasoning: "",
    updatedAtUs: nowUs(host),
  });
  return { story, llm };
}

/** A run that waits for a person. */
export async function waitingRun(
  store: Store,
  host: FakeHost,
  args: unknown = { path: "letter.md", content: "Dear customer,\nthank you." },
  more: Record<string, unknown> = {},
) {
  const story = await Story.begin(store, host, { agent: "editor", prompt: "Save the letter." });
  const llm = await story.call();
  await story.attempt(llm, 0, 400);
  await story.answer(llm, say("assistant", "I will save it."), [90, 12], 0.0001);
  const tool = await story.tool("write_file", args, "write_file(letter.md)");
  const question = await story.question(tool, "write_file", args, "write_file(letter.md)", more);
  await story.status("waiting");
  host.advance(2_000);
  return { story, tool, question };
}

/** Runs in every state, oldest first. */
export async function everyState(store: Store, host: FakeHost): Promise<{ live: Story }> {
  const gone = await Story.begin(store, host, { agent: "indexer", prompt: "Index the wiki." });
  await gone.call();
  host.advance(8_000);
  await gone.finish("interrupted");
  host.advance(3_600_000);
  const flaky = await Story.begin(store, host, { agent: "flaky", prompt: "Say hello." });
  const call = await flaky.call();
  await flaky.attempt(call, 0, 1_000, { type: "503", waitMs: 900 });
  await flaky.attempt(call, 1, 30_000, { type: "timeout", waitMs: 0 });
  await flaky.end(call, { status: "error", errorType: "timeout", errorMessage: "no answer within 30 s" });
  await flaky.finish("failed", { error: { type: "timeout", message: "no answer within 30 s" } });
  host.advance(600_000);
  const triage = await Story.begin(store, host, {
    agent: "triage",
    model: "mistral-medium-latest",
    prompt: "Sort the inbox.",
  });
  const sort = await triage.call();
  await triage.attempt(sort, 0, 41_000);
  await triage.answer(sort, say("assistant", "…"), [9_812, 480], 0.05);
  await triage.finish("stopped", { error: { type: "budget", message: "the budget of $0.05 is used up" } });
  host.advance(60_000);
  const wide = await Story.begin(store, host, {
    agent: "翻訳者",
    model: "modèle-local",
    prompt: "売上の行数を数えて 👩‍👩‍👧 ✍️ 🇫🇷",
  });
  const translate = await wide.call();
  await wide.attempt(translate, 0, 700);
  await wide.answer(translate, say("assistant", "1204 行です。"), [64, 12], null);
  await wide.finish("completed", { output: "1204 行です。" });
  host.advance(30_000);
  await finishedRun(store, host);
  host.advance(5_000);
  const { story } = await liveRun(store, host, "Dear customer,\n\nthank you for ordering twice");
  return { live: story };
}
