import { AgentOpError, nearest } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";

type Parse = (text: string, fail: (must: string) => never) => unknown;

const number = (min: number, max: number, must: string): Parse => (text, fail) => {
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) || value < min || value > max ? fail(must) : value;
};
const integer = (min: number, must: string): Parse => (text, fail) => {
  const value = Number(text);
  return text.trim() === "" || !Number.isSafeInteger(value) || value < min ? fail(must) : value;
};
const oneOf = (...values: readonly string[]): Parse => (text, fail) =>
  values.includes(text) ? text : fail(`must be ${values.join(", ")}`);
const truth: Parse = (text, fail) =>
  text === "true" ? true : text === "false" ? false : fail("must be true or false");

const PARAMETERS: Readonly<Record<string, Parse>> = {
  temperature: number(0, 1.5, "must be a number from 0 to 1.5"),
  topP: number(0, 1, "must be a number from 0 to 1"),
  maxTokens: integer(1, "must be a positive integer"),
  seed: integer(0, "must be an integer, 0 or more"),
  toolChoice: oneOf("auto", "none", "any", "required"),
  reasoningEffort: oneOf("none", "minimal", "low", "medium", "high", "xhigh"),
  parallelToolCalls: truth,
  safePrompt: truth,
};
const TOP_LEVEL = ["model", "instructions"] as const;

/** `tools.NAME=off` takes a tool away, `on` adds one that needs no settings. */
function withTool(
  tools: AgentConfig["tools"],
  name: string,
  text: string,
  fail: (must: string) => never,
): AgentConfig["tools"] {
  const has = tools.some((tool) => tool.name === name);
  if (text === "on") return has ? tools : [...tools, { kind: "tool", name }];
  if (text !== "off") return fail("must be on or off");
  if (has) return tools.filter((tool) => tool.name !== name);
  return fail(
    `must name a tool of the agent (${tools.map((tool) => tool.name).join(", ") || "it has none"})`,
  );
}

export const OVERRIDE_KEYS: readonly string[] = [...TOP_LEVEL, ...Object.keys(PARAMETERS)];

/** Applies `--set key=value` pairs. Throws an `AgentOpError` that names the key. */
export function applyOverrides(
  config: AgentConfig,
  overrides: Readonly<Record<string, string>>,
): AgentConfig {
  let next = config;
  for (const [key, text] of Object.entries(overrides)) {
    const fail = (must: string): never => {
      throw new AgentOpError(`Cannot set ${key}: it ${must}: got "${text}"`, {
        remedy: `--set ${key}=VALUE`,
      });
    };
    if (key === "model" || key === "instructions") {
      if (key === "model" && text.trim() === "") fail("must not be empty");
      next = { ...next, [key]: text };
    } else if (Object.hasOwn(PARAMETERS, key)) {
      next = { ...next, parameters: { ...next.parameters, [key]: PARAMETERS[key]!(text, fail) } };
    } else if (key.startsWith("tools.")) {
      next = { ...next, tools: withTool(next.tools, key.slice("tools.".length), text, fail) };
    } else {
      const guess = nearest(key, OVERRIDE_KEYS);
      throw new AgentOpError(`Cannot set ${key.slice(0, 60)}: no such parameter`, {
        remedy: guess ? `--set ${guess}=…` : OVERRIDE_KEYS.join(", "),
      });
    }
  }
  return next;
}
