import {
  AgentOpError,
  ATTR,
  canonicalJson,
  type ChatRequest,
  type Message,
  type ModelParameters,
  type Part,
  type Run,
  type Span,
  toolCallOf,
  toolCallsOf,
  type ToolDefinition,
  type ToolResult,
  type Trace,
} from "../core/mod.ts";

/** A model call as it was made: what was asked, and the span that holds the answer. */
export interface RecordedModelCall {
  readonly step: number;
  readonly request: ChatRequest;
  readonly span: Span;
}

/** What a run has on record to answer a replay from. */
export interface Recording {
  readonly run: Run;
  readonly modelCalls: readonly RecordedModelCall[];
  /** Results by `callKey`, in the order they came. */
  readonly toolResults: ReadonlyMap<string, readonly ToolResult[]>;
  /** What calls looked like in lists, by `callKey`. */
  readonly summaries: ReadonlyMap<string, string>;
  /** Every tool the model was told of. */
  readonly tools: readonly ToolDefinition[];
}

export function callKey(name: string, args: unknown): string {
  return `${name} ${canonicalJson(args ?? null)}`;
}

/** Steps of a run in order. */
export function stepsOf(trace: Trace): readonly Span[] {
  return [...trace.spans.values()].filter((span) => span.step !== undefined).sort((a, b) =>
    a.step! - b.step!
  );
}

/** The steps a fork began with, its edits included: the first of its own comes after them. */
export function inheritedSteps(trace: Trace): number {
  if (!trace.run.forkedFrom) return 0;
  const edited = stepsOf(trace).filter((span) => span.attributes[ATTR.edited] === true);
  return Math.max(trace.run.forkedFrom.step - 1, ...edited.map((span) => span.step!));
}

/** Reads what a replay from the step after `through` can be answered with. */
export function createRecording(trace: Trace, through = 0): Recording {
  const all = stepsOf(trace);
  const asked = new Map(
    all.flatMap((span) => (span.outputMessages ?? []).flatMap(toolCallsOf)).map((call) => [call.id, call]),
  );
  const toolResults = new Map<string, ToolResult[]>();
  const summaries = new Map<string, string>();
  const tools = new Map<string, ToolDefinition>();
  const modelCalls: RecordedModelCall[] = [];
  for (const span of all.filter((it) => it.step! > through)) {
    if (span.kind === "tool") {
      const { name, arguments: args } = toolCallOf(span, asked);
      const result = resultOf(span);
      const key = callKey(name, args);
      const summary = span.attributes[ATTR.toolSummary];
      if (typeof summary === "string") summaries.set(key, summary);
      if (result) toolResults.set(key, [...toolResults.get(key) ?? [], result]);
    } else if (span.kind === "llm") {
      const request = requestOf(trace.run, span);
      for (const tool of request.tools) tools.set(tool.name, tool);
      modelCalls.push({ step: span.step!, request, span });
    }
  }
  return { run: trace.run, modelCalls, toolResults, summaries, tools: [...tools.values()] };
}

/** Rounds of the loop after step `through`: a model call is one, and so are the tool calls that follow it together. */
export function countRounds(trace: Trace, through: number): number {
  const kinds = stepsOf(trace).filter((span) => span.step! > through).map((span) => span.kind);
  return kinds.filter((kind, index) => kind !== "tool" || kinds[index - 1] !== "tool").length;
}

/** Throws `AgentOpError` that names what is missing to run this again. */
export function checkReplayable(trace: Trace, options: { readonly needsAnswers: boolean }): void {
  const { run } = trace;
  const fail = (reason: string, remedy: string): never => {
    throw new AgentOpError(`Cannot replay ${run.runId}: ${reason}. Try: ${remedy}`);
  };
  const imported = run.origin === "agent" ? "" : ` (it was not run here: origin ${run.origin})`;
  const { config } = run;
  const isWhole = typeof config["model"] === "string" && typeof config["instructions"] === "string" &&
    [config["parameters"], config["limits"], config["memory"], config["tools"]].every((it) =>
      it !== null && typeof it === "object"
    );
  if (!isWhole) fail(`its agent configuration is not on record${imported}`, `agentop show ${run.runId}`);
  if (run.prompt.trim() === "") fail(`its prompt is not on record${imported}`, `agentop show ${run.runId}`);
  if (!options.needsAnswers) return;
  const steps = stepsOf(trace);
  if (steps.length === 0) fail(`it has no steps${imported}`, "--mode live");
  for (const span of steps) {
    if (span.status === "error" || span.status === "interrupted") continue;
    if (span.kind === "llm" && !span.inputMessages) {
      fail(`the messages sent in step ${span.step} are not on record${imported}`, "--mode live");
    }
    if (span.kind === "llm" && !span.outputMessages?.length) {
      fail(`the answer of step ${span.step} is not on record${imported}`, "--mode live");
    }
    if (span.kind === "tool" && !span.outputMessages?.length) {
      fail(`the result of step ${span.step} is not on record${imported}`, "--mode live");
    }
  }
}

function requestOf(run: Run, span: Span): ChatRequest {
  const tools = span.attributes[ATTR.toolDefinitions];
  return {
    model: span.requestModel ?? run.model,
    messages: span.inputMessages ?? [],
    tools: Array.isArray(tools) ? tools as ToolDefinition[] : [],
    parameters: (run.config["parameters"] ?? {}) as ModelParameters,
  };
}

function resultOf(span: Span): ToolResult | undefined {
  const part = span.outputMessages?.[0]?.parts.find((
    it,
  ): it is Extract<Part, { type: "tool_call_response" }> => it.type === "tool_call_response");
  if (!part) return undefined;
  const child = span.attributes[ATTR.childRunId];
  return {
    content: typeof part.response === "string" ? part.response : JSON.stringify(part.response ?? null),
    ...(part.isError ? { isError: true } : {}),
    ...(span.errorType === undefined ? {} : { errorType: span.errorType }),
    ...(child === undefined ? {} : { attributes: { [ATTR.childRunId]: child } }),
  };
}

const messageTexts = new WeakMap<Message, string>();

/** Conversations repeat their messages with every call: each is written out once. */
function textOfMessage(message: Message): string {
  let text = messageTexts.get(message);
  if (text === undefined) messageTexts.set(message, text = canonicalJson(message));
  return text;
}

/** Where the request differs from the recorded one, in words; `undefined` when they are equal. */
export function requestDifference(recorded: ChatRequest, actual: ChatRequest): string | undefined {
  if (recorded.model !== actual.model) return `the model is ${actual.model}, it was ${recorded.model}`;
  const [before, after] = [recorded.parameters, actual.parameters] as Record<string, unknown>[];
  for (const key of new Set([...Object.keys(before!), ...Object.keys(after!)])) {
    const [was, is] = [before![key], after![key]].map((it) => canonicalJson(it ?? null));
    if (was !== is) return `${key} is ${is}, it was ${was}`;
  }
  for (let i = 0; i < Math.max(recorded.messages.length, actual.messages.length); i++) {
    const [was, is] = [recorded.messages[i], actual.messages[i]];
    if (was && is && textOfMessage(was) === textOfMessage(is)) continue;
    if (!was || !is) return `${actual.messages.length} messages are sent, it was ${recorded.messages.length}`;
    return is.role === "system" ? "the instructions differ" : `message ${i + 1} (${is.role}) differs`;
  }
  const names = ({ tools }: ChatRequest) => tools.map((tool) => tool.name).join(", ") || "none";
  if (names(recorded) !== names(actual)) {
    return `the tools are ${names(actual)}, they were ${names(recorded)}`;
  }
  return canonicalJson(recorded.tools) === canonicalJson(actual.tools)
    ? undefined
    : "the tools' descriptions differ";
}
