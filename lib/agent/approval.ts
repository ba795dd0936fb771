import type { ToolPermissions } from "../core/mod.ts";

/** A tool call that waits for a person. */
export interface ApprovalRequest {
  /** The run. */
  readonly traceId: string;
  /** The open guardrail span that stands for this question. */
  readonly spanId: string;
  /** Name of the agent. */
  readonly agent: string;
  /** Name of the tool. */
  readonly toolName: string;
  /** The exact arguments the tool would get. */
  readonly arguments: unknown;
  /** The call in one line. */
  readonly summary: string;
  /** What the tool may touch. */
  readonly permissions: ToolPermissions;
}

/** What the person says. */
export interface ApprovalAnswer {
  /** `allow` executes the tool, `deny` tells the model that it was refused. */
  readonly decision: "allow" | "deny";
  /** Allow this tool for the rest of the run. */
  readonly always?: boolean;
  /** Who answered, e.g. `terminal`, `tui`, `policy`. */
  readonly by: string;
  /** Told to the model when denied. */
  readonly reason?: string;
}

/** Asks a person. Rejects with the signal's reason when the run is stopped meanwhile. */
export type Approver = (request: ApprovalRequest, signal: AbortSignal) => Promise<ApprovalAnswer>;

/** For runs with nobody to ask: refuses, and says so to the model. */
export const refuseAll: Approver = () =>
  Promise.resolve({
    decision: "deny",
    by: "policy",
    reason: "it needs an approval, and there is no terminal to ask on",
  });
