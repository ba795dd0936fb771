import type { BudgetPeriod, ModelParameters } from "../core/mod.ts";

// Types, not interfaces: they are stored as JSON objects. `config_schema.ts` checks that they say what it says.

/** Who decides on tools that write, execute or reach the network: a person, nobody (all pass), nobody (none does). */
export type ApprovePolicy = "ask" | "auto" | "never";

/** A tool of an agent: one of the tool family by name, or another agent that work is handed to. */
export type ToolReference = {
  readonly kind: "tool" | "agent";
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
};

export type AgentBudget = {
  readonly limitUsd: number;
  readonly per: Exclude<BudgetPeriod, "run">;
};

export type AgentLimits = {
  /** Model calls and tool calls together. */
  readonly maxSteps: number;
  readonly budgetUsd?: number;
  /** What all runs of the agent together may spend in a day, a week or a month. */
  readonly budgets?: readonly AgentBudget[];
  /** Time paused or waiting for an approval does not count. */
  readonly timeoutSeconds: number;
  readonly toolTimeoutSeconds: number;
  readonly maxToolOutputBytes: number;
  /** The same call with the same result this often is a loop; 0 never. */
  readonly maxRepeats?: number;
  /** An answer that was cut off fails the run. */
  readonly strict?: boolean;
};

export type RetrySettings = {
  readonly maxAttempts?: number;
  readonly minWaitSeconds?: number;
  readonly maxWaitSeconds?: number;
};

/** A resolved agent: file, environment defaults and overrides put together. Stored with each run as JSON. */
export type AgentConfig = {
  readonly name: string;
  readonly description?: string;
  readonly model: string;
  readonly instructions: string;
  readonly parameters: ModelParameters;
  readonly tools: readonly ToolReference[];
  readonly memory: {
    /** Messages sent besides the system message; older ones stay stored. */
    readonly window: number;
    readonly keyValue: boolean;
  };
  readonly limits: AgentLimits;
  readonly retry: RetrySettings;
  readonly approve: ApprovePolicy;
  /** Folder that relative paths of tools start from. */
  readonly baseDir: string;
};

/** What an agent file may leave out. Environment variables go between these and the file. */
export const AGENT_DEFAULTS = {
  model: "mistral-large-latest",
  instructions: "",
  parameters: { temperature: 0.6, maxTokens: 2048 },
  memory: { window: 200, keyValue: false },
  limits: { maxSteps: 50, timeoutSeconds: 600, toolTimeoutSeconds: 60, maxToolOutputBytes: 65_536 },
  approve: "ask",
} as const satisfies Partial<AgentConfig>;
