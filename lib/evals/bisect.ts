import type { AgentConfig } from "../agent/mod.ts";
import { AgentOpError, roundUsd, type Run } from "../core/mod.ts";
import { type BisectOptions, BisectSearch, type BisectTrial } from "./bisect_search.ts";
import { applyConfigEdits, type ConfigEdit, configEdits } from "./config_edits.ts";
import type { ReplayServices } from "../replay/mod.ts";

export interface BisectResult {
  readonly edits: readonly ConfigEdit[];
  readonly culprit: ConfigEdit;
  readonly trials: readonly BisectTrial[];
  readonly savedCostUsd: number;
}

/**
 * Takes over one edit after the other from the bad run's configuration and looks for the first with which the run is no longer
 * good, by halving. Throws `AgentOpError`.
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
  for (const run of [good, bad]) {
    if (typeof run.config["model"] !== "string" || !Array.isArray(run.config["tools"])) {
      fail(`the configuration of ${run.runId} is not on record`, "runs made here");
    }
  }
  const config = good.config as unknown as AgentConfig;
  const edits = configEdits(config, bad.config as unknown as AgentConfig);
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
    options,
  );
  const culprit = edits[await search.firstFailing(edits.length) - 1]!;
  return { edits, culprit, trials: search.trials, savedCostUsd: roundUsd(search.savedCostUsd) };
}

export function because(explanation: string | undefined): string {
  return explanation === undefined ? " the check" : `: ${explanation}`;
}
