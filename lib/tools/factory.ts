import { z } from "zod";
import { AgentOpError, type Host, type Tool } from "../core/mod.ts";
import { explainIssues, withoutEmpty } from "../schema/mod.ts";

/**
 * Keys and settings of other services, by the variable that holds them. A tool whose key is missing can be made; calling it says
 * which variable to set.
 */
export type ToolSecrets<Variable extends string = string> = Readonly<Partial<Record<Variable, string>>>;

export interface ToolDependencies<Variable extends string = string> {
  readonly host: Host;
  /** Folder of the agent file: relative paths in a tool's configuration start here. */
  readonly baseDir: string;
  readonly secrets: ToolSecrets<Variable>;
  /** Absolute path of the Deno executable that runs sandboxed children (`run_code`, `sqlite_query`). */
  readonly denoPath: string;
  /** Addresses of a host name. @default the system's resolver */
  readonly resolveHost?: (hostname: string) => Promise<readonly string[]>;
}

/** A folder in a tool's settings. */
export function folderSetting(about: string) {
  return z.string().min(1).describe(about);
}

/** A time limit in a tool's settings. */
export function secondsSetting(max: number, fallback: number, about: string) {
  const must = `must be a number of seconds, above 0 and at most ${max}`;
  return z.number(must).positive(must).max(max, must).default(fallback).describe(about);
}

/** A whole number in a tool's settings. */
export function countSetting(min: number, max: number, fallback: number, about: string) {
  const must = `must be a whole number from ${min} to ${max}`;
  return z.int(must).min(min, must).max(max, must).default(fallback).describe(about);
}

/** A kind of tool that an agent file can name. */
export interface ToolFactory {
  readonly name: string;
  readonly description: string;
  /** What its tools may touch, in words. */
  readonly permissions: string;
  /** Variables it may be told, and no others. */
  readonly variables: readonly string[];
  readonly configSchema: z.ZodObject;
  /** A complete entry for an agent file. */
  readonly example: string;
  /** Throws `AgentOpError` that names the key when `config` does not fit. Touches nothing outside. */
  create(config: unknown, deps: ToolDependencies): Tool;
}

export function defineFactory<S extends z.ZodObject, const Variable extends string = never>(spec: {
  readonly name: string;
  readonly description: string;
  readonly permissions: string;
  /** Keys and settings it needs of the environment; the app's list of services names them too. */
  readonly variables?: readonly Variable[];
  readonly configSchema: S;
  /** A complete entry for an agent file, shown when the configuration is wrong. */
  readonly example: string;
  create(config: z.output<S>, deps: ToolDependencies<Variable>): Tool;
}): ToolFactory {
  const { name, description, permissions, variables = [], configSchema } = spec;
  return {
    name,
    description,
    permissions,
    variables,
    configSchema,
    example: spec.example,
    create(config, deps) {
      const value = withoutEmpty(configSchema, config ?? {});
      const parsed = configSchema.safeParse(value);
      if (!parsed.success) {
        const reason = explainIssues(parsed.error, value, Object.keys(configSchema.shape));
        throw new AgentOpError(`Cannot set up tool "${name}": ${reason}`, { remedy: spec.example });
      }
      return spec.create(parsed.data, { ...deps, secrets: pick(deps.secrets, variables) });
    },
  };
}

function pick<Variable extends string>(
  secrets: ToolSecrets,
  variables: readonly Variable[],
): ToolSecrets<Variable> {
  const picked: Partial<Record<Variable, string>> = {};
  for (const variable of variables) {
    const value = secrets[variable];
    if (value !== undefined) picked[variable] = value;
  }
  return picked;
}
