/**
 * Judges of finished runs. One file per scorer; this list is where a new one is added. A scorer reads the trace and nothing
 * else: the same run always gets the same score.
 *
 * @module
 */
import { AgentOpError, nearest, type Scorer } from "../core/mod.ts";
import { parseCheckedYaml } from "../schema/mod.ts";
import type { ScorerFactory } from "./define_scorer.ts";

export { defineScorer, passOrFail, type ScorerFactory } from "./define_scorer.ts";

/** By name. Loaded when needed: a command line shows the names without the rest. */
const SCORERS: ReadonlyMap<string, () => Promise<ScorerFactory>> = new Map([
  ["exact", () => import("./exact.ts").then((file) => file.exact)],
  ["includes", () => import("./includes.ts").then((file) => file.includes)],
  ["regex", () => import("./regex.ts").then((file) => file.regex)],
  ["numeric", () => import("./numeric.ts").then((file) => file.numeric)],
  ["json", () => import("./json_answer.ts").then((file) => file.jsonAnswer)],
  ["similarity", () => import("./similarity.ts").then((file) => file.similarity)],
  ["tool_called", () => import("./tool_called.ts").then((file) => file.toolCalled)],
  ["completed", () => import("./completed.ts").then((file) => file.completed)],
  ["max_cost", () => import("./limits.ts").then((file) => file.maxCost)],
  ["max_duration", () => import("./limits.ts").then((file) => file.maxDuration)],
  ["max_steps", () => import("./limits.ts").then((file) => file.maxSteps)],
  ["max_tokens", () => import("./limits.ts").then((file) => file.maxTokens)],
]);

/** In the order a person should see them. */
export const SCORER_NAMES: readonly string[] = [...SCORERS.keys()];

/** Every kind of scorer, in the order of `SCORER_NAMES`. */
export async function loadScorers(): Promise<readonly ScorerFactory[]> {
  return await Promise.all([...SCORERS.values()].map((load) => load()));
}

/**
 * A scorer as one writes it on a command line: `NAME`, `NAME=VALUE` for its main setting, or `NAME={key: value, …}` (YAML).
 * Throws `AgentOpError`.
 */
export async function parseScorer(text: string): Promise<Scorer> {
  const at = text.indexOf("=");
  const factory = await loadScorer((at < 0 ? text : text.slice(0, at)).trim());
  if (at < 0) return factory.create(undefined);
  const value = text.slice(at + 1);
  if (value.trimStart().startsWith("{")) {
    const { z } = await import("zod");
    const settings = z.record(z.string(), z.unknown());
    const { data } = await parseCheckedYaml(value, `the settings of ${factory.name}`, settings);
    return factory.create(data);
  }
  if (factory.setting === undefined) {
    throw new AgentOpError(`Cannot set up scorer "${factory.name}": it has no settings`, {
      remedy: factory.example,
    });
  }
  return factory.create({ [factory.setting]: value });
}

async function loadScorer(name: string): Promise<ScorerFactory> {
  const load = SCORERS.get(name);
  if (load) return await load();
  throw new AgentOpError(
    `Cannot set up scorer ${JSON.stringify(name.slice(0, 80))}: there is no such scorer`,
    { remedy: nearest(name, SCORER_NAMES) ?? `one of ${SCORER_NAMES.join(", ")}` },
  );
}
