import type { Host } from "../core/mod.ts";
import { parseEndpoint } from "./endpoint.ts";
import { toProviderError } from "./mistral_errors.ts";
import { Watchdog } from "./watchdog.ts";
import type { ProviderEndpoint } from "./wire_api.ts";

/** Mistral's own limit of one file. */
export const FILE_MAX_BYTES = 512 * 1024 * 1024;
/** Nothing is heard of an upload until all of it has arrived. */
const TIMEOUT_MS = 600_000;

/** A file that a server keeps. */
export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** As the server counts them, where it says. */
  readonly lines?: number;
}

/** Sends training data to the files API. Throws `ProviderError`, or the signal's reason when aborted. */
export async function uploadTrainingFile(
  { apiKey = "", serverUrl }: ProviderEndpoint,
  file: { readonly name: string; readonly content: Uint8Array<ArrayBuffer> },
  options: { readonly host: Host; readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<UploadedFile> {
  const { host, signal } = options;
  signal.throwIfAborted();
  const endpoint = parseEndpoint(serverUrl);
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
    const request = {
      purpose: "fine-tune" as const,
      file: { fileName: file.name, content: file.content },
    };
    const result = await sdk.filesUpload(client, request, { signal: watchdog.signal });
    if (!result.ok) throw result.error;
    done = true;
    const { id, filename, sizeBytes, numLines } = result.value;
    return { id, name: filename, bytes: sizeBytes, ...(numLines ? { lines: numLines } : {}) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw toProviderError(watchdog.stalled ?? error, { endpoint, apiKey, nowMs: host.now(), answering });
  } finally {
    watchdog.stop(!done);
  }
}
