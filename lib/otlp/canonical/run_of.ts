import {
  addUsage,
  estimatedUsdOf,
  lostToRetriesMs,
  NO_USAGE,
  type Run,
  type RunTotals,
  type Span,
  textOf,
} from "../../core/mod.ts";
import type { Draft } from "./draft.ts";
import { messagesIn } from "./messages_in.ts";
import { nameOf } from "./span_fields.ts";
import { plainAttributes } from "./span_reader.ts";

const TEXT_MAX_CHARS = 1_000_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface RunContext {
  readonly outerCalls: number;
  readonly isSettled: boolean;
}

/** The id of a run is its trace's, as ids of runs are written. */
export function runIdOf(traceId: string): string {
  return traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What a trace says of itself as a whole. Its root may not have come yet, or never come: then what is topmost stands for it. */
export function runOf(drafts: readonly Draft[], spans: readonly Span[], context: RunContext): Run {
  const isRoot = ({ sent }: Draft) => sent.span.parentSpanId === "";
  const root = drafts.find(isRoot) ?? drafts.find(({ span }) => span.parentSpanId === undefined) ??
    drafts[0]!;
  const first = (look: (draft: Draft) => string | undefined) => {
    for (const draft of [root, ...drafts]) {
      const found = look(draft);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const calls = drafts.filter(({ span }) => span.kind === "llm");
  const { traceId } = root.span;
  const ownId = root.reader.text("agentop.run.id");
  const group = first(sessionOf);
  const output = outputOf(root, spans);
  const last = spans.findLast(({ kind, finishReasons }) => kind === "llm" && finishReasons !== undefined);
  return {
    traceId,
    runId: ownId !== undefined && UUID.test(ownId) ? ownId : runIdOf(traceId),
    agent: agentOf(root, first),
    ...endingOf(drafts, root, context),
    model: calls.map(({ span }) => span.requestModel).find((it) => it !== undefined) ??
      root.span.requestModel ??
      first(({ span }) => span.requestModel) ?? "unknown",
    origin: "otlp",
    userId: first(userOf) ?? "default",
    ...(group === undefined ? {} : { group }),
    tags: tagsOf(root),
    config: {},
    prompt: (promptOf(root, calls) ?? "").slice(0, TEXT_MAX_CHARS),
    ...(output === undefined ? {} : { output: output.slice(0, TEXT_MAX_CHARS) }),
    startTimeUs: spans.reduce((least, span) => Math.min(least, span.startTimeUs), Number.MAX_SAFE_INTEGER),
    ...(last?.finishReasons?.[0] === undefined ? {} : { finishReason: last.finishReasons[0] }),
    totals: totalsOf(spans, context.outerCalls),
  };
}

function agentOf(
  root: Draft,
  first: (look: (draft: Draft) => string | undefined) => string | undefined,
): string {
  const own = nameOf(root.reader.text("gen_ai.agent.name", "agent.name", "traceloop.entity.name")) ??
    nameOf(root.reader.text("langfuse.trace.name", "traceloop.workflow.name", "ai.telemetry.functionId"));
  return own ??
    first(({ reader, span }) =>
      span.kind === "agent" ? nameOf(reader.text("gen_ai.agent.name", "agent.name")) : undefined
    ) ??
    serviceOf(root) ?? root.span.name;
}

/** `unknown_service:…` is what SDKs say for want of a name. */
function serviceOf({ sent: { by } }: Draft): string | undefined {
  const resource = plainAttributes(by.resource.attributes);
  const name = nameOf(String(resource["service.name"] ?? ""));
  return name && !name.startsWith("unknown_service")
    ? name
    : nameOf(String(resource["openinference.project.name"] ?? ""));
}

function sessionOf({ reader }: Draft): string | undefined {
  return nameOf(
    reader.value("agentop.run.id") === undefined
      ? reader.text(
        ...["gen_ai.conversation.id", "session.id", "langfuse.session.id", "ai.telemetry.metadata.sessionId"],
        ...["ai.settings.context.sessionId", "traceloop.association.properties.session_id"],
        ...["langsmith.metadata.session_id", "langsmith.metadata.thread_id", "mastra.metadata.sessionId"],
        ...["mastra.metadata.threadId", "thread.id"],
      )
      : reader.text("agentop.group"),
  );
}

function userOf({ reader }: Draft): string | undefined {
  return nameOf(reader.text(
    ...["user.id", "enduser.id", "langfuse.user.id", "ai.telemetry.metadata.userId"],
    ...["ai.settings.context.userId", "traceloop.association.properties.user_id"],
    ...["langsmith.metadata.user_id", "mastra.metadata.userId", "mastra.metadata.resourceId"],
  ));
}

const TAGS_MAX = 20;

function tagsOf(root: Draft): Record<string, string> {
  const { reader, sent: { by } } = root;
  const resource = plainAttributes(by.resource.attributes);
  const labels = reader.json("langfuse.trace.tags", "tag.tags", "langsmith.span.tags");
  const tags: Readonly<Record<string, unknown>> = {
    ...reader.object("agentop.tags"),
    service: serviceOf(root),
    environment: resource["deployment.environment.name"] ?? resource["deployment.environment"] ??
      reader.text("langfuse.environment"),
    instrumentation: by.scope.name,
    tags: Array.isArray(labels) ? labels.filter((it) => typeof it === "string").join(", ") : labels,
  };
  const isOwn = reader.value("agentop.run.id") !== undefined;
  return Object.fromEntries(
    Object.entries(isOwn ? reader.object("agentop.tags") : tags).slice(0, TAGS_MAX)
      .flatMap(([name, value]) => {
        const text = typeof value === "string" ? nameOf(value) : undefined;
        return text === undefined ? [] : [[name.slice(0, 100), text]];
      }),
  );
}

function endingOf(
  drafts: readonly Draft[],
  root: Draft,
  { isSettled }: RunContext,
): Pick<Run, "status" | "endTimeUs" | "error"> {
  const lastUs = drafts.reduce((last, { span }) => Math.max(last, span.endTimeUs ?? span.startTimeUs), 0);
  const isOpen = drafts.some(({ span }) => span.endTimeUs === undefined);
  const hasRoot = root.sent.span.parentSpanId === "";
  if (!isSettled && (isOpen || !hasRoot)) return { status: "running" };
  if (isOpen) return { status: "interrupted", endTimeUs: lastUs };
  const said = root.reader.text("agentop.run.status");
  const { status, errorType = "error", errorMessage = "" } = root.span;
  if (status !== "error") return { status: "completed", endTimeUs: lastUs };
  return {
    status: said === "stopped" || said === "cancelled" ? said : "failed",
    endTimeUs: lastUs,
    error: { type: errorType, message: errorMessage },
  };
}

const INPUTS = [
  ...["agentop.prompt", "langfuse.trace.input", "gen_ai.input.messages", "ai.prompt.messages", "ai.prompt"],
  ...["langfuse.observation.input", "input.value", "gen_ai.prompt", "traceloop.entity.input"],
];
const OUTPUTS = [
  ...["agentop.output", "langfuse.trace.output", "gen_ai.output.messages", "ai.response.text"],
  ...["ai.response.object", "langfuse.observation.output", "output.value", "gen_ai.completion"],
  "traceloop.entity.output",
];

/** What the person asked: what the root was given, else the first question to a model. */
function promptOf(root: Draft, calls: readonly Draft[]): string | undefined {
  const asked = (messages: Span["inputMessages"] = []) =>
    messages.findLast(({ role, parts }) => role === "user" && parts.some(({ type }) => type === "text"));
  const own = root.reader.text("agentop.prompt", "langfuse.trace.input");
  if (own !== undefined) return own;
  const args = root.reader.object("traceloop.entity.input")["args"];
  const told = Array.isArray(args) ? args[0] : root.reader.value(...INPUTS);
  const message = asked(root.span.inputMessages) ?? asked(messagesIn(told, "user")) ??
    asked(calls.find(({ span }) => asked(span.inputMessages))?.span.inputMessages);
  return message && textOf(message);
}

function outputOf(root: Draft, spans: readonly Span[]): string | undefined {
  const own = root.reader.text("agentop.output", "langfuse.trace.output");
  if (own !== undefined) return own;
  const said = (messages: Span["outputMessages"] = []) =>
    messages.map(textOf).filter((text) => text !== "").at(-1);
  return said(root.span.outputMessages) ??
    said(messagesIn(root.reader.value(...OUTPUTS), "assistant")) ??
    said(
      spans.findLast(({ kind, outputMessages }) => kind === "llm" && said(outputMessages))?.outputMessages,
    );
}

function totalsOf(spans: readonly Span[], outerCalls: number): RunTotals {
  const count = (fits: (span: Span) => boolean) => spans.filter(fits).length;
  const sum = (of: (span: Span) => number | undefined) =>
    spans.reduce((total, it) => total + (of(it) ?? 0), 0);
  const toolCalls = count(({ kind }) => kind === "tool");
  const numbered = count(({ step }) => step !== undefined);
  const estimatedCostUsd = sum(estimatedUsdOf);
  return {
    steps: numbered > 0 ? numbered : outerCalls + toolCalls,
    llmCalls: outerCalls,
    toolCalls,
    attempts: count(({ kind }) => kind === "attempt"),
    usage: spans.reduce((total, { usage }) => usage ? addUsage(total, usage) : total, NO_USAGE),
    costUsd: sum(({ cost }) => cost?.usd ?? undefined),
    unknownCostCalls: count(({ cost }) => cost?.usd === null),
    ...(estimatedCostUsd > 0 ? { estimatedCostUsd } : {}),
    retryWaitMs: sum(lostToRetriesMs),
  };
}
