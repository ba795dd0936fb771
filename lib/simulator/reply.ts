import type { ScriptedUsage } from "./scenario.ts";

/** What is to be said, before limits, ids and token counts. */
export interface Reply {
  readonly think?: string;
  readonly text?: string;
  /** `arguments` is the text to send. */
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  /** @default `tool_calls` with tool calls, else `stop` */
  readonly finishReason?: string;
  readonly usage?: ScriptedUsage;
  readonly latencyMs?: number;
  readonly tokensPerSecond?: number;
}
