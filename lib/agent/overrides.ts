import { AgentOpError, nearest } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";

type Fail = (must: string) => never;

const TOP_LEVEL = ["model", "instructions"] as const;

const loadParameters = async () => new Map((await import("./config_schema.ts")).SETTABLE_PARAMETERS);

/** The keys of `--set`, besides `tools.NAME`. */
export async function overrideKeys(): Promise<readonly string[]> {
  return [...TOP_LEVEL, ...(await loadParameters()).keys()];
}

/** Applies `--set key=value` pairs. Throws an `AgentOpError` that names the key. */
export async function applyOverrides(
  config: AgentConfig,
  overrides: Readonly<Record<string, string>>,
): Promise<AgentConfig> {
  const entries = Object.entries(overrides);
  if (entries.length === 0) return config;
  const parameters = await loadParameters();
  let next = config;
  for (const [key, text] of entries) {
    const fail: Fail = (must) => {
      throw new AgentOpError(`Cannot set ${key}: it ${must}: got "${text}"`, {
        remedy: `--set ${key}=VALUE`,
      });
    };
    const parameter = parameters.get(key);
    if (key === "model" || key === "instructions") {
      if (key === "model" && text.trim() === "") fail("must not be empty");
      next = { ...next, [key]: text };
    } else if (parameter) {
      const { data, error } = parameter.safeParse(isText(parameter) ? text : valueOf(text));
      if (error) fail(error.issues[0]!.message);
      next = { ...next, parameters: { ...next.parameters, [key]: data } };
    } else if (key.startsWith("tools.")) {
      next = { ...next, tools: withTool(next.tools, key.slice("tools.".length), text, fail) };
    } else {
      const keys = await overrideKeys();
      const guess = nearest(key, keys);
      throw new AgentOpError(`Cannot set ${key.slice(0, 60)}: no such parameter`, {
        remedy: guess ? `--set ${guess}=…` : keys.join(", "),
      });
    }
  }
  return next;
}

const isText = (schema: { readonly type: string }) => schema.type === "string";

/** A number or a truth value where the text is one. */
function valueOf(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text.trim() === "" || !Number.isFinite(number) ? text : number;
}

/** `tools.NAME=off` takes a tool away, `on` adds one that needs no settings. */
function withTool(tools: AgentConfig["tools"], name: string, text: string, fail: Fail): AgentConfig["tools"] {
  const has = tools.some((tool) => tool.name === name);
  if (text === "on") return has ? tools : [...tools, { kind: "tool", name }];
  if (text !== "off") return fail("must be on or off");
  if (has) return tools.filter((tool) => tool.name !== name);
  return fail(
    `must name a tool of the agent (${tools.map((tool) => tool.name).join(", ") || "it has none"})`,
  );
}
