/**
 * Attribute names, spelled here and nowhere else. `gen_ai.*`, `http.*`, `server.*` and `error.*` are
 * OpenTelemetry semantic conventions (GenAI conventions, development status, 1.37); `agentop.*` are ours.
 */
export const ATTR = {
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  agentName: "gen_ai.agent.name",
  conversationId: "gen_ai.conversation.id",
  requestModel: "gen_ai.request.model",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestToolChoice: "agentop.request.tool_choice",
  requestSeed: "gen_ai.request.seed",
  toolDefinitions: "gen_ai.tool.definitions",
  toolName: "gen_ai.tool.name",
  toolCallId: "gen_ai.tool.call.id",
  toolCallArguments: "gen_ai.tool.call.arguments",
  toolCallResult: "gen_ai.tool.call.result",

  resendCount: "http.request.resend_count",
  statusCode: "http.response.status_code",
  serverAddress: "server.address",
  serverPort: "server.port",
  errorType: "error.type",

  /** Wait after this attempt before the next, ms. */
  retryDelayMs: "agentop.retry.delay_ms",
  /** What the server asked for with Retry-After, ms. */
  retryAfterMs: "agentop.retry.after_ms",
  /** The limit that an attempt hit: a `RateLimit`. */
  rateLimit: "agentop.rate_limit",
  /** `ok`, `retry`, `fail`, or `quota`: not tried again because the endpoint's retries were used up. */
  attemptOutcome: "agentop.attempt.outcome",
  /** Text streamed by an attempt that then failed. */
  attemptPartial: "agentop.attempt.partial",
  /** What an attempt that did not come back whole may have cost, USD: an estimate from what was sent and streamed. */
  estimatedCostUsd: "agentop.cost.estimated_usd",
  /** Parts left out of a request because its model cannot take them: how many of each kind. */
  droppedParts: "agentop.request.dropped_parts",
  /** Hash of the canonical request: equal requests can be answered from a recording. */
  requestHash: "agentop.request.hash",
  toolSummary: "agentop.tool.summary",
  /** `live` or `recorded`. */
  toolSource: "agentop.tool.source",
  /** `recorded` when a replay answered a model call from the original run, at no cost. */
  modelSource: "agentop.model.source",
  /** A person changed what this step said when the run was forked. */
  edited: "agentop.edited",
  toolIdempotent: "agentop.tool.idempotent",
  toolTruncatedBytes: "agentop.tool.truncated_bytes",
  /** What spoke. */
  speechModel: "agentop.speech.model",
  /** Characters of what was spoken. */
  speechCharacters: "agentop.speech.characters",
  /** Credits that the service says it took for it. */
  speechCredits: "agentop.speech.credits",
  /** The run a hand-off started. */
  childRunId: "agentop.child_run.id",
  /** USD set aside for each attempt of a call before it is sent, where there is a budget. */
  reservedUsd: "agentop.cost.reserved_usd",
  /** What the arguments of the call that is asked for mean: `CallTouch[]`. */
  approvalTouches: "agentop.approval.touches",
  /** The arguments that a person put in the place of the model's. */
  approvalArguments: "agentop.approval.arguments",
  /** What a person said when refusing. */
  approvalReason: "agentop.approval.reason",
  /** How far an "always" goes: `tool`, `path` or `host`. */
  approvalScope: "agentop.approval.scope",
  approvalDecision: "agentop.approval.decision",
  approvalBy: "agentop.approval.by",
  /** What somebody did to a live run: `tell` or `set`; of a tool call, `cancel`. */
  controlAction: "agentop.control.action",
  /** Of the request. */
  controlId: "agentop.control.id",
  controlBy: "agentop.control.by",
  /** What the agent was told. */
  controlText: "agentop.control.text",
  /** What was set: `{ KEY: { from, to } }`. */
  controlChanges: "agentop.control.changes",
  /** The first step that came after it. */
  controlStep: "agentop.control.step",
} as const;

/** Tags that we put on runs. */
export const RUN_TAG = {
  /** The tool call of the parent that a child run answers. */
  handoff: "agentop.tool_call",
  /** How a run repeats another: `recorded`, or a mode and what becomes of tool calls that are not on record. */
  replay: "agentop.replay",
  /** Numbers of the steps that a person edited in a fork, e.g. `1, 3`. */
  edits: "agentop.edits",
  /** The scorer whose question this run is; its parent is the run that is judged. */
  judge: "agentop.judge",
  /** Of a run that belongs to an experiment: what was asked, of which variant, and how often before. */
  case: "case",
  variant: "variant",
  repeat: "repeat",
} as const;
