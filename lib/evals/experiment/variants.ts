import { createHash } from "node:crypto";
import { dirname, isAbsolute, join } from "node:path";
import { type AgentConfig, applyOverrides, type ApprovePolicy } from "../../agent/mod.ts";
import { canonicalJson, type ExperimentVariant } from "../../core/mod.ts";
import type { Suite } from "../suite/suite.ts";

/** A variant with the agent that it is. */
export interface ReadyVariant extends ExperimentVariant {
  /** Absent where stored runs say what agent they are of. */
  readonly config?: AgentConfig;
}

export interface VariantOptions {
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** By name. @default all */
  readonly only?: readonly string[] | undefined;
  readonly approve?: ApprovePolicy | undefined;
  readonly resolveAgent: (agent: string) => Promise<AgentConfig>;
}

/** The agents of a suite, with its changes and those of this invocation made. Throws `AgentOpError`. */
export async function readyVariants(suite: Suite, options: VariantOptions): Promise<readonly ReadyVariant[]> {
  const { only } = options;
  const wanted = suite.variants.filter(({ name }) => only === undefined || only.includes(name));
  return await Promise.all(wanted.map(async ({ name, agent, set: own }): Promise<ReadyVariant> => {
    const set = { ...own, ...options.set };
    const found = agent === undefined || suite.source === "recorded"
      ? undefined
      : await applyOverrides(await options.resolveAgent(await placeOf(agent, suite.path)), set);
    const config = found && options.approve !== undefined ? { ...found, approve: options.approve } : found;
    return {
      name,
      agent: config?.name ?? agent ?? "",
      set,
      configHash: hashOf(config ?? set),
      ...(config ? { config } : {}),
    };
  }));
}

/** A path starts at the suite, where there is such a file, else where the program was started. */
async function placeOf(agent: string, suitePath: string): Promise<string> {
  if (!/[/\\]/.test(agent) && !/\.ya?ml$/i.test(agent) || isAbsolute(agent)) return agent;
  const beside = join(dirname(suitePath), agent);
  return await Deno.stat(beside).then(() => beside, () => agent);
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 32);
}
