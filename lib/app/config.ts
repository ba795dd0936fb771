/** What an `App` is opened from. Nothing in it comes from a store, a run or a file of somebody else. */
export interface AppConfig {
  readonly mistralApiKey?: string;
  readonly mistralServerUrl?: string;
  /** Neither a key nor a server: the built-in simulator answers. */
  readonly useSimulator: boolean;
  readonly defaults: { readonly model?: string; readonly maxTokens?: number; readonly temperature?: number };
  readonly retry: { readonly maxAttempts: number; readonly minWaitMs: number; readonly maxWaitMs: number };
  /** Folder of the user's own prices, agents and settings. */
  readonly home: string;
  readonly storePath: string;
  /** The user named the store: its folder is not made for them. */
  readonly storeGiven: boolean;
  /** Folders where agents are looked up, in order. */
  readonly agentFolders: readonly string[];
  readonly secrets: {
    readonly elevenLabsApiKey?: string;
    readonly hfToken?: string;
    readonly hfEndpoint?: string;
    readonly wandbApiKey?: string;
    readonly wandbProject?: string;
    readonly wandbBaseUrl?: string;
  };
  readonly elevenLabsPlan?: string;
}
