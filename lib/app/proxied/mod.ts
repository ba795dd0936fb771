/**
 * Model calls of other programs that pass through here: read as they pass, and kept as runs.
 *
 * @module
 */
export { CallRecorder, type RecordedCall } from "./call_recorder.ts";
export { KeeperThread } from "./keeper_thread.ts";
export { openProxied } from "./open_proxied.ts";
export type { StoredCalls } from "./call_keeper.ts";
export type { CallFailure, ProxiedCallsOptions } from "./proxied_calls.ts";
export { wasNeverSent } from "./proxied_cost.ts";
export { readProxied, readWireJson, requestHash } from "./wire_chat.ts";
