import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import { agentNameOf, type Explanation, fileBase, nearest } from "../core/mod.ts";
import {
  demandOf,
  parseCheckedYaml,
  readTextFile,
  unknownFirst,
  withoutEmpty,
  type YamlComplaint,
  type YamlPath,
} from "../schema/mod.ts";
import type { ToolFactory } from "../tools/mod.ts";
import { AGENT_DEFAULTS, type AgentConfig, type ToolReference } from "./agent_config.ts";

const FILE_MAX_BYTES = 1_000_000;

/** Defaults that stand between the built-in ones and an agent file: `MISTRAL_MODEL`, `MAX_TOKENS`, `TEMPERATURE`. */
export interface ModelDefaults {
  readonly model?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
}

/** What is known of an agent file beside its configuration. */
export interface ReadAgentFile {
  /** What a person should know of a file that can be used as it is. */
  readonly notes: readonly Explanation[];
  /** Of its text: what a person trusted. */
  readonly hash: string;
  /** The line of a place in it, e.g. `["tools", 0]`, from 1. */
  lineOf(path: YamlPath): number;
}

export type OnRead = (file: ReadAgentFile) => void;

/** Reads an agent file. Throws an `AgentOpError` of one line with file, line, key and what would be right. */
export async function loadAgentFile(
  path: string,
  defaults: ModelDefaults = {},
  onRead?: OnRead,
): Promise<AgentConfig> {
  return await parseAgentFile(await readAgentText(path), path, defaults, onRead);
}

/** What an agent file is known by: another text has another hash. Throws `AgentOpError`. */
export async function agentFileHash(path: string): Promise<string> {
  return hashOf(await readAgentText(path));
}

async function readAgentText(path: string): Promise<string> {
  return await readTextFile(path, { maxBytes: FILE_MAX_BYTES, ifMissing: "agentop agents, or agentop init" });
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export async function parseAgentFile(
  text: string,
  path: string,
  defaults: ModelDefaults = {},
  onRead: OnRead = () => {},
): Promise<AgentConfig> {
  const [{ agentFile, agentName }, { TOOL_FACTORIES }] = await Promise.all([
    import("./config_schema.ts"),
    import("../tools/mod.ts"),
  ]);
  const { data, failFor, lineOf } = await parseCheckedYaml(text, path, agentFile, {
    example: "model: mistral-small-latest",
  });
  const complaints: YamlComplaint[] = [];
  const tools = (data.tools ?? []).flatMap((entry, index) => {
    const tool = toolOf(entry, ["tools", index], {
      factories: TOOL_FACTORIES,
      isName: (name: unknown): name is string => agentName.safeParse(name).success,
      complain: (complaint) => complaints.push(complaint),
    });
    return tool ? [{ ...tool, index }] : [];
  });
  tools.forEach(({ name, index }, at) => {
    if (tools.findIndex((it) => it.name === name) === at) return;
    complaints.push({
      path: ["tools", index],
      problem: `is the second tool named "${name}"`,
      remedy: "one of them",
    });
  });
  const { minWaitSeconds, maxWaitSeconds } = data.retry ?? {};
  if (minWaitSeconds !== undefined && maxWaitSeconds !== undefined && minWaitSeconds > maxWaitSeconds) {
    complaints.push({
      path: ["retry", "minWaitSeconds"],
      problem: `must not be more than maxWaitSeconds: got ${minWaitSeconds}, and ${maxWaitSeconds} there`,
    });
  }
  failFor(complaints);
  const { model = AGENT_DEFAULTS.model, ...parameters } = defaults;
  const name = agentNameOf(path);
  onRead({ notes: nameNotes(path, name, data.name, () => lineOf(["name"])), hash: hashOf(text), lineOf });
  return {
    name,
    ...(data.description === undefined ? {} : { description: data.description }),
    model: data.model ?? model,
    instructions: data.instructions ?? AGENT_DEFAULTS.instructions,
    parameters: { ...AGENT_DEFAULTS.parameters, ...parameters, ...data.parameters },
    tools: tools.map(({ index: _, ...tool }): ToolReference => tool),
    memory: { ...AGENT_DEFAULTS.memory, ...data.memory },
    limits: { ...AGENT_DEFAULTS.limits, ...data.limits },
    retry: data.retry ?? {},
    approve: data.approve ?? AGENT_DEFAULTS.approve,
    baseDir: dirname(resolve(path)),
  };
}

function nameNotes(
  path: string,
  name: string,
  written: string | undefined,
  line: () => number,
): readonly Explanation[] {
  const notes: Explanation[] = [];
  if (name !== fileBase(path)) {
    notes.push({
      message: `${path}: its agent is called "${name}": other characters cannot be in a name`,
      remedy: `rename the file to ${name}.yaml`,
    });
  }
  if (written !== undefined && written !== name) {
    notes.push({
      message:
        `${path}:${line()}: name is "${written}", but the file's name counts: the agent is called "${name}"`,
      remedy: `rename the file to ${written}.yaml, or remove the line`,
    });
  }
  return notes;
}

interface ToolWords {
  readonly factories: readonly ToolFactory[];
  readonly isName: (name: unknown) => name is string;
  readonly complain: (complaint: YamlComplaint) => void;
}

function toolOf(
  entry: string | Readonly<Record<string, unknown>>,
  path: YamlPath,
  { factories, isName, complain }: ToolWords,
): ToolReference | undefined {
  const [name, config] = typeof entry === "string" ? [entry, undefined] : Object.entries(entry)[0]!;
  if (name === "agent") {
    if (isName(config)) return { kind: "agent", name: config };
    complain({
      path,
      problem: config == null ? "names no agent" : `must name an agent: got ${JSON.stringify(config)}`,
      remedy: "- agent: writer",
    });
    return undefined;
  }
  const names = factories.map((factory) => factory.name);
  const factory = factories.find((it) => it.name === name);
  if (!factory) {
    const guess = nearest(name, [...names, "agent"]);
    complain({
      path,
      problem: `names no tool: got "${name}"${guess ? `, did you mean "${guess}"?` : ""}`,
      remedy: guess ? undefined : `one of ${names.join(", ")}`,
    });
    return undefined;
  }
  const settings = withoutEmpty(factory.configSchema, config ?? {});
  const checked = factory.configSchema.safeParse(settings);
  if (!checked.success) {
    for (const issue of unknownFirst(checked.error.issues)) {
      complain(settingComplaint(issue, settings, [...path, name], factory));
    }
    return undefined;
  }
  return { kind: "tool", name, ...(config == null ? {} : { config: settings as Record<string, unknown> }) };
}

type Issue = Parameters<typeof demandOf>[0];

function settingComplaint(
  issue: Issue,
  settings: unknown,
  at: YamlPath,
  factory: ToolFactory,
): YamlComplaint {
  const { example: remedy, configSchema } = factory;
  const path = [...at, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const known = Object.keys(configSchema.shape);
    const guess = nearest(key, known);
    const none = known.length === 0 ? ": this tool has none" : "";
    return {
      path: [...path, key],
      problem: `is not a known setting${guess ? `: did you mean "${guess}"?` : none}`,
      remedy: guess ? undefined : remedy,
    };
  }
  const got = issue.path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key],
    settings,
  );
  return {
    path,
    problem: got === undefined ? "is missing" : `${demandOf(issue)}: got ${JSON.stringify(got)}`,
    remedy,
  };
}
