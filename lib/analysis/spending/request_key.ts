import { createHash } from "node:crypto";
import { ATTR, byName, canonicalJson, type Message, type Run, type Span } from "../../core/mod.ts";
import { sentRequest } from "../sent_request.ts";

/**
 * A name of what a model call was asked: equal requests have equal ones. Ids of tool calls, which every answer has its own of, and
 * the order of tools make no difference. `undefined` where the request is not on record.
 */
export function requestKey(run: Run, span: Span): string | undefined {
  const passed = span.attributes[ATTR.requestHash];
  if (typeof passed === "string") return `passed ${passed}`;
  if (!span.inputMessages?.length) return undefined;
  const { model, messages, tools, parameters } = sentRequest(run, span);
  const hash = createHash("sha256");
  hash.update(canonicalJson([span.providerName ?? "", model, parameters, [...tools].sort(byName)]));
  const ids = new Map<string, number>();
  for (const message of messages) hash.update(canonicalJson(withoutIds(message, ids)));
  return hash.digest("hex");
}

/** Ids by their order: which call a result answers is kept. */
function withoutIds(message: Message, ids: Map<string, number>): unknown {
  const numbered = (id: string) => {
    const number = ids.get(id) ?? ids.size + 1;
    ids.set(id, number);
    return number;
  };
  return {
    role: message.role,
    parts: message.parts.map((part) => "id" in part ? { ...part, id: numbered(part.id) } : part),
  };
}
