import { SPAN_KINDS, type SpanKind } from "../../core/mod.ts";
import type { SpanReader } from "./span_reader.ts";

type Kinds = Readonly<Record<string, SpanKind>>;

const LANGFUSE: Kinds = {
  ...{ generation: "llm", span: "chain", event: "event", agent: "agent", tool: "tool", chain: "chain" },
  ...{ retriever: "retriever", embedding: "embedding", guardrail: "guardrail", evaluator: "evaluator" },
};
const OPENINFERENCE: Kinds = {
  ...{ LLM: "llm", EMBEDDING: "embedding", CHAIN: "chain", RETRIEVER: "retriever", RERANKER: "retriever" },
  ...{ TOOL: "tool", AGENT: "agent", GUARDRAIL: "guardrail", EVALUATOR: "evaluator", PROMPT: "chain" },
};
const LANGSMITH: Kinds = {
  ...{ llm: "llm", tool: "tool", retriever: "retriever", chain: "chain", embedding: "embedding" },
  ...{ prompt: "chain", parser: "chain" },
};
const OPERATIONS: Kinds = {
  ...{ chat: "llm", text_completion: "llm", completion: "llm", generate_content: "llm", response: "llm" },
  ...{ embeddings: "embedding", execute_tool: "tool", invoke_agent: "agent", create_agent: "agent" },
  ...{ invoke_workflow: "chain", plan: "chain", agent_step: "chain", model_generation: "chain" },
  ...{ chain: "chain", retrieval: "retriever", model_chunk: "event", guardrail: "guardrail" },
};
/** Mastra's own spans around the model calls that it makes. */
const MASTRA: Kinds = { model_generation: "chain", model_step: "chain", model_chunk: "event" };
const TRACELOOP: Kinds = {
  ...{ workflow: "chain", task: "chain", agent: "agent", tool: "tool", handoff: "event" },
};
const REQUESTS: Kinds = { chat: "llm", completion: "llm", embedding: "embedding", rerank: "retriever" };
/** The agents SDK of OpenAI, as Logfire and others hand its span data on. */
const OPENAI_AGENTS: Kinds = {
  ...{ agent: "agent", function: "tool", generation: "llm", response: "llm", guardrail: "guardrail" },
  ...{ handoff: "event", custom: "chain", mcp_tools: "chain" },
};

/** What a span stands for: the first convention that it follows says so, the most particular one first. */
export function kindOf(span: SpanReader): SpanKind {
  const said = (kinds: Kinds, name: string, shape = (text: string) => text) => {
    const value = span.attributes[name];
    const key = typeof value === "string" ? shape(value) : "";
    return Object.hasOwn(kinds, key) ? kinds[key] : undefined;
  };
  return ownKind(span.attributes["agentop.span.kind"]) ??
    said(LANGFUSE, "langfuse.observation.type", (text) => text.toLowerCase()) ??
    said(OPENINFERENCE, "openinference.span.kind", (text) => text.toUpperCase()) ??
    said(LANGSMITH, "langsmith.span.kind", (text) => text.toLowerCase()) ??
    said(MASTRA, "mastra.span.type") ??
    said(OPERATIONS, "gen_ai.operation.name") ??
    memoryKind(span.text("gen_ai.operation.name")) ??
    aiSdkKind(span.text("ai.operationId", "operation.name")) ??
    said(TRACELOOP, "traceloop.span.kind") ??
    said(REQUESTS, "llm.request.type") ??
    said(OPENAI_AGENTS, "openai.agents.span.type") ??
    hinted(span);
}

function ownKind(value: unknown): SpanKind | undefined {
  return SPAN_KINDS.find((kind) => kind === value);
}

function memoryKind(operation: string | undefined): SpanKind | undefined {
  return operation !== undefined && /_memory(_store)?$/.test(operation) ? "chain" : undefined;
}

function aiSdkKind(operation: string | undefined): SpanKind | undefined {
  if (!operation?.startsWith("ai.")) return undefined;
  if (operation.startsWith("ai.toolCall")) return "tool";
  if (/^ai\.embed(Many)?\.doEmbed/.test(operation)) return "embedding";
  if (/\.do(Generate|Stream)\b/.test(operation)) return "llm";
  return operation.startsWith("ai.rerank") ? "retriever" : "chain";
}

/** No convention: what it has tells. */
function hinted(span: SpanReader): SpanKind {
  if (span.value("gen_ai.tool.name") !== undefined || span.value("mcp.method.name") === "tools/call") {
    return "tool";
  }
  if (span.value("gen_ai.request.model", "gen_ai.response.model", "llm.model_name") !== undefined) {
    return "llm";
  }
  return span.value("http.request.method", "http.method", "http.url") === undefined ? "chain" : "http";
}
