import type { ProviderEndpoint } from "../providers/mod.ts";
import type { StorePlace } from "../store/mod.ts";

/** Variables that a process is started with. */
export type ProcessEnvironment = Readonly<Record<string, string>>;

/** What an `App` is opened from. Nothing in it comes from a store, a run or a file of somebody else. */
export interface AppConfig extends StorePlace {
  /** Where the models are; absent without a key and a server. */
  readonly endpoint?: ProviderEndpoint;
  /** There is no endpoint: the built-in simulator answers. */
  readonly useSimulator: boolean;
  readonly defaults: { readonly model?: string; readonly maxTokens?: number; readonly temperature?: number };
  readonly retry: { readonly maxAttempts: number; readonly minWaitMs: number; readonly maxWaitMs: number };
  /** Folder of the user's own prices, agents and settings. */
  readonly home: string;
  /** Folders where agents are looked up, in order. */
  readonly agentFolders: readonly string[];
  /** Keys and settings of the services that tools reach, by the variable that holds them. */
  readonly secrets: Readonly<Partial<Record<string, string>>>;
  /** Where alerts go and what signs them, by the variable that holds it. */
  readonly alertVariables?: Readonly<Partial<Record<string, string>>>;
  /** What processes of ours start with, and nothing else: keys only where they are used. */
  readonly environments: { readonly plain: ProcessEnvironment; readonly runner: ProcessEnvironment };
  /** Where `export otlp` sends to, and with which headers. */
  readonly collector?: { readonly endpoint?: string; readonly headers?: Readonly<Record<string, string>> };
  /** Personal data that is taken out of what is sent to models and kept: rules such as `email,phone=FR,names=FILE`. */
  readonly redact?: string;
  /** Where what these rules take out is kept, encrypted; absent: nowhere. */
  readonly vault?: { readonly path: string; readonly key: string };
  readonly elevenLabsPlan?: string;
  /** Whose days and times people read: an IANA name. Absent: that of this machine. */
  readonly timeZone?: string;
}
