import { dirname, resolve } from "node:path";
import { AgentOpError, type ModelParameters, nearest, reasonOf } from "../core/mod.ts";
import { parseCheckedYaml, type YamlPath } from "../schema/mod.ts";
import type { ToolFactory } from "../tools/mod.ts";
import { AGENT_DEFAULTS, type AgentConfig, type ToolReference } from "./agent_config.ts";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Defaults that stand between the built-in ones and an agent file: `MISTRAL_MODEL`, `MAX_TOKENS`, `TEMPERATURE`. */
export interface ModelDefaults {
  readonly model?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
}

async function buildSchema() {
  const { z } = await import("zod");
  const text = z.string("must be text").min(1, "must not be empty");
  const positive = (what = "must be a positive number") => z.number(what).positive(what);
  const count = z.number("must be a positive integer").int("must be a positive integer").positive(
    "must be a positive integer",
  );
  const flag = z.boolean("must be true or false");
  const parameters = z.strictObject({
    temperature: z.number("must be a number from 0 to 1.5").min(0, "must be a number from 0 to 1.5").max(
      1.5,
      "must be a number from 0 to 1.5",
    ),
    topP: z.number("must be a number from 0 to 1").min(0, "must be a number from 0 to 1").max(
      1,
      "must be a number from 0 to 1",
    ),
    maxTokens: count,
    seed: z.number("must be an integer").int("must be an integer").min(0, "must not be negative"),
    stop: z.array(text, "must be a list of texts").max(16, "has more than 16 entries"),
    toolChoice: z.enum(["auto", "none", "any", "required"], "must be auto, none, any or required"),
    parallelToolCalls: flag,
    responseSchema: z.record(z.string(), z.unknown(), "must be a JSON schema"),
    reasoningEffort: z.enum(
      ["none", "minimal", "low", "medium", "high", "xhigh"],
      "must be none, minimal, low, medium, high or xhigh",
    ),
    safePrompt: flag,
  }, "must be a map of parameters").partial();
  const tool = z.union([
    z.string(),
    z.record(z.string(), z.unknown()).refine((it) => Object.keys(it).length === 1, "must have one name"),
  ], "must be a tool's name, or a map from one name to its settings");
  return z.strictObject({
    name: text.regex(NAME, "must be 1 to 64 letters, digits, - or _").optional(),
    description: text.optional(),
    model: text.optional(),
    instructions: z.string("must be text").optional(),
    parameters: parameters.optional(),
    tools: z.array(tool, "must be a list").max(64, "has more than 64 entries").optional(),
    memory: z.strictObject({ window: count, keyValue: flag }, "must be a map").partial().optional(),
    limits: z.strictObject({
      maxSteps: count,
      budgetUsd: positive("must be a positive number of USD"),
      timeoutSeconds: positive("must be a positive number of seconds"),
      toolTimeoutSeconds: positive("must be a positive number of seconds"),
      maxToolOutputBytes: count,
    }, "must be a map").partial().optional(),
    retry: z.strictObject({
      maxAttempts: count.max(20, "must be at most 20"),
      minWaitSeconds: z.number("must be a number of seconds").min(0, "must not be negative"),
      maxWaitSeconds: z.number("must be a number of seconds").min(0, "must not be negative"),
    }, "must be a map").partial().optional(),
    approve: z.enum(["ask", "auto", "never"], "must be ask, auto or never").optional(),
  }, "must be a map with model, instructions, tools, ...");
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  "": [
    "name",
    "description",
    "model",
    "instructions",
    "parameters",
    "tools",
    "memory",
    "limits",
    "retry",
    "approve",
  ],
  parameters: [
    "temperature",
    "topP",
    "maxTokens",
    "seed",
    "stop",
    "toolChoice",
    "parallelToolCalls",
    "responseSchema",
    "reasoningEffort",
    "safePrompt",
  ],
  memory: ["window", "keyValue"],
  limits: ["maxSteps", "budgetUsd", "timeoutSeconds", "toolTimeoutSeconds", "maxToolOutputBytes"],
  retry: ["maxAttempts", "minWaitSeconds", "maxWaitSeconds"],
};

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
  const keys = (at: YamlPath) => KEYS[at.map(String).join(".")] ?? [];
  const { data, fail } = await parseCheckedYaml(text, path, await buildSchema(), { keys });
  const { TOOL_FACTORIES } = await import("../tools/mod.ts");
  const tools = (data.tools ?? []).map((entry, index) =>
    toolOf(entry, TOOL_FACTORIES, (problem) => fail(["tools", index], problem))
  );
  const twice = tools.findIndex((it, index) =>
    tools.some((other, at) => at < index && other.name === it.name)
  );
  if (twice >= 0) fail(["tools", twice], `is the second tool named "${tools[twice]!.name}"`);
  const fallback: ModelParameters = {
    temperature: defaults.temperature ?? AGENT_DEFAULTS.temperature,
    maxTokens: defaults.maxTokens ?? AGENT_DEFAULTS.maxTokens,
  };
  return defined({
    name: data.name ?? nameFromPath(path),
    description: data.description,
    model: data.model ?? defaults.model ?? AGENT_DEFAULTS.model,
    instructions: data.instructions ?? "",
    parameters: { ...fallback, ...defined(data.parameters ?? {}) },
    tools,
    memory: {
      window: data.memory?.window ?? AGENT_DEFAULTS.window,
      keyValue: data.memory?.keyValue ?? false,
    },
    limits: { ...AGENT_DEFAULTS.limits, ...defined(data.limits ?? {}) },
    retry: defined(data.retry ?? {}),
    approve: data.approve ?? "ask",
    baseDir: dirname(resolve(path)),
  }) as unknown as AgentConfig;
}

function toolOf(
  entry: string | Record<string, unknown>,
  factories: readonly ToolFactory[],
  fail: (problem: string) => never,
): ToolReference {
  const [name, config] = typeof entry === "string" ? [entry, undefined] : Object.entries(entry)[0]!;
  if (name === "agent") {
    if (typeof config !== "string" || !NAME.test(config)) {
      return fail(`must name an agent: got ${JSON.stringify(config ?? null)}`);
    }
    return { kind: "agent", name: config };
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

function nameFromPath(path: string): string {
  const base = path.replaceAll("\\", "/").split("/").at(-1)!.replace(/\.ya?ml$/i, "");
  return NAME.test(base) ? base : "agent";
}

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
