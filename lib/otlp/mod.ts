/**
 * OpenTelemetry's protocol: reading and writing it in both of its encodings, and reading runs out of the spans of every GenAI
 * convention.
 *
 * @module
 */
export { decodeLogs, decodeTraces } from "./decode.ts";
export { decodeLogsJson, decodeTracesJson } from "./decode_json.ts";
export { encodeLogs, encodeTraces } from "./encode.ts";
export { encodeTracesJson } from "./encode_json.ts";
export { scopeSpansOf } from "./from_trace.ts";
export {
  CONTENT_TYPE,
  type OtlpEncoding,
  type PartialSuccess,
  partialSuccessIn,
  type Signal,
  statusBody,
  successBody,
} from "./response.ts";
export {
  type AnyValue,
  type Attributes,
  type KeyValue,
  type LogRecord,
  OtlpError,
  type OtlpSpan,
  type ScopeLogs,
  type ScopeSpans,
} from "./types.ts";
export { messagesIn } from "./canonical/messages_in.ts";
export { type CanonicalOptions, canonicalSpans, READING_VERSION } from "./canonical/canonical.ts";
