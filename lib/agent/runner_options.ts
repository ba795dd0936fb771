import type { RetryNotice } from "../providers/mod.ts";
import type { Approver } from "./approval.ts";
import type { Listener } from "./recorder.ts";
import type { UnpricedPolicy } from "./unpriced.ts";
import type { Rights } from "./rights.ts";
import type { AgentRunner } from "./runner.ts";
import type { AgentServices } from "./services.ts";

/** What one runner does differently from others of the same program. */
export interface RunnerOptions {
  /** What whoever started this allows. */
  readonly rights?: Rights;
  readonly approver?: Approver;
  readonly listeners?: readonly Listener[];
  readonly onRetry?: (notice: RetryNotice) => void;
  /** What a model without a known price counts for under a budget. @default "refuse" */
  readonly unpriced?: UnpricedPolicy | undefined;
  /** Runs are only written, for another process to execute: no simulator is needed. */
  readonly queueOnly?: boolean;
  /** The model that runs will ask for: `onWarning` is told when the server does not list it. */
  readonly expectModel?: string;
  /** Told in one line of what may go wrong. */
  readonly onWarning?: (warning: string) => void;
  /** Changes what runs of this runner use: a replay answers from a recording first. */
  readonly adapt?: (services: AgentServices) => AgentServices;
}

/** Puts a runner together: whoever makes runs again asks for one, and does not know how. */
export type CreateRunner = (options?: RunnerOptions) => Promise<AgentRunner>;
