import type { NothingToDraw } from "./chart.ts";

/** For charts of many runs that find none with what they need. */
export function noRuns(nothing: string): NothingToDraw {
  return { nothing, remedy: "agentop demo, or other filters" };
}
