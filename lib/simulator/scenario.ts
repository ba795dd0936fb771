import type { Fault } from "./faults.ts";

/** Which requests a scenario answers. Everything named must hold; nothing named means every request. */
export interface ScenarioMatch {
  /** The model's name; `*` stands for any letters. */
  readonly model?: string;
  /** Regular expression on the system prompt, case ignored. */
  readonly agent?: string;
  /** Regular expression on the user's message (`per` says which), case ignored. */
  readonly prompt?: string;
  /** A tool of this name is offered. */
  readonly hasTool?: string;
}

export interface ScriptedToolCall {
  readonly name: string;
  /** Strings inside may hold `{{templates}}`. A string instead of an object is sent as it is, JSON or not. */
  readonly arguments?: Readonly<Record<string, unknown>> | string;
}

/** Token counts to report instead of the estimate. */
export interface ScriptedUsage {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  readonly cachedTokens?: number;
}

/** What one model call answers. `think` and `text` may hold `{{templates}}`. */
export interface ScenarioStep {
  /** One per request, before the answer; see `FaultCounters`. */
  readonly faults?: readonly Fault[];
  readonly think?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
  readonly text?: string;
  readonly finishReason?: string;
  readonly usage?: ScriptedUsage;
  readonly latencyMs?: number;
  readonly tokensPerSecond?: number;
}

/**
 * A script for one kind of conversation. The step is chosen by counting the assistant messages already in the request, so
 * that nothing is remembered between calls: the same request has the same answer, also after a restart.
 */
export interface Scenario {
  readonly name: string;
  readonly match?: ScenarioMatch;
  /**
   * `conversation`: steps count from the first message, and `match.prompt` looks at the first user message.
   * `turn`: steps start again with every user message, and `match.prompt` looks at the last one.
   *
   * @default "conversation"
   */
  readonly per?: "conversation" | "turn";
  /** When they run out, the simulator's own rules answer. */
  readonly steps: readonly ScenarioStep[];
}
