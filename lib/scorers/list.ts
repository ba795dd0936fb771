import { AgentOpError, nearest } from "../core/mod.ts";
import type { ScorerFactory } from "./define_scorer.ts";

/** By name. Loaded when needed: a command line shows the names without the rest. */
const SCORERS: ReadonlyMap<string, () => Promise<ScorerFactory>> = new Map([
  ["exact", () => import("./exact.ts").then((file) => file.exact)],
  ["includes", () => import("./contains.ts").then((file) => file.includes)],
  ["contains", () => import("./contains.ts").then((file) => file.contains)],
  ["contains_all", () => import("./contains.ts").then((file) => file.containsAll)],
  ["contains_any", () => import("./contains.ts").then((file) => file.containsAny)],
  ["regex", () => import("./regex.ts").then((file) => file.regex)],
  ["numeric", () => import("./numeric.ts").then((file) => file.numeric)],
  ["json", () => import("./json_answer.ts").then((file) => file.jsonAnswer)],
  ["json_equal", () => import("./json_equal.ts").then((file) => file.jsonEqual)],
  ["similarity", () => import("./similarity.ts").then((file) => file.similarity)],
  ["bleu", () => import("./bleu.ts").then((file) => file.bleu)],
  ["rouge_l", () => import("./rouge_l.ts").then((file) => file.rougeL)],
  ["chrf", () => import("./chrf.ts").then((file) => file.chrf)],
  ["edit_distance", () => import("./edit_distance.ts").then((file) => file.editDistance)],
  ["tool_called", () => import("./tool_called.ts").then((file) => file.toolCalled)],
  ["tool_not_called", () => import("./tool_not_called.ts").then((file) => file.toolNotCalled)],
  ["tool_order", () => import("./tool_order.ts").then((file) => file.toolOrder)],
  ["tool_arguments", () => import("./tool_arguments.ts").then((file) => file.toolArguments)],
  ["trajectory", () => import("./trajectory.ts").then((file) => file.trajectory)],
  ["no_loop", () => import("./no_loop.ts").then((file) => file.noLoop)],
  ["faithful_numbers", () => import("./faithful_numbers.ts").then((file) => file.faithfulNumbers)],
  ["completed", () => import("./completed.ts").then((file) => file.completed)],
  ["max_cost", () => import("./limits.ts").then((file) => file.maxCost)],
  ["max_duration", () => import("./limits.ts").then((file) => file.maxDuration)],
  ["max_steps", () => import("./limits.ts").then((file) => file.maxSteps)],
  ["max_tokens", () => import("./limits.ts").then((file) => file.maxTokens)],
  ["latency", () => import("./limits_graded.ts").then((file) => file.latency)],
  ["cost", () => import("./limits_graded.ts").then((file) => file.cost)],
  ["tokens", () => import("./limits_graded.ts").then((file) => file.tokens)],
  ["steps", () => import("./limits_graded.ts").then((file) => file.steps)],
  ["judge", () => import("./judge.ts").then((file) => file.judge)],
  ["pairwise", () => import("./pairwise_judge.ts").then((file) => file.pairwiseJudge)],
  ["panel", () => import("./panel.ts").then((file) => file.panel)],
  ["command", () => import("./command.ts").then((file) => file.command)],
  ["human", () => import("./human.ts").then((file) => file.human)],
]);

/** In the order a person should see them. */
export const SCORER_NAMES: readonly string[] = [...SCORERS.keys()];

/** Every kind of scorer, in the order of `SCORER_NAMES`. */
export async function loadScorers(): Promise<readonly ScorerFactory[]> {
  return await Promise.all([...SCORERS.values()].map((load) => load()));
}

/** One kind. Throws `AgentOpError` with the nearest name. */
export async function loadScorer(name: string): Promise<ScorerFactory> {
  const load = SCORERS.get(name);
  if (load) return await load();
  throw new AgentOpError(
    `Cannot set up scorer ${JSON.stringify(name.slice(0, 80))}: there is no such scorer`,
    { remedy: nearest(name, SCORER_NAMES) ?? `one of ${SCORER_NAMES.join(", ")}` },
  );
}
