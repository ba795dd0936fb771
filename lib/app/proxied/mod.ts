/**
 * Model calls of other programs that pass through here: read as they pass, and kept as runs.
 *
 * @module
 */
export { CallRecorder, type RecordedCall } from "./call_recorder.ts";
export { openRecorder } from "./open_proxied.ts";
export type { CallFailure, ProxiedCallsOptions } from "./proxied_calls.ts";
export { wasNeverSent } from "./proxied_cost.ts";
export { AnswerReader, readProxied, readWireJson, requestHash } from "./wire_chat.ts";
