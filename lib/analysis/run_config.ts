import { isObject, type Run } from "../core/mod.ts";

type RunWithConfig = Pick<Run, "config">;

/**
 * A part of a run's configuration as it is on record; empty where it is not. For showing: configurations of runs from elsewhere
 * may be anything, so each value has to be looked at. What runs an agent uses `agentConfigOf`, which checks the whole.
 */
export function configPart(
  { config }: RunWithConfig,
  part: "parameters" | "memory" | "limits",
): Readonly<Record<string, unknown>> {
  const value = config[part];
  return isObject(value) ? value : {};
}

/** The run's own limit, USD. */
export function budgetUsdOf(run: RunWithConfig): number | undefined {
  const { budgetUsd } = configPart(run, "limits");
  return typeof budgetUsd === "number" && budgetUsd > 0 ? budgetUsd : undefined;
}
