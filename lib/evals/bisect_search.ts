import { type AgentConfig, strictest } from "../agent/mod.ts";
import { addUsd, roundUsd, type Run } from "../core/mod.ts";
import type { Judge, Verdict } from "./judge.ts";
import { type ReplayOptions, replayRun, type ReplayServices } from "../replay/mod.ts";

export interface BisectOptions {
  readonly judge: Judge;
  /** Tries of each configuration; more than half must pass. @default 1 */
  readonly repeat?: number;
  readonly replay: Pick<ReplayOptions, "runner" | "signal" | "rightsOf">;
  /** Told of each try. */
  readonly onTrial?: (trial: BisectTrial) => void;
}

/** One try of a configuration. */
export interface BisectTrial extends Verdict {
  /** How many edits were taken over, in their order. */
  readonly edits: number;
  /** The last of them was taken over without those before it. */
  readonly alone?: true;
  /** The run that tried it. */
  readonly runId: string;
}

/** Tries configurations between a good and a bad one. Each trial is a hybrid replay of the good run. */
export class BisectSearch {
  readonly trials: BisectTrial[] = [];
  #savedCostUsd: number | null = 0;
  readonly #services: ReplayServices;
  readonly #good: Run;
  readonly #options: BisectOptions;
  readonly #configAt: (edits: number) => AgentConfig;

  constructor(
    services: ReplayServices,
    good: Run,
    configAt: (edits: number) => AgentConfig,
    options: BisectOptions,
  ) {
    this.#services = services;
    this.#good = good;
    this.#configAt = configAt;
    this.#options = options;
  }

  /** The first of `count` configurations that fails, by halving; the last one is known to fail. */
  async firstFailing(count: number): Promise<number> {
    let [passing, failing] = [0, count];
    while (failing - passing > 1) {
      const middle = (passing + failing) >> 1;
      if (await this.passes(middle)) passing = middle;
      else failing = middle;
    }
    return failing;
  }

  /** Tries one configuration until more than half of the wanted tries have passed, or can no longer. */
  async passes(edits: number): Promise<boolean> {
    return await this.passesWith(this.#configAt(edits), edits);
  }

  /** The same for any configuration. */
  async passesWith(config: AgentConfig, edits: number, alone = false): Promise<boolean> {
    const { repeat = 1 } = this.#options;
    let [passes, fails] = [0, 0];
    while (passes * 2 <= repeat && fails * 2 < repeat) {
      if (await this.#try(config, { edits, ...(alone ? { alone: true as const } : {}) })) passes++;
      else fails++;
    }
    return passes * 2 > repeat;
  }

  /** What recorded answers saved, USD; `null` when some of it is unknown. */
  get savedCostUsd(): number | null {
    return this.#savedCostUsd === null ? null : roundUsd(this.#savedCostUsd);
  }

  async #try(config: AgentConfig, what: Pick<BisectTrial, "edits" | "alone">): Promise<boolean> {
    const { replay, judge } = this.#options;
    const { run, savedCostUsd } = await replayRun(this.#services, this.#good.runId, {
      mode: "hybrid",
      tools: "live",
      overrides: {},
      edits: new Map(),
      config,
      rightsOf: () => Promise.resolve({ approve: strictest("ask", config.approve), isGuarded: false }),
      ...replay,
    });
    replay.signal?.throwIfAborted();
    const verdict = await judge.judgeAndKeep(run);
    const trial: BisectTrial = { ...what, runId: run.runId, ...verdict };
    this.trials.push(trial);
    this.#options.onTrial?.(trial);
    this.#savedCostUsd = addUsd(this.#savedCostUsd, savedCostUsd);
    return verdict.passed;
  }
}
