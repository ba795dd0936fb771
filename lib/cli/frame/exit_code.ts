import type { RunStatus } from "../../core/mod.ts";

/** 0 done, 1 ended badly, 3 stopped by a limit, 130 cancelled. */
export function exitCodeOf(status: RunStatus): number {
  switch (status) {
    case "completed":
      return 0;
    case "stopped":
      return 3;
    case "cancelled":
      return 130;
    default:
      return 1;
  }
}
