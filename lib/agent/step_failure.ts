import { ProviderError, reasonOf } from "../core/mod.ts";
import { RunStop } from "./stop.ts";

/** How a span ends that `error` ended; what cancelled the run is the reason where something did. */
export function describeFailure(
  signal: AbortSignal,
  error: unknown,
): { errorType: string; errorMessage: string } {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (reason instanceof RunStop) return { errorType: reason.error.type, errorMessage: reason.error.message };
  if (reason instanceof ProviderError) return { errorType: reason.errorType, errorMessage: reason.reason };
  return { errorType: reason instanceof Error ? reason.name : "error", errorMessage: reasonOf(reason) };
}
