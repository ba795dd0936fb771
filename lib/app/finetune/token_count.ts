import type { Span } from "../../core/mod.ts";
import type { Conversation } from "./conversation.ts";
import type { TrainingLine } from "./training_line.ts";

/** About what Mistral's tokenizers make of English; only where no server has counted anything like it. */
const CHARS_PER_TOKEN = 4;

export interface TokenCount {
  readonly tokens: number;
  /** Not counted by a server: by the length of the text, as far as one has counted like this run's. */
  readonly isEstimate: boolean;
}

/**
 * The tokens of a line. A line that is what one model call saw and said has as many as its server counted, thoughts aside; any
 * other is estimated from its length, at the rate of that call.
 */
export function tokensOf(line: TrainingLine, span: Span, conversation: Conversation): TokenCount {
  const { usage } = span;
  const counted = usage && usage.inputTokens + usage.outputTokens - usage.reasoningTokens;
  const { textsLeftOut, thoughtsLeftOut, corrections } = conversation;
  const isAsSent = "messages" in line && textsLeftOut + thoughtsLeftOut + corrections === 0;
  if (counted && isAsSent) return { tokens: counted, isEstimate: false };
  const { messages, tools } = conversation;
  const asSent = JSON.stringify({ messages, tools }).length;
  const rate = counted ? asSent / counted : CHARS_PER_TOKEN;
  return { tokens: Math.ceil(JSON.stringify(line).length / rate), isEstimate: true };
}
