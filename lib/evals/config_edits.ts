import { diffArrays } from "diff";
import type { AgentConfig } from "../agent/mod.ts";
import { canonicalJson } from "../core/mod.ts";

/** One difference between two agents' configurations that can be taken over by itself. */
export interface ConfigEdit {
  /** `model`, `instructions`, `parameters.temperature`, `tools.calculator`, `memory.window`, `limits.maxSteps`, … */
  readonly key: string;
  /** Where the differing lines of the good instructions begin, from 1. */
  readonly line?: number;
  /** What the good run had. */
  readonly good: unknown;
  /** What the bad one has. */
  readonly bad: unknown;
}

/** What makes the one configuration the other, smallest parts first in a fixed order. */
export function configEdits(good: AgentConfig, bad: AgentConfig): readonly ConfigEdit[] {
  const edits: ConfigEdit[] = [];
  const compare = (key: string, left: unknown, right: unknown) => {
    if (canonicalJson(left ?? null) !== canonicalJson(right ?? null)) {
      edits.push({ key, good: left, bad: right });
    }
  };
  compare("model", good.model, bad.model);
  edits.push(...instructionEdits(good.instructions, bad.instructions));
  for (const part of ["parameters", "memory", "limits"] as const) {
    const [left, right]: readonly Readonly<Record<string, unknown>>[] = [good[part], bad[part]];
    for (const key of new Set([...Object.keys(left!), ...Object.keys(right!)])) {
      compare(`${part}.${key}`, left![key], right![key]);
    }
  }
  const tool = (config: AgentConfig, name: string) => config.tools.find((it) => it.name === name);
  for (const name of new Set([...good.tools, ...bad.tools].map((it) => it.name))) {
    compare(`tools.${name}`, tool(good, name), tool(bad, name));
  }
  return edits;
}

/** `config` with the first edits of `configEdits(config, …)` made. */
export function applyConfigEdits(config: AgentConfig, edits: readonly ConfigEdit[]): AgentConfig {
  const lines = config.instructions.split("\n");
  // From the last line up, so that the lines before it keep their numbers.
  for (const { line, good, bad } of edits.toReversed()) {
    if (line !== undefined) lines.splice(line - 1, linesOf(good).length, ...linesOf(bad));
  }
  return edits.reduce((next, { key, bad }) => {
    const [part, ...rest] = key.split(".");
    const name = rest.join(".");
    if (part === "parameters" || part === "memory" || part === "limits") {
      const { [name]: _, ...others }: Readonly<Record<string, unknown>> = next[part];
      return { ...next, [part]: bad === undefined ? others : { ...others, [name]: bad } };
    }
    if (part === "model") return { ...next, model: bad as string };
    if (part !== "tools") return next;
    const at = next.tools.findIndex((it) => it.name === name);
    const tools = next.tools.filter((it) => it.name !== name);
    if (bad !== undefined) tools.splice(at < 0 ? tools.length : at, 0, bad as AgentConfig["tools"][number]);
    return { ...next, tools };
  }, { ...config, instructions: lines.join("\n") });
}

function linesOf(text: unknown): readonly string[] {
  return typeof text === "string" ? text.split("\n") : [];
}

/** One edit for each run of lines that differ. */
function instructionEdits(good: string, bad: string): readonly ConfigEdit[] {
  if (good === bad) return [];
  const edits: { key: string; line: number; good: string | undefined; bad: string | undefined }[] = [];
  let line = 1;
  let isOpen = false;
  for (const { value, added, removed } of diffArrays(good.split("\n"), bad.split("\n"))) {
    const isSame = !added && !removed;
    if (!isSame) {
      if (!isOpen) edits.push({ key: "instructions", line, good: undefined, bad: undefined });
      edits.at(-1)![removed ? "good" : "bad"] = value.join("\n");
    }
    isOpen = !isSame;
    if (!added) line += value.length;
  }
  return edits;
}
