import { type AgentConfig, agentConfigOf, narrowest, strictest } from "../agent/mod.ts";
import { AgentOpError, type Run } from "../core/mod.ts";
import { type BisectOptions, BisectSearch, type BisectTrial } from "./bisect_search.ts";
import { applyConfigEdits, type ConfigEdit, configEdits } from "./config_edits.ts";
import { diffRuns } from "../analysis/mod.ts";
import type { ReplayServices } from "../replay/mod.ts";

/** What made a good run bad, and how that was found. */
export interface BisectResult {
  /** All that is not the same in the two configurations. */
  readonly edits: readonly ConfigEdit[];
  /** `null`: the run is good with the whole changed configuration, so that is not the cause. */
  readonly culprit: ConfigEdit | null;
  /** Whether the culprit makes the run bad by itself, or only with the edits before it; `null` where there is none before it. */
  readonly alone: boolean | null;
  /** Where the two runs differ first, when the configuration is not the cause. */
  readonly difference: { readonly step: number; readonly kind: string; readonly name: string } | null;
  /** What was tried, in order. */
  readonly trials: readonly BisectTrial[];
  /** USD; `null` when some of it is unknown. */
  readonly savedCostUsd: number | null;
}

/**
 * Runs the good run again with the bad run's whole configuration: when it stays good, the cause lies elsewhere. Otherwise takes
 * over one edit after the other, finds by halving the first with which the run is no longer good, and tries that one alone.
 * Names nothing that was not tried. Throws `AgentOpError`.
 */
export async function bisectRuns(
  services: ReplayServices,
  good: Run,
  bad: Run,
  options: BisectOptions,
): Promise<BisectResult> {
  const fail = (reason: string, remedy: string): never => {
    throw new AgentOpError(`Cannot bisect ${good.runId} and ${bad.runId}: ${reason}`, { remedy });
  };
  if (good.prompt !== bad.prompt) fail("their prompts differ", `two runs of one prompt`);
  const agentOf = async (run: Run): Promise<AgentConfig> =>
    await agentConfigOf(run) ?? fail(`the configuration of ${run.runId} is not on record`, "runs made here");
  const config = await agentOf(good);
  const edits = configEdits(config, await agentOf(bad));
  if (edits.length === 0) {
    fail("their configurations are the same", `agentop diff ${good.runId} ${bad.runId}`);
  }
  const { judge } = options;
  const first = await judge.judge(good);
  if (!first.passed) {
    fail(`the good run fails${because(first.explanation)}`, "the other order, or another check");
  }
  const last = await judge.judge(bad);
  if (last.passed) fail(`the bad run passes${because(last.explanation)}`, "another check");
  const search = new BisectSearch(
    services,
    good,
    (count) => applyConfigEdits(config, edits.slice(0, count)),
    { ...options, replay: { ...options.replay, rightsOf: () => rightsOfBoth(services, good, bad) } },
  );
  const done = () => ({ edits, trials: search.trials, savedCostUsd: search.savedCostUsd });
  if (await search.passes(edits.length)) {
    return { culprit: null, alone: null, difference: await firstDifference(services, good, bad), ...done() };
  }
  const failing = await search.firstFailing(edits.length);
  const culprit = edits[failing - 1]!;
  const isFirst = failing === 1;
  const alone = isFirst ? null : !await search.passesWith(applyConfigEdits(config, [culprit]), 1, true);
  return { culprit, alone, difference: null, ...done() };
}

/** A trial may do what both runs may: it mixes their configurations. */
async function rightsOfBoth({ rightsFor }: ReplayServices, good: Run, bad: Run) {
  const [one, other] = [await rightsFor(good), await rightsFor(bad)];
  const widest = one.widest && other.widest
    ? narrowest(one.widest, other.widest)
    : one.widest ?? other.widest;
  return {
    approve: strictest(one.approve, other.approve),
    isGuarded: one.isGuarded === true || other.isGuarded === true,
    ...(widest ? { widest } : {}),
  };
}

async function firstDifference(
  { store }: ReplayServices,
  good: Run,
  bad: Run,
): Promise<BisectResult["difference"]> {
  const diff = await diffRuns(await store.loadTrace(good.traceId), await store.loadTrace(bad.traceId));
  // A model is asked with another text wherever the configuration differs: what a tool said is the news.
  const differing = diff.steps.filter((step) => step.op !== "same");
  const first = differing.find((step) => step.kind === "tool") ?? differing[0];
  return first ? { step: (first.right ?? first.left)!, kind: first.kind, name: first.name } : null;
}

export function because(explanation: string | undefined): string {
  return explanation === undefined ? " the check" : `: ${explanation}`;
}
