import type { RunError, RunStatus } from "../core/mod.ts";

/** Why a run ends before its answer. Used as the reason of its abort signal. */
export class RunStop extends Error {
  override readonly name = "RunStop";
  readonly status: Extract<RunStatus, "stopped" | "cancelled">;
  readonly error: RunError;
  private constructor(status: RunStop["status"], error: RunError) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
  static limit(type: "budget" | "max_steps" | "timeout" | "loop", message: string, remedy?: string): RunStop {
    return new RunStop("stopped", { type, message, ...(remedy === undefined ? {} : { remedy }) });
  }
  static cancelled(message: string): RunStop {
    return new RunStop("cancelled", { type: "cancelled", message });
  }
}
