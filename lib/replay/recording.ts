import {
  AgentOpError,
  ATTR,
  byName,
  canonicalJson,
  type ChatRequest,
  type Message,
  type Part,
  type Run,
  type Span,
  type ToolDefinition,
  type ToolResult,
  type Trace,
} from "../core/mod.ts";
import {
  askedCalls,
  type Operation,
  operationsOf,
  sentRequest,
  stepsOf,
  toolCallOf,
} from "../analysis/mod.ts";

/** A model call as it was made: what was asked, and the span that holds the answer. */
export interface RecordedModelCall {
  readonly step: number;
  readonly request: ChatRequest;
  readonly span: Span;
}

/** A tool's result as it was, and what the call cost then. */
export interface RecordedResult {
  readonly result: ToolResult;
  readonly costUsd: number | null;
}

/** What a run has on record to answer a replay from. */
export interface Recording {
  readonly run: Run;
  readonly modelCalls: readonly RecordedModelCall[];
  /** Results by `callKey`, in the order they came. */
  readonly toolResults: ReadonlyMap<string, readonly RecordedResult[]>;
  /** How many of them belong to the steps that the replay begins with. */
  readonly resultsUsed: ReadonlyMap<string, number>;
  /** What calls looked like in lists, by `callKey`. */
  readonly summaries: ReadonlyMap<string, string>;
  /** Every tool the model was told of. */
  readonly tools: readonly ToolDefinition[];
  /** What was done to the run while it was live, and took effect after the steps that the replay begins with. */
  readonly operations: readonly Operation[];
  /** Number of the step that would come next. */
  readonly end: number;
}

export function callKey(name: string, args: unknown): string {
  return `${name} ${canonicalJson(args ?? null)}`;
}

/** The steps a fork began with, its edits included: the first of its own comes after them. */
export function inheritedSteps(trace: Trace): number {
  if (!trace.run.forkedFrom) return 0;
  const edited = stepsOf(trace).filter((span) => span.attributes[ATTR.edited] === true);
  return Math.max(trace.run.forkedFrom.step - 1, ...edited.map((span) => span.step!));
}

/**
 * Reads what a replay can be answered with. It begins with the steps up to `through`, some of which say something else
 * (`replaced`): a call they hold is repeated with the results that follow, or with theirs.
 */
export function createRecording(
  trace: Trace,
  through = 0,
  replaced: ReadonlyMap<number, Message> = new Map(),
): Recording {
  const all = stepsOf(trace);
  const asked = askedCalls(all);
  const told = toldResults(trace, all);
  const toolResults = new Map<string, RecordedResult[]>();
  const resultsUsed = new Map<string, number>();
  const summaries = new Map<string, string>();
  const tools = new Map<string, ToolDefinition>();
  const modelCalls: RecordedModelCall[] = [];
  const keep = (key: string, result: RecordedResult) => {
    toolResults.set(key, [...toolResults.get(key) ?? [], result]);
  };
  for (const span of all) {
    const isKept = span.step! <= through;
    if (span.kind === "tool") {
      const { name, arguments: args } = toolCallOf(span, asked);
      const key = callKey(name, args);
      const summary = span.attributes[ATTR.toolSummary];
      if (typeof summary === "string") summaries.set(key, summary);
      const edit = replaced.get(span.step!);
      const result = resultOf(edit ? withResult(span, edit) : span);
      if (!result) continue;
      keep(key, { result, costUsd: paidFor(span) });
      if (isKept) resultsUsed.set(key, (resultsUsed.get(key) ?? 0) + 1);
    } else if (span.kind === "llm") {
      const request = sentRequest(trace.run, span);
      for (const tool of request.tools) tools.set(tool.name, tool);
      if (!isKept) modelCalls.push({ step: span.step!, request, span });
    }
  }
  for (const [id, part] of told) {
    const call = asked.get(id);
    if (call) keep(callKey(call.name, call.arguments), { result: resultOfPart(part), costUsd: 0 });
  }
  const end = (all.at(-1)?.step ?? 0) + 1;
  const operations = operationsOf(trace.spans.values()).filter(({ step }) =>
    step !== undefined && step > through
  );
  return {
    run: trace.run,
    modelCalls,
    toolResults,
    resultsUsed,
    summaries,
    tools: [...tools.values()],
    operations,
    end,
  };
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
    throw new AgentOpError(`Cannot replay ${run.runId}: ${reason}`, { remedy });
  };
  const imported = run.origin === "agent" ? "" : ` (it was not run here: origin ${run.origin})`;
  if (run.prompt.trim() === "") fail(`its prompt is not on record${imported}`, "--edit 0=FILE");
  if (!options.needsAnswers) return;
  const steps = stepsOf(trace);
  const told = toldResults(trace, steps);
  // A run of ours that was stopped before its first step can be repeated: it stops again.
  if (steps.length === 0 && run.origin !== "agent") fail(`it has no steps${imported}`, "--mode live");
  for (const span of steps) {
    if (span.status === "error" || span.status === "interrupted") continue;
    if (span.kind === "llm" && !span.inputMessages) {
      fail(`the messages sent in step ${span.step} are not on record${imported}`, "--mode live");
    }
    if (span.kind === "llm" && !span.outputMessages?.length) {
      fail(`the answer of step ${span.step} is not on record${imported}`, "--mode live");
    }
    if (span.kind === "tool" && !span.outputMessages?.length && !told.has(callIdOf(span))) {
      fail(`the result of step ${span.step} is not on record${imported}`, "--mode live");
    }
  }
}

type Response = Extract<Part, { type: "tool_call_response" }>;
type Told = ReadonlyMap<string, Response>;

const isResponse = (part: Part): part is Response => part.type === "tool_call_response";

/**
 * Results that only the messages of later model calls tell of, by the call's id, in the order of the calls: recorders outside an
 * agent see its model calls, but often not its tools.
 */
function toldResults({ run }: Trace, steps: readonly Span[]): Told {
  if (run.origin === "agent") return new Map();
  const known = new Set(
    steps.filter((span) => span.kind === "tool" && span.outputMessages?.length).map((span) => callIdOf(span)),
  );
  const parts = steps.flatMap((span) => span.kind === "llm" ? span.inputMessages ?? [] : [])
    .flatMap((message) => message.parts.filter(isResponse));
  return new Map(parts.filter((part) => !known.has(part.id)).map((part) => [part.id, part]));
}

export function callIdOf(span: Span): string {
  const id = span.attributes[ATTR.toolCallId] ?? span.outputMessages?.[0]?.parts.find(isResponse)?.id;
  return typeof id === "string" ? id : "";
}

function resultOf(span: Span): ToolResult | undefined {
  const part = span.outputMessages?.[0]?.parts.find(isResponse);
  if (!part) return undefined;
  const child = span.attributes[ATTR.childRunId];
  return {
    ...resultOfPart(part),
    ...(span.errorType === undefined ? {} : { errorType: span.errorType }),
    ...(child === undefined ? {} : { attributes: { [ATTR.childRunId]: child } }),
  };
}

/** An edited result is a good one, unless it says otherwise. */
function withResult({ errorType: _, ...span }: Span, edit: Message): Span {
  return { ...span, outputMessages: [edit] };
}

function resultOfPart({ response, isError }: Response): ToolResult {
  return {
    content: typeof response === "string" ? response : JSON.stringify(response ?? null),
    ...(isError ? { isError: true } : {}),
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
    if (key === "promptCacheKey") continue; // changes what an answer costs, not the answer
    const [was, is] = [before![key], after![key]].map((it) => canonicalJson(it ?? null));
    if (was !== is) return `${key} is ${is}, it was ${was}`;
  }
  for (let i = 0; i < Math.max(recorded.messages.length, actual.messages.length); i++) {
    const [was, is] = [recorded.messages[i], actual.messages[i]];
    if (was && is && textOfMessage(was) === textOfMessage(is)) continue;
    if (!was || !is) return `${actual.messages.length} messages are sent, it was ${recorded.messages.length}`;
    const areInstructions = is.role === "system" || was.role === "system";
    return areInstructions ? "the instructions differ" : `message ${i + 1} (${is.role}) differs`;
  }
  const sorted = ({ tools }: ChatRequest) => [...tools].sort(byName); // their order changed with the version
  const names = (request: ChatRequest) => sorted(request).map((tool) => tool.name).join(", ") || "none";
  if (names(recorded) !== names(actual)) {
    return `the tools are ${names(actual)}, they were ${names(recorded)}`;
  }
  return canonicalJson(sorted(recorded)) === canonicalJson(sorted(actual))
    ? undefined
    : "the tools' descriptions differ";
}

/** What a step was billed, USD; `null`: nobody knows. */
export function paidFor({ cost }: Span): number | null {
  return cost ? cost.usd : 0;
}
