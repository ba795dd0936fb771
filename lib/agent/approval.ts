import type { ApprovalScope, CallTarget, ToolPermissions } from "../core/mod.ts";

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
  /** What they mean: the file, the request, the program. */
  readonly targets?: readonly CallTarget[];
  /** The call in one line. */
  readonly summary: string;
  /** What the tool may touch. */
  readonly permissions: ToolPermissions;
}

/** What the person says. */
export interface ApprovalAnswer {
  /** `allow` executes the tool, `deny` tells the model that it was refused. */
  readonly decision: "allow" | "deny";
  /** Allow it for the rest of the run, as far as `scope` goes. */
  readonly always?: boolean;
  /**
   * What an `always` is about: every call of this tool, or those to the path or the host of this call; where the call has none, this
   * call alone. @default "tool"
   */
  readonly scope?: ApprovalScope;
  /** What the tool gets instead of the model's arguments, which it is told. For this call alone. */
  readonly arguments?: unknown;
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
