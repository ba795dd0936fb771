import { checkComparable } from "../analysis/mod.ts";
import { AgentOpError, type Baseline, nearest, nowUs, oneLine, type Run, type Scorer } from "../core/mod.ts";
import type { BaselineCheck, BaselineReport } from "../evals/mod.ts";
import type { App } from "./app.ts";

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,79}$/u;

/** Times what the baseline cost, or took, unless said otherwise. */
export const COST_FACTOR_DEFAULT = 1.5;
export const TIME_FACTOR_DEFAULT = 3;

export interface BaselineChoice {
  /** As on a command line; the answer must be much like the baseline's unless given. */
  readonly scorers?: readonly string[];
  /** @default 1.5 */
  readonly costFactorMax?: number;
  /** @default 3 */
  readonly timeFactorMax?: number;
  /** @default nothing */
  readonly ignore?: readonly BaselineCheck[];
}

/** A baseline with its run; absent where that was deleted or the baseline is damaged. */
export interface KnownBaseline extends Baseline {
  readonly run?: Run;
}

/** Keeps a run as what others must look like; one of that name is replaced. Throws `AgentOpError`. */
export async function setBaseline(app: App, name: string, reference: string): Promise<KnownBaseline> {
  if (!NAME.test(name)) {
    throw new AgentOpError(
      `Cannot set baseline "${oneLine(name, 60)}": a name has at most 80 letters, digits, dots and dashes`,
      { remedy: "agentop baseline set totals last" },
    );
  }
  const store = await app.store();
  const run = await store.resolveRun(reference);
  checkComparable(run);
  const baseline = { name, runId: run.runId, createdAtUs: nowUs(app.host) };
  await store.saveBaseline(baseline);
  return { ...baseline, run };
}

/** By name. */
export async function baselines(app: App): Promise<readonly KnownBaseline[]> {
  const store = await app.store();
  return await Promise.all((await store.listBaselines()).map(async (it) => {
    const run = it.isDamaged ? undefined : await store.resolveRun(it.runId).catch(() => undefined);
    return { ...it, ...(run ? { run } : {}) };
  }));
}

/** Holds a run to a baseline. Throws `AgentOpError` where there is none of that name, or a run has not ended. */
export async function checkAgainst(
  app: App,
  name: string,
  reference: string,
  choice: BaselineChoice = {},
): Promise<BaselineReport> {
  const [{ checkBaseline }, store] = await Promise.all([import("../evals/mod.ts"), app.store()]);
  const run = await store.resolveRun(reference);
  const known = await store.listBaselines();
  const found = known.find((it) => it.name === name);
  if (!found) {
    const guess = nearest(name, known.map((it) => it.name));
    throw new AgentOpError(`Cannot find baseline "${oneLine(name, 60)}": there is none of that name`, {
      remedy: guess ?? `agentop baseline set ${oneLine(name, 60)} RUN`,
    });
  }
  if (found.isDamaged) {
    throw new AgentOpError(`Cannot check against ${name}: the baseline is damaged`, {
      remedy: `agentop baseline set ${name} RUN`,
    });
  }
  const baseline = await store.resolveRun(found.runId).catch((cause) => {
    throw new AgentOpError(`Cannot check against ${name}: its run ${found.runId} is not in the store`, {
      remedy: `agentop baseline set ${name} RUN`,
      cause,
    });
  });
  checkComparable(baseline);
  checkComparable(run);
  return await checkBaseline(await app.replayServices(), baseline, run, {
    scorers: await scorersOf(choice.scorers ?? [], baseline),
    costFactorMax: choice.costFactorMax ?? COST_FACTOR_DEFAULT,
    timeFactorMax: choice.timeFactorMax ?? TIME_FACTOR_DEFAULT,
    ignore: choice.ignore ?? [],
  });
}

async function scorersOf(wanted: readonly string[], { output = "" }: Run): Promise<readonly Scorer[]> {
  const { loadScorers, parseScorer } = await import("../scorers/mod.ts");
  if (wanted.length > 0) return await Promise.all(wanted.map((it) => parseScorer(it)));
  // An answer without a word is like another one without.
  if (output.trim() === "") return [];
  const similarity = (await loadScorers()).find((it) => it.name === "similarity");
  return similarity ? [similarity.create({ text: output })] : [];
}
