import type { EndpointNotes, Host } from "../core/mod.ts";
import type { TracedProvider } from "./resilient.ts";

/** Where models are. */
export interface ProviderEndpoint {
  /** The name of a wire API. @default the first of the list */
  readonly provider?: string;
  /** May be left out for servers that want none. */
  readonly apiKey?: string;
  /** @default the server of that API */
  readonly serverUrl?: string;
}

/** A model and the other names it answers to. */
export interface ModelName {
  readonly id: string;
  readonly aliases: readonly string[];
}

export interface ProviderOptions {
  readonly host: Host;
  /** Where it is noted what servers refuse and what is left of their limits. */
  readonly notes?: EndpointNotes | undefined;
}

/** How the models of one kind of server are called and listed. */
export interface WireApi {
  readonly name: string;
  /** Its server when a configuration names none. */
  readonly serverUrl: string;
  createProvider(endpoint: ProviderEndpoint, options: ProviderOptions): TracedProvider;
  listModels(
    endpoint: ProviderEndpoint,
    options: {
      readonly host: Host;
      readonly signal?: AbortSignal | undefined;
      readonly timeoutMs?: number | undefined;
    },
  ): Promise<readonly ModelName[]>;
}
