import type { Host, Store } from "../core/mod.ts";

/** An agent file as the launch screen lists it. */
export interface AgentEntry {
  readonly name: string;
  readonly path: string;
  readonly model: string;
  readonly description?: string;
  readonly tools: readonly string[];
  /** Why the file cannot be used, when it cannot. */
  readonly error?: string;
}

export interface LaunchRequest {
  /** Name or path of the agent. */
  readonly agent: string;
  readonly prompt: string;
  /** As with `--set key=value`: `model`, `temperature`, `maxTokens`, ... */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly budgetUsd?: number;
}

export interface LaunchedRun {
  readonly runId: string;
  readonly traceId: string;
}

/** All the workbench needs of the world. Every method may reject; the message is shown to the person. */
export interface TuiServices {
  readonly store: Store;
  readonly host: Host;
  agents(): Promise<readonly AgentEntry[]>;
  /**
   * Starts a runner process and resolves with the run's ids; the run may reach the store a little later. The workbench
   * follows it through the store like any other process.
   */
  launch(request: LaunchRequest): Promise<LaunchedRun>;
  /** Starts a runner process that continues an interrupted run from its last finished step. */
  resume?(traceId: string): Promise<void>;
  /** Where model calls go, e.g. `simulator (no key)` or a server's host. */
  readonly endpoint: string;
  readonly storePath: string;
  /**
   * Opens the text in the person's editor and resolves with what was saved, `undefined` when nothing was. The terminal
   * is free meanwhile.
   */
  openEditor?(text: string): Promise<string | undefined>;
}

export interface TuiOptions {
  /** Clicks and wheel. @default true */
  readonly mouse?: boolean;
  /** `none` keeps bold and inverse; `16` keeps to the terminal's own palette. @default "auto", which is 256 colours */
  readonly color?: "auto" | "none" | "16" | "256";
  /** `auto` asks the terminal for its background. @default "auto" */
  readonly background?: "auto" | "dark" | "light";
  /** Draws with ASCII only, for terminals and fonts without line drawing. @default false */
  readonly ascii?: boolean;
}
