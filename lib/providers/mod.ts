/**
 * Model APIs. `createMistralProvider` makes one attempt per call against Mistral's API or a server that speaks its dialect or
 * OpenAI's; `createResilientProvider` puts retries, a circuit breaker and a queue around any provider and records each attempt
 * as a span. Nothing here reads the environment, and the SDK is loaded on the first call.
 *
 * @module
 */
export { createMistralProvider, type MistralOptions } from "./mistral.ts";
export { listMistralModels, type ModelName } from "./mistral_models.ts";
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
export {
  backoffMs,
  DEFAULT_RETRY_POLICY,
  isRetryableStatus,
  mergePolicy,
  parseRetryAfter,
  type RetryPolicy,
} from "./backoff.ts";
