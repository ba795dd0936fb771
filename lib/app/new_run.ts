import type { AgentConfig, RunRequest } from "../agent/mod.ts";
import type { App } from "./app.ts";
import { isSimulated } from "./registered_models.ts";
import type { LaunchRequest } from "./requests.ts";

/** What starts a run, wherever that is asked for; an agent may also be given whole. */
export interface RunOrder extends Omit<LaunchRequest, "agent" | "trust"> {
  /** Name or path, or the configuration itself. */
  readonly agent: string | AgentConfig;
}

/** The order as a runner takes it: the agent found, changed and limited. Throws `AgentOpError` for what cannot be. */
export async function newRun(
  app: App,
  { agent, prompt, overrides = {}, group, userId, tags, ...limits }: RunOrder,
): Promise<{ readonly config: AgentConfig; readonly request: RunRequest }> {
  const { applyOverrides, withLimits } = await import("../agent/mod.ts");
  const found = typeof agent === "string" ? await app.resolveAgent(agent) : agent;
  const config = withLimits(await applyOverrides(found, overrides), limits);
  return {
    config,
    request: {
      prompt,
      tags: { ...tags, ...(await isSimulated(app.config, config.model) ? { simulator: "true" } : {}) },
      ...(group === undefined ? {} : { group }),
      ...(userId === undefined ? {} : { userId }),
    },
  };
}
