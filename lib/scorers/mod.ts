/**
 * Ring 1: judges of finished runs. One file per scorer; this list is where a new one is added. A scorer reads the trace and
 * nothing else: the same run always gets the same score.
 *
 * @module
 */
import { z } from "zod";
import { AgentOpError, nearest, type Scorer } from "../core/mod.ts";
import { parseCheckedYaml } from "../schema/mod.ts";
import { completed } from "./completed.ts";
import type { ScorerFactory } from "./define_scorer.ts";
import { exact } from "./exact.ts";
import { includes } from "./includes.ts";
import { jsonAnswer } from "./json_answer.ts";
import { maxCost, maxDuration, maxSteps, maxTokens } from "./limits.ts";
import { numeric } from "./numeric.ts";
import { regex } from "./regex.ts";
import { similarity } from "./similarity.ts";
import { toolCalled } from "./tool_called.ts";

export { defineScorer, passOrFail, type ScorerFactory } from "./define_scorer.ts";

export const SCORER_FACTORIES: readonly ScorerFactory[] = [
  exact,
  includes,
  regex,
  numeric,
  jsonAnswer,
  similarity,
  toolCalled,
  completed,
  maxCost,
  maxDuration,
  maxSteps,
  maxTokens,
];

const SETTINGS = z.record(z.string(), z.unknown());

/**
 * A scorer as one writes it on a command line: `NAME`, `NAME=VALUE` for its main setting, or `NAME={key: value, …}` (YAML).
 * Throws `AgentOpError`.
 */
export async function parseScorer(text: string): Promise<Scorer> {
  const at = text.indexOf("=");
  const factory = factoryOf((at < 0 ? text : text.slice(0, at)).trim());
  if (at < 0) return factory.create(undefined);
  const value = text.slice(at + 1);
  if (value.trimStart().startsWith("{")) {
    const { data } = await parseCheckedYaml(value, `the settings of ${factory.name}`, SETTINGS);
    return factory.create(data);
  }
  if (factory.setting === undefined) {
    throw new AgentOpError(`Cannot set up scorer "${factory.name}": it has no settings`, {
      remedy: factory.example,
    });
  }
  return factory.create({ [factory.setting]: value });
}

function factoryOf(name: string): ScorerFactory {
  const found = SCORER_FACTORIES.find((factory) => factory.name === name);
  if (found) return found;
  const names = SCORER_FACTORIES.map((factory) => factory.name);
  throw new AgentOpError(
    `Cannot set up scorer ${JSON.stringify(name.slice(0, 80))}: there is no such scorer`,
    { remedy: nearest(name, names) ?? `one of ${names.join(", ")}` },
  );
}
