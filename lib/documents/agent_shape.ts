import { type Explanation, sentenceOf } from "../core/mod.ts";

/** What is read of an agent here: the parts of its configuration that lists show. */
export interface DescribedAgent {
  readonly approve: string;
  readonly description?: string;
  readonly model: string;
  readonly tools: readonly { readonly kind: "tool" | "agent"; readonly name: string }[];
  readonly memory: { readonly keyValue: boolean };
}

/** One agent of `agents --json`. Without a path it is part of the program. */
export function agentShape(
  { name, path, config, error, remedy, others, notes, isTrusted, may }: {
    readonly name: string;
    readonly path?: string;
    readonly config?: DescribedAgent;
    readonly error?: string;
    readonly remedy?: string | undefined;
    readonly others?: readonly string[];
    readonly notes?: readonly Explanation[];
    /** Somebody trusts the file as it is now. */
    readonly isTrusted?: boolean;
    /** What its tools may touch and whom it hands work to, a line each. */
    readonly may?: readonly string[];
  },
) {
  return {
    name,
    path: path ?? null,
    bundled: path === undefined,
    valid: error === undefined,
    error: error === undefined ? null : sentenceOf({ message: error, remedy }),
    otherErrors: others ?? [],
    notes: (notes ?? []).map(sentenceOf),
    description: config?.description ?? null,
    model: config?.model ?? null,
    approve: config?.approve ?? null,
    trusted: path === undefined || isTrusted === true,
    may: may ?? [],
    tools: config ? toolNames(config) : [],
  };
}

/** What an agent can do, by name: tools, agents it hands work to, its own memory. */
export function toolNames({ tools, memory }: DescribedAgent): readonly string[] {
  const names = tools.map((tool) => tool.kind === "agent" ? `agent ${tool.name}` : tool.name);
  return memory.keyValue ? [...names, "memory"] : names;
}
