import {
  ATTR,
  type ChatRequest,
  type ModelParameters,
  type Run,
  type Span,
  type ToolDefinition,
} from "../core/mod.ts";
import { configPart } from "./run_config.ts";

/** What a model call was asked, as far as it is on record. */
export function sentRequest(run: Run, span: Span): ChatRequest {
  const tools = span.attributes[ATTR.toolDefinitions];
  const parameters: ModelParameters = configPart(run, "parameters");
  return {
    model: span.requestModel ?? run.model,
    messages: span.inputMessages ?? [],
    tools: Array.isArray(tools) ? tools as ToolDefinition[] : [],
    parameters: run.origin === "agent" ? { ...parameters, ...parametersOf(span) } : parameters,
  };
}

/** What the call itself was made with: the steps that a fork began with may have had other parameters than the fork. */
function parametersOf({ attributes }: Span): Record<string, unknown> {
  return {
    temperature: attributes[ATTR.requestTemperature],
    topP: attributes[ATTR.requestTopP],
    maxTokens: attributes[ATTR.requestMaxTokens],
    seed: attributes[ATTR.requestSeed],
    ...(attributes[ATTR.requestToolChoice] === undefined
      ? {}
      : { toolChoice: attributes[ATTR.requestToolChoice] }),
  };
}
