// What is given to a studio, as the program takes it.
import { AgentOpError, oneLine, timeZoneNamed } from "./core/mod.ts";
import type { RunOptions } from "./studio_options.ts";

export function knownZone(name: string): string {
  const zone = timeZoneNamed(name);
  if (zone !== undefined) return zone;
  throw new AgentOpError(`Cannot use "${oneLine(name, 60)}": not a time zone`, { remedy: "Europe/Paris" });
}

export function listOf(runs: string | readonly string[]): readonly string[] {
  return typeof runs === "string" ? [runs] : runs;
}

export function asText(set: RunOptions["set"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)]));
}

export async function runnerOptions(
  { approver, onEvent, onProgress }: Pick<RunOptions, "approver" | "onEvent" | "onProgress">,
  steps: number | null = null,
) {
  const { refuseAll } = await import("./agent/mod.ts");
  const told = onProgress ? (await import("./notebook/mod.ts")).stepProgress(onProgress, steps) : undefined;
  const listeners = [...(onEvent ? [onEvent] : []), ...(told ? [told] : [])];
  return { approver: approver ?? refuseAll, ...(listeners.length > 0 ? { listeners } : {}) };
}
