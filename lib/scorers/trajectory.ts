import { z } from "zod";
import { oneLine } from "../core/mod.ts";
import { defineScorer } from "./define_scorer.ts";
import { textSetting } from "./settings.ts";
import { callsOf, hasAll, type MadeCall } from "./tool_calls.ts";

const CALLS_MAX = 1000;
const SHOWN_MAX_CHARS = 300;

const call = z.union([
  textSetting(),
  z.strictObject({ tool: textSetting(), arguments: z.record(z.string(), z.unknown()).optional() }),
]);
type Wanted = z.output<typeof call>;

export const trajectory = defineScorer({
  name: "trajectory",
  version: "1",
  description:
    "the run's tool calls are these, by name or with arguments: `equals` all of them, `contains` in one piece among others",
  setting: "calls",
  takesList: true,
  example:
    "'trajectory={calls: [read_file, {tool: calculator, arguments: {expression: 1 + 2}}], match: contains}'",
  settings: z.strictObject({
    calls: z.array(call).max(CALLS_MAX),
    match: z.enum(["equals", "contains"]).default("equals"),
  }),
  prepare({ calls: wanted, match }) {
    const names = wanted.map((it) => typeof it === "string" ? it : it.tool).join(" → ") || "none";
    return (trace) => {
      const made = callsOf(trace);
      const value = match === "equals"
        ? likeness(made, wanted)
        : longestPiece(made, wanted) / (wanted.length || 1);
      const passed = wanted.length === 0 ? match === "contains" || made.length === 0 : value === 1;
      const was = oneLine(made.map(({ name }) => name).join(" → ") || "none", SHOWN_MAX_CHARS);
      return {
        value: wanted.length === 0 ? (passed ? 1 : 0) : value,
        passed,
        explanation: passed
          ? `the calls were ${was}`
          : `the calls were ${was}, wanted ${oneLine(names, SHOWN_MAX_CHARS)}`,
      };
    };
  },
});

function fits(made: MadeCall, wanted: Wanted): boolean {
  if (typeof wanted === "string") return made.name === wanted;
  return made.name === wanted.tool &&
    (wanted.arguments === undefined || hasAll(made.arguments, wanted.arguments));
}

/** 1 − edits / the longer length, where an edit adds, takes away or replaces a call. */
function likeness(made: readonly MadeCall[], wanted: readonly Wanted[]): number {
  const looked = made.slice(0, CALLS_MAX);
  let row = Array.from({ length: wanted.length + 1 }, (_, index) => index);
  for (const [i, one] of looked.entries()) {
    const next = [i + 1];
    for (const [j, other] of wanted.entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (fits(one, other) ? 0 : 1)));
    }
    row = next;
  }
  const edits = row[wanted.length]! + made.length - looked.length;
  return 1 - edits / (Math.max(made.length, wanted.length) || 1);
}

/** How many wanted calls, from the first on, were made one right after the other. */
function longestPiece(made: readonly MadeCall[], wanted: readonly Wanted[]): number {
  let longest = 0;
  for (let start = 0; start < Math.min(made.length, CALLS_MAX) && longest < wanted.length; start++) {
    let length = 0;
    while (
      length < wanted.length && start + length < made.length && fits(made[start + length]!, wanted[length]!)
    ) {
      length++;
    }
    longest = Math.max(longest, length);
  }
  return longest;
}
