import { type Explanation, oneLine, reasonOf, type Tool, type ToolPermissions } from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import type { AgentConfig, ToolReference } from "../agent/mod.ts";
import type { FoundAgent } from "./agents.ts";

/** What setting a tool up takes. */
interface ToolMaker {
  createTool(reference: ToolReference, agent: AgentConfig): Promise<Tool>;
}

/** An agent file and what it may do, in words. */
export interface AgentEntry {
  readonly name: string;
  readonly path: string;
  readonly model: string;
  readonly description?: string;
  readonly tools: readonly string[];
  readonly instructions?: string;
  /** What its tools may touch, in words; same order as `tools`. */
  readonly permissions?: readonly string[];
  /** `ask`, `auto` or `never`, as the file says. */
  readonly approve?: string;
  /** It says `auto`, and nobody has trusted it as it is now: it asks. */
  readonly isUntrusted?: boolean;
  /** Limits and parameters in words, e.g. `["steps", "at most 12"]`. */
  readonly limits?: readonly (readonly [name: string, value: string])[];
  /** Why the file cannot be used, when it cannot. */
  readonly error?: string;
  /** What helps against `error`. */
  readonly remedy?: string;
  /** What else is wrong with it. */
  readonly others?: readonly string[];
  /** The line of `error`, from 1. */
  readonly line?: number;
  /** What a person should know of a file that can be used. */
  readonly notes?: readonly Explanation[];
}

const REASON_LENGTH_MAX = 200;
const SETTING_LENGTH_MAX = 40;

/** An agent file as the workbench shows it. Sets its tools up to see what they may touch; none of them is run. */
export async function agentEntry(app: ToolMaker, found: FoundAgent): Promise<AgentEntry> {
  const { name, path, config: agent, error, remedy, others = [], line, notes = [] } = found;
  const trouble = {
    ...(error === undefined ? {} : { error }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(others.length === 0 ? {} : { others }),
    ...(line === undefined ? {} : { line }),
    ...(notes.length === 0 ? {} : { notes }),
  };
  if (!agent) return { name, path, model: "", tools: [], ...trouble };
  return {
    name,
    path,
    model: agent.model,
    tools: agent.tools.map((tool) => tool.name),
    instructions: agent.instructions,
    approve: agent.approve,
    ...(agent.approve === "auto" && found.isTrusted === false ? { isUntrusted: true } : {}),
    permissions: await Promise.all(agent.tools.map((tool) => permissionsOf(app, tool, agent))),
    limits: limitsOf(agent),
    ...(agent.description === undefined ? {} : { description: agent.description }),
    ...trouble,
  };
}

async function permissionsOf(app: ToolMaker, tool: ToolReference, agent: AgentConfig): Promise<string> {
  if (tool.kind === "agent") return "hands work to this agent, in a run of its own";
  try {
    const { permissions } = await app.createTool(tool, agent);
    return permissionWords(permissions);
  } catch (error) {
    return oneLine(reasonOf(error), REASON_LENGTH_MAX);
  }
}

/** `reads ./data; reaches api.example.org`. */
export function permissionWords({ read, write, net, run, isPrivate }: ToolPermissions): string {
  const words = [
    ...(read.length > 0 ? [`reads ${read.join(", ")}${isPrivate ? " (private, so it asks)" : ""}`] : []),
    ...(write.length > 0 ? [`writes ${write.join(", ")}`] : []),
    ...(net.length > 0 ? [`reaches ${net.join(", ")}`] : []),
    ...(run ? ["executes code"] : []),
  ];
  return words.length === 0 ? "touches nothing outside" : words.join("; ");
}

function limitsOf(
  { limits, parameters, memory, retry }: AgentConfig,
): readonly (readonly [string, string])[] {
  const settings = Object.entries(parameters).map(([key, value]) =>
    key === "maxTokens"
      ? `at most ${value} tokens`
      : `${key.replace(/[A-Z]/g, " $&").toLowerCase()} ${oneLine(wordOf(value), SETTING_LENGTH_MAX)}`
  );
  return [
    ["answers", settings.join(", ") || "as the model does"],
    ["steps", `at most ${limits.maxSteps}`],
    ["budget", limits.budgetUsd === undefined ? "none" : `$${limits.budgetUsd}`],
    ["time", `${limits.timeoutSeconds} s, ${limits.toolTimeoutSeconds} s per tool`],
    ["memory", `${plural(memory.window, "message")}${memory.keyValue ? ", and keys it keeps" : ""}`],
    ...(retry.maxAttempts === undefined ? [] : [["retry", `at most ${retry.maxAttempts} attempts`] as const]),
  ];
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
