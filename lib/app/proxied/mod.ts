/**
 * Model calls of other programs that pass through here: read as they pass, and kept as runs.
 *
 * @module
 */
export { openProxied } from "./open_proxied.ts";
export {
  type CallFailure,
  type ProxiedCall,
  ProxiedCalls,
  type ProxiedCallsOptions,
} from "./proxied_calls.ts";
export { wasNeverSent } from "./proxied_cost.ts";
export type { CallOrigin } from "./run_spans.ts";
export {
  AnswerReader,
  type ProxiedAnswer,
  type ProxiedRequest,
  readProxied,
  readWireJson,
  requestHash,
} from "./wire_chat.ts";
