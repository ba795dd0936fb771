import { messageOf, oneLine, type ToolPermissions } from "../core/mod.ts";
import type { AgentConfig, ToolReference } from "../agent/mod.ts";
import type { AgentEntry } from "../tui/mod.ts";
import type { FoundAgent } from "./agents.ts";
import type { Context } from "./context.ts";

const REASON_LENGTH_MAX = 200;

/** An agent file as the workbench shows it. Sets its tools up to see what they may touch; none of them is run. */
export async function agentEntry(context: Context, found: FoundAgent): Promise<AgentEntry> {
  const { name, path, config: agent, error } = found;
  if (!agent) return { name, path, model: "", tools: [], ...(error === undefined ? {} : { error }) };
  return {
    name,
    path,
    model: agent.model,
    tools: agent.tools.map((tool) => tool.name),
    instructions: agent.instructions,
    approve: agent.approve,
    permissions: await Promise.all(agent.tools.map((tool) => permissionsOf(context, tool, agent))),
    limits: limitsOf(agent),
    ...(agent.description === undefined ? {} : { description: agent.description }),
    ...(error === undefined ? {} : { error }),
  };
}

async function permissionsOf(context: Context, tool: ToolReference, agent: AgentConfig): Promise<string> {
  if (tool.kind === "agent") return "hands work to this agent, in a run of its own";
  try {
    const { createTool } = await import("../tools/mod.ts");
    const { permissions } = createTool(tool.name, tool.config, {
      host: context.host,
      baseDir: agent.baseDir,
      secrets: context.config.secrets,
      denoPath: Deno.execPath(),
    });
    return permissionWords(permissions);
  } catch (error) {
    return oneLine(messageOf(error), REASON_LENGTH_MAX);
  }
}

/** `reads ./data; reaches api.example.org`. */
export function permissionWords({ read, write, net, run }: ToolPermissions): string {
  const words = [
    ...(read.length > 0 ? [`reads ${read.join(", ")}`] : []),
    ...(write.length > 0 ? [`writes ${write.join(", ")}`] : []),
    ...(net.length > 0 ? [`reaches ${net.join(", ")}`] : []),
    ...(run ? ["executes code"] : []),
  ];
  return words.length === 0 ? "touches nothing outside" : words.join("; ");
}

function limitsOf(
  { limits, parameters, memory, retry }: AgentConfig,
): readonly (readonly [string, string])[] {
  const settings = [
    ...(parameters.temperature === undefined ? [] : [`temperature ${parameters.temperature}`]),
    ...(parameters.topP === undefined ? [] : [`top p ${parameters.topP}`]),
    ...(parameters.maxTokens === undefined ? [] : [`at most ${parameters.maxTokens} tokens`]),
    ...(parameters.seed === undefined ? [] : [`seed ${parameters.seed}`]),
  ];
  return [
    ["answers", settings.join(", ") || "as the model does"],
    ["steps", `at most ${limits.maxSteps}`],
    ["budget", limits.budgetUsd === undefined ? "none" : `$${limits.budgetUsd}`],
    ["time", `${limits.timeoutSeconds} s, ${limits.toolTimeoutSeconds} s per tool`],
    ["memory", `${memory.window} messages${memory.keyValue ? ", and keys it keeps" : ""}`],
    ...(retry.maxAttempts === undefined ? [] : [["retry", `at most ${retry.maxAttempts} attempts`] as const]),
  ];
}
