import { AgentOpError, type Run } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";
import { strictest } from "./rights.ts";

/** Configurations that were resolved in this process, by the object. */
const resolved = new WeakMap<Run["config"], AgentConfig>();
/** Configurations that were read back and checked, by the object. */
const checked = new WeakMap<Run["config"], AgentConfig | undefined>();

/** A resolved agent as a run holds it. */
export function asRunConfig(agent: AgentConfig): Run["config"] {
  resolved.set(agent, agent);
  return agent;
}

/** Whether the configuration was read back from a store: what it allows is nobody's word. */
export function isReadBack({ config }: Pick<Run, "config">): boolean {
  return !resolved.has(config);
}

/**
 * The agent that a run was made with, checked once; `undefined` when it is not on record: runs that were imported, or written by
 * something else.
 */
export async function agentConfigOf({ config }: Pick<Run, "config">): Promise<AgentConfig | undefined> {
  const own = resolved.get(config);
  if (own) return own;
  if (!checked.has(config)) {
    const { storedAgent } = await import("./config_schema.ts");
    checked.set(config, storedAgent.safeParse(config).data);
  }
  return checked.get(config);
}

/**
 * The same for whom there is no going on without it: what was read back never allows tools unasked. Throws `AgentOpError`:
 * `Cannot VERB RUN: …`.
 */
export async function agentOnRecord(
  run: Pick<Run, "config" | "runId" | "origin">,
  { verb, remedy }: { readonly verb: string; readonly remedy: string },
): Promise<AgentConfig> {
  const agent = await agentConfigOf(run);
  if (agent) return isReadBack(run) ? { ...agent, approve: strictest(agent.approve, "ask") } : agent;
  const imported = run.origin === "agent" ? "" : ` (it was not run here: origin ${run.origin})`;
  throw new AgentOpError(
    `Cannot ${verb} ${run.runId}: its agent configuration is not on record${imported}`,
    { remedy },
  );
}
