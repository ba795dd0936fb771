import { addUsd, type ToolResult } from "../core/mod.ts";
import { callKey, type Recording } from "./recording.ts";
import type { ReplayLedger } from "./replay_provider.ts";

export interface Recallable {
  readonly traceId: string;
  readonly name: string;
  readonly arguments: unknown;
}

/**
 * Results of tool calls from the recording, by name and canonical arguments: the first call gets the first result, and so on; the
 * last one is repeated. `missing` answers calls that are not on record; without it they are executed.
 */
export function createRecall(
  recording: Recording,
  options: {
    readonly missing?: (call: Recallable) => ToolResult;
    readonly isReplay: (traceId: string) => boolean;
    /** Told what the call had cost. */
    readonly ledger: ReplayLedger;
  },
): (call: Recallable) => ToolResult | undefined {
  const used = new Map(recording.resultsUsed);
  return (call) => {
    if (!options.isReplay(call.traceId)) return undefined;
    const key = callKey(call.name, call.arguments);
    const results = recording.toolResults.get(key);
    if (!results) return options.missing?.(call);
    const count = used.get(key) ?? 0;
    used.set(key, count + 1);
    const recalled = results[Math.min(count, results.length - 1)]!;
    const { ledger } = options;
    if (count < results.length) ledger.savedCostUsd = addUsd(ledger.savedCostUsd, recalled.costUsd);
    return recalled.result;
  };
}

/** Told to the model when nothing but the recording may answer. */
export function notRecorded({ name }: Recallable): ToolResult {
  return {
    content: `This call of ${name} is not on record, and in this replay nothing else is executed.`,
    isError: true,
    errorType: "not_recorded",
  };
}
