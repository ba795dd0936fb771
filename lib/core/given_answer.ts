import type { ApprovalScope } from "./call_touch.ts";

/** What a person says to a call that waits. */
export interface GivenAnswer {
  /** Where it was said: `workbench`. */
  readonly by: string;
  /** For the rest of the run, as far as this goes. */
  readonly always?: ApprovalScope;
  /** In the place of the model's. */
  readonly arguments?: Record<string, unknown>;
  /** What the model reads of a refusal. */
  readonly reason?: string;
}

/** What a request `approve` or `deny` to a run holds; `spanId` is of the question. */
export function approvalArgument(spanId: string, answer: GivenAnswer): Record<string, unknown> {
  const { by, always, reason } = answer;
  return {
    spanId,
    by,
    // Whoever reads `always` alone takes it for the whole tool.
    ...(always === undefined ? {} : always === "tool" ? { always: true, scope: always } : { scope: always }),
    ...(answer.arguments === undefined ? {} : { arguments: answer.arguments }),
    ...(reason === undefined || reason.trim() === "" ? {} : { reason: reason.trim() }),
  };
}
