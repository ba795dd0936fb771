import type { Host } from "../core/mod.ts";
import { parseEndpoint } from "./endpoint.ts";
import { toProviderError } from "./mistral_errors.ts";
import type { ModelName } from "./wire_api.ts";
import { Watchdog } from "./watchdog.ts";

const TIMEOUT_MS = 10_000;

/** The models a server offers. Throws `ProviderError`, or the signal's reason when aborted. */
export async function listMistralModels(options: {
  readonly host: Host;
  readonly apiKey: string;
  readonly serverUrl?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default 10_000 */
  readonly timeoutMs?: number | undefined;
}): Promise<readonly ModelName[]> {
  const { host, apiKey } = options;
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const endpoint = parseEndpoint(options.serverUrl);
  const sdk = await import("./mistral_sdk.ts");
  const watchdog = new Watchdog(signal);
  watchdog.arm(options.timeoutMs ?? TIMEOUT_MS, "no answer");
  let answering = false;
  let done = false;
  try {
    const client = sdk.openClient(endpoint, {
      fetch: host.fetch,
      apiKey,
      signal: watchdog.signal,
      onProgress: () => answering = true,
    });
    const result = await sdk.modelsList(client, undefined, { signal: watchdog.signal });
    if (!result.ok) throw result.error;
    done = true;
    return (result.value.data ?? []).flatMap((model) =>
      "id" in model ? [{ id: model.id, aliases: model.aliases ?? [] }] : []
    );
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw toProviderError(watchdog.stalled ?? error, { endpoint, apiKey, nowMs: host.now(), answering });
  } finally {
    watchdog.stop(!done);
  }
}
