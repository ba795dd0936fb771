import { basename, dirname, resolve } from "node:path";
import { AgentOpError, nearest, reasonOf } from "../core/mod.ts";
import { parseCheckedYaml } from "../schema/mod.ts";
import type { ToolFactory } from "../tools/mod.ts";
import { AGENT_DEFAULTS, type AgentConfig, type ToolReference } from "./agent_config.ts";

/** Defaults that stand between the built-in ones and an agent file: `MISTRAL_MODEL`, `MAX_TOKENS`, `TEMPERATURE`. */
export interface ModelDefaults {
  readonly model?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
}

/** Reads an agent file. Throws an `AgentOpError` of one line with file, line, key and what would be right. */
export async function loadAgentFile(path: string, defaults: ModelDefaults = {}): Promise<AgentConfig> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : reasonOf(error);
    throw new AgentOpError(`Cannot load ${path}: ${reason}`, {
      remedy: "agentop agents, or agentop init",
      cause: error,
    });
  }
  return await parseAgentFile(text, path, defaults);
}

export async function parseAgentFile(
  text: string,
  path: string,
  defaults: ModelDefaults = {},
): Promise<AgentConfig> {
  const [{ agentFile, agentName }, { TOOL_FACTORIES }] = await Promise.all([
    import("./config_schema.ts"),
    import("../tools/mod.ts"),
  ]);
  const isName = (name: unknown): name is string => agentName.safeParse(name).success;
  const { data, fail } = await parseCheckedYaml(text, path, agentFile);
  const tools = (data.tools ?? []).map((entry, index) =>
    toolOf(entry, {
      factories: TOOL_FACTORIES,
      isName,
      fail: (problem) => fail(["tools", index], problem),
    })
  );
  const twice = tools.findIndex((it, index) =>
    tools.some((other, at) => at < index && other.name === it.name)
  );
  if (twice >= 0) fail(["tools", twice], `is the second tool named "${tools[twice]!.name}"`);
  const { model = AGENT_DEFAULTS.model, ...parameters } = defaults;
  const base = basename(path.replaceAll("\\", "/")).replace(/\.ya?ml$/i, "");
  return {
    name: data.name ?? (isName(base) ? base : "agent"),
    ...(data.description === undefined ? {} : { description: data.description }),
    model: data.model ?? model,
    instructions: data.instructions ?? AGENT_DEFAULTS.instructions,
    parameters: { ...AGENT_DEFAULTS.parameters, ...parameters, ...data.parameters },
    tools,
    memory: { ...AGENT_DEFAULTS.memory, ...data.memory },
    limits: { ...AGENT_DEFAULTS.limits, ...data.limits },
    retry: data.retry ?? {},
    approve: data.approve ?? AGENT_DEFAULTS.approve,
    baseDir: dirname(resolve(path)),
  };
}

function toolOf(
  entry: string | Readonly<Record<string, unknown>>,
  { factories, isName, fail }: {
    readonly factories: readonly ToolFactory[];
    readonly isName: (name: unknown) => name is string;
    readonly fail: (problem: string) => never;
  },
): ToolReference {
  const [name, config] = typeof entry === "string" ? [entry, undefined] : Object.entries(entry)[0]!;
  if (name === "agent") {
    return isName(config)
      ? { kind: "agent", name: config }
      : fail(`must name an agent: got ${JSON.stringify(config ?? null)}`);
  }
  const names = factories.map((factory) => factory.name);
  const factory = factories.find((it) => it.name === name);
  if (!factory) {
    const guess = nearest(name, [...names, "agent"]);
    return fail(
      `names no tool: got "${name}"${
        guess ? `, did you mean "${guess}"?` : `; there are ${names.join(", ")}`
      }`,
    );
  }
  const checked = factory.configSchema.safeParse(config ?? {});
  if (!checked.success) {
    const issue = checked.error.issues[0]!;
    return fail(`(${name}) ${issue.path.map(String).join(".") || "settings"}: ${issue.message}`);
  }
  return { kind: "tool", name, ...(config == null ? {} : { config: config as Record<string, unknown> }) };
}
