import { ATTR, type Span } from "../core/mod.ts";
import { textAttribute } from "./attributes.ts";
import { changesText, operationOf } from "./operations.ts";

/** What a span did, in a few words: the summary of a tool call, the model that answered, the agent's name. Not yet fit for a terminal. */
export function spanTitle(span: Span): string {
  switch (span.kind) {
    case "tool":
      return toolTitle(span);
    case "llm":
      return span.responseModel ?? span.requestModel ?? span.name;
    case "agent":
      return textAttribute(span, ATTR.agentName) ?? span.name;
    case "event":
      return operationTitle(span) ?? span.name;
    default:
      return span.name;
  }
}

function operationTitle(span: Span): string | undefined {
  const operation = operationOf(span);
  if (!operation) return undefined;
  return operation.action === "tell" ? `told: ${operation.text}` : `set ${changesText(operation.changes)}`;
}

/** What a tool is asked to do, of its call or of the question whether it may. */
export function toolTitle(span: Span): string {
  return textAttribute(span, ATTR.toolSummary) ?? textAttribute(span, ATTR.toolName) ?? span.name;
}
