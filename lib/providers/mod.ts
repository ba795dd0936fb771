/**
 * Model APIs. `createProvider` makes one attempt per call against the endpoint of a configuration; `provider_list.ts` is where a
 * new API is added. `createResilientProvider` puts retries, a circuit breaker and a queue around any provider and records each
 * attempt as a span. Nothing here reads the environment, and an SDK is loaded on the first call.
 *
 * @module
 */
export { createProvider, listModels, serverUrlOf } from "./provider_list.ts";
export type { ModelName, ProviderEndpoint, WireApi } from "./wire_api.ts";
export { createCallIds } from "./call_ids.ts";
export { createToolNames } from "./tool_names.ts";
export { writeArguments } from "./call_arguments.ts";
export { createMistralProvider, type MistralOptions } from "./mistral.ts";
export { listMistralModels } from "./mistral_models.ts";
export { FILE_MAX_BYTES, type UploadedFile, uploadTrainingFile } from "./mistral_files.ts";
export { type Dialect, type Endpoint, MISTRAL_SERVER_URL, parseEndpoint } from "./endpoint.ts";
export {
  createResilientProvider,
  DEFAULT_MAX_CONCURRENCY,
  type ResilientOptions,
  type ResilientProvider,
  type RetryNotice,
  type TracedProvider,
} from "./resilient.ts";
export type { BreakerOptions } from "./gate.ts";
export { type AttemptContext, type AttemptEnd, type RetryOptions, withRetry } from "./retry.ts";
export { RETRY_BURST, RetryQuota, sharedRetryQuota } from "./retry_quota.ts";
export {
  backoffMs,
  DEFAULT_RETRY_POLICY,
  isRetryableStatus,
  mergePolicy,
  parseRetryAfter,
  type RetryPolicy,
} from "./backoff.ts";
