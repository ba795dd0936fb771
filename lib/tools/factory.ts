import type { z } from "zod";
import { AgentOpError, type Host, type Tool } from "../core/mod.ts";
import { explainIssues } from "../schema/mod.ts";

/** Keys of other services. A tool whose key is missing can be made; calling it says which variable to set. */
export interface ToolSecrets {
  readonly elevenLabsApiKey?: string;
  readonly hfToken?: string;
  readonly hfEndpoint?: string;
  readonly wandbApiKey?: string;
  readonly wandbProject?: string;
  readonly wandbBaseUrl?: string;
}

export interface ToolDependencies {
  readonly host: Host;
  /** Folder of the agent file: relative paths in a tool's configuration start here. */
  readonly baseDir: string;
  readonly secrets: ToolSecrets;
  /** Absolute path of the Deno executable that runs sandboxed children (`run_code`, `sqlite_query`). */
  readonly denoPath: string;
  /** Addresses of a host name. @default the system's resolver */
  readonly resolveHost?: (hostname: string) => Promise<readonly string[]>;
}

/** A kind of tool that an agent file can name. */
export interface ToolFactory {
  readonly name: string;
  readonly description: string;
  /** What its tools may touch, in words. */
  readonly permissions: string;
  readonly configSchema: z.ZodObject;
  /** Throws `AgentOpError` that names the key when `config` does not fit. Touches nothing outside. */
  create(config: unknown, deps: ToolDependencies): Tool;
}

export function defineFactory<S extends z.ZodObject>(spec: {
  readonly name: string;
  readonly description: string;
  readonly permissions: string;
  readonly configSchema: S;
  /** A complete entry for an agent file, shown when the configuration is wrong. */
  readonly example: string;
  create(config: z.output<S>, deps: ToolDependencies): Tool;
}): ToolFactory {
  const { name, description, permissions, configSchema } = spec;
  return {
    name,
    description,
    permissions,
    configSchema,
    create(config, deps) {
      const value = config ?? {};
      const parsed = configSchema.safeParse(value);
      if (!parsed.success) {
        const reason = explainIssues(parsed.error, value, Object.keys(configSchema.shape));
        throw new AgentOpError(`Cannot set up tool "${name}": ${reason}`, { remedy: spec.example });
      }
      return spec.create(parsed.data, deps);
    },
  };
}
