import { createHash } from "node:crypto";
import { canonicalJson, type Message } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";

/** Beginnings that are alike so far, in UTF-16 units, are taken for the same. */
const PREFIX_CHARS_MAX = 1024;

/**
 * What the server looks for a cached beginning of a conversation under: the same for every call of a run and of its forks and replays,
 * and for other runs of the agent with these instructions. A hash, so it tells nobody what the conversation is about. `undefined`:
 * the agent wants none.
 */
export function promptCacheKey(
  { name, model, parameters }: Pick<AgentConfig, "name" | "model" | "parameters">,
  messages: readonly Message[],
): string | undefined {
  const { promptCacheKey: given } = parameters;
  if (given !== undefined) return given === "off" ? undefined : given;
  const prefix = JSON.stringify(messages[0] ?? null).slice(0, PREFIX_CHARS_MAX);
  const hash = createHash("sha256").update(canonicalJson([name, model, prefix])).digest("hex");
  return `agentop-${hash.slice(0, 32)}`;
}
