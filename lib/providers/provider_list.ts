import { AgentOpError, type Host, nearest } from "../core/mod.ts";
import { MISTRAL } from "./mistral.ts";
import type { ModelName, ProviderEndpoint, ProviderOptions, WireApi } from "./wire_api.ts";
import type { TracedProvider } from "./resilient.ts";

/** The wire APIs that can be spoken; the first one where none is named. A new one is added here. */
const WIRE_APIS: readonly WireApi[] = [MISTRAL];

/** One attempt per call: `createResilientProvider` retries. Throws `AgentOpError` for an endpoint that cannot be used. */
export function createProvider(endpoint: ProviderEndpoint, options: ProviderOptions): TracedProvider {
  return wireApiOf(endpoint).createProvider(endpoint, options);
}

/** The models the endpoint offers. Throws `ProviderError`, or the signal's reason when aborted. */
export function listModels(
  endpoint: ProviderEndpoint,
  options: {
    readonly host: Host;
    readonly signal?: AbortSignal;
    /** @default 10_000 */
    readonly timeoutMs?: number;
  },
): Promise<readonly ModelName[]> {
  return wireApiOf(endpoint).listModels(endpoint, options);
}

/** The server of the endpoint; without one in its configuration, the API's own. */
export function serverUrlOf(endpoint: ProviderEndpoint): string {
  return endpoint.serverUrl ?? wireApiOf(endpoint).serverUrl;
}

function wireApiOf({ provider }: ProviderEndpoint): WireApi {
  const found = provider === undefined ? WIRE_APIS[0] : WIRE_APIS.find(({ name }) => name === provider);
  if (found) return found;
  const names = WIRE_APIS.map(({ name }) => name);
  throw new AgentOpError(`Cannot use provider "${provider}": there is no such provider`, {
    remedy: nearest(provider ?? "", names) ?? `one of ${names.join(", ")}`,
  });
}
