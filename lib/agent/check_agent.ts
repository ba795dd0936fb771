import { AgentOpError } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";
import type { AgentServices } from "./services.ts";
import { assumedUsd } from "./unpriced.ts";

export type CheckServices = Pick<AgentServices, "createTool" | "loadAgent" | "host" | "unpriced"> & {
  /** Asked where an agent has a budget. */
  prices(): Promise<AgentServices["prices"]>;
};

/** Why an agent cannot run, and the place in its file that says so. */
export interface AgentProblem {
  readonly path: readonly (string | number)[];
  readonly error: unknown;
}

/** Everything that keeps a run of this agent from starting, in the order of its file. Nothing is run or written. */
export async function* agentProblems(
  config: AgentConfig,
  services: CheckServices,
): AsyncGenerator<AgentProblem> {
  for (const [index, reference] of config.tools.entries()) {
    try {
      if (reference.kind === "tool") await services.createTool(reference, config);
      else await services.loadAgent(reference.name, config);
    } catch (error) {
      yield { path: ["tools", index], error };
    }
  }
  // What nobody knows the price of is counted otherwise, where a person says so.
  if (config.limits.budgetUsd === undefined || assumedUsd(services.unpriced, 1) !== null) return;
  const prices = await services.prices();
  await prices.prepare([config.model]);
  if (prices.knows(config.model, services.host.now())) return;
  yield {
    path: ["limits", "budgetUsd"],
    error: new AgentOpError(
      `Cannot run ${config.name}: the price of ${config.model} is unknown, so a budget of $${config.limits.budgetUsd} cannot be kept`,
      { remedy: "a model with a known price, a price file, --unpriced assume=USD, or no budgetUsd" },
    ),
  };
}
