// Loaded on the first call only: the SDK's models take 100 ms to import.
import { MistralCore } from "@mistralai/mistralai/core.js";
import { chatComplete } from "@mistralai/mistralai/funcs/chatComplete.js";
import { chatStream } from "@mistralai/mistralai/funcs/chatStream.js";
import { filesUpload } from "@mistralai/mistralai/funcs/filesUpload.js";
import { modelsList } from "@mistralai/mistralai/funcs/modelsList.js";
import { SDKHooks } from "@mistralai/mistralai/hooks/hooks.js";
import { HTTPClient } from "@mistralai/mistralai/lib/http.js";
import type { Endpoint } from "./endpoint.ts";
import { type NormaliseOptions, normalisingFetch } from "./normalise.ts";

export { chatComplete, chatStream, filesUpload, modelsList };

/** No SDK hooks: they are its telemetry, which can send prompts elsewhere, and warnings printed on the terminal. */
class NoHooks extends SDKHooks {
  constructor() {
    super();
    this.sdkInitHooks = [];
    this.beforeCreateRequestHooks = [];
    this.beforeRequestHooks = [];
    this.afterSuccessHooks = [];
    this.afterErrorHooks = [];
  }
}

/** One for all: to make an error is to walk the stack. */
const NOT_LOGGED = new Error("not logged");

/**
 * Having a logger keeps the SDK from reading the environment. This one refuses the first line it is given, which the SDK
 * tolerates and which spares every request and answer a copy for the log.
 */
const refusingLogger = {
  group: () => {
    throw NOT_LOGGED;
  },
  groupEnd: () => {},
  log: () => {},
};

/** A client for one call: cheap to make, and its progress reports belong to that call. */
export function openClient(
  endpoint: Endpoint,
  options: Omit<NormaliseOptions, "dialect"> & { readonly fetch: typeof fetch; readonly apiKey: string },
): MistralCore {
  const { fetch, apiKey, ...rest } = options;
  const fetcher = normalisingFetch(fetch, { dialect: endpoint.dialect, ...rest });
  const sdkOptions = {
    // Never undefined, or the SDK would look for a key itself. Empty sends no Authorization header.
    apiKey,
    serverURL: endpoint.serverUrl,
    httpClient: new HTTPClient({ fetcher }),
    retryConfig: { strategy: "none" as const },
    // Both timeouts and cancelling go through the signal given to each call.
    timeoutMs: -1,
    debugLogger: refusingLogger,
    hooks: new NoHooks(),
  };
  return new MistralCore(sdkOptions);
}
