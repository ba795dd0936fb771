import type { Run, RunStatus } from "./run.ts";

/** The flags of `agentop resume` that raise a limit, by the name of the limit. */
const FLAGS = {
  maxSteps: "--max-steps",
  budgetUsd: "--budget",
  timeoutSeconds: "--timeout",
  maxRepeats: "--max-repeats",
} as const;

/** A limit that can stop a run and be raised to let it go on. */
export type RaisableLimit = keyof typeof FLAGS;

/** A limit, and what it is to be. */
export interface RaisedLimit {
  readonly limit: RaisableLimit;
  readonly value: number;
}

const RESUMABLE: readonly RunStatus[] = ["interrupted", "stopped", "cancelled", "failed"];

/** True for a run of ours that ended without its answer: it can go on from its last finished step. */
export function isResumable({ status, origin }: Pick<Run, "status" | "origin">): boolean {
  return origin === "agent" && RESUMABLE.includes(status);
}

/** What a person types to let a run go on that a limit stopped. */
export function resumeCommand(runId: string, { limit, value }: RaisedLimit): string {
  return `agentop resume ${runId} ${FLAGS[limit]} ${plainNumber(value)}`;
}

/** The limit that such a command raises; `undefined` for any other text. */
export function limitRaisedBy(command: string | undefined): RaisedLimit | undefined {
  const [, flag, value] = /^agentop resume \S+ (--[a-z-]+) ([\d.]+)$/.exec(command ?? "") ?? [];
  const limit = (Object.keys(FLAGS) as RaisableLimit[]).find((it) => FLAGS[it] === flag);
  return limit && { limit, value: Number(value) };
}

/** The flags that ask for these limits. */
export function limitFlags(limits: Readonly<Partial<Record<RaisableLimit, number | undefined>>>): string[] {
  return (Object.keys(FLAGS) as RaisableLimit[]).flatMap((limit) => {
    const value = limits[limit];
    return value === undefined ? [] : [FLAGS[limit], plainNumber(value)];
  });
}

/** Without an exponent: `0.0000012`. */
function plainNumber(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(12).replace(/\.?0+$/, "") : text;
}
