/**
 * Agents at work: their files, the loop of model calls and tool calls, what it remembers, what limits it and who may steer it.
 *
 * @module
 */
export {
  AGENT_DEFAULTS,
  type AgentConfig,
  type AgentLimits,
  type ApprovePolicy,
  type RetrySettings,
  type ToolReference,
} from "./agent_config.ts";
export { agentConfigOf, agentOnRecord, asRunConfig } from "./agent_on_record.ts";
export { type AgentProblem, agentProblems, type CheckServices } from "./check_agent.ts";
export {
  agentFileHash,
  loadAgentFile,
  type ModelDefaults,
  type OnRead,
  parseAgentFile,
  type ReadAgentFile,
} from "./agent_file.ts";
export { BudgetLedger, estimatePromptTokensMax } from "./budget.ts";
export { assumedUsd } from "./unpriced.ts";
export { SharedBudgetError } from "./shared_budget.ts";
export type { UnpricedPolicy } from "./unpriced.ts";
export { type RunLimits, withLimits } from "./limits.ts";
export { continued, pauseRun, type SteeringServices, stopRun, unpauseRun } from "./steering.ts";
export { cancelCall, type OperateServices, setRun, type SteeredSpan, tellRun } from "./operate.ts";
export { operatedConfig } from "./operations.ts";
export { LIVE_SETTINGS } from "./retune.ts";
export { inherited, narrowest, type Rights, strictest } from "./rights.ts";
export { applyOverrides, overrideKeys } from "./overrides.ts";
export { type ApprovalAnswer, type ApprovalRequest, type Approver, refuseAll } from "./approval.ts";
export { withoutEditNote } from "./edit_note.ts";
export { AgentRunner, failedToStart, type RunRequest } from "./runner.ts";
export type { AgentServices, AgentStore, RecallableCall } from "./services.ts";
export type { CreateRunner, RunnerOptions } from "./runner_options.ts";
export type { Listener } from "./recorder.ts";
export { PartialWriter } from "./partial_writer.ts";
export { RunStop } from "./stop.ts";
export { withoutSecrets } from "./redacted_provider.ts";

/** The schemas of agent files and of stored agents, loaded with the first use. */
export const loadAgentSchema = () => import("./config_schema.ts");
