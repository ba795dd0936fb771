import type { AgentConfig } from "../agent/mod.ts";
import { AgentOpError, canonicalJson, messageOf, type Run } from "../core/mod.ts";
import type { Context } from "./context.ts";
import { type ReplayOptions, replayRun } from "./replay_run.ts";

const CHECK_MS_MAX = 60_000;

/** One difference between two agents' configurations that can be taken over by itself. */
export interface ConfigEdit {
  /** `model`, `instructions`, `parameters.temperature`, `tools.calculator`, `memory.window`, … */
  readonly key: string;
  readonly good: unknown;
  readonly bad: unknown;
}

export interface BisectTrial {
  /** How many edits were taken over, in their order. */
  readonly edits: number;
  readonly runId: string;
  readonly passed: boolean;
}

export interface BisectResult {
  readonly edits: readonly ConfigEdit[];
  readonly culprit: ConfigEdit;
  readonly trials: readonly BisectTrial[];
  readonly savedCostUsd: number;
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
  compare("instructions", good.instructions, bad.instructions);
  for (const part of ["parameters", "memory"] as const) {
    const [left, right] = [good[part], bad[part]] as unknown as Record<string, unknown>[];
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

/** `config` with the edits made. */
export function applyConfigEdits(config: AgentConfig, edits: readonly ConfigEdit[]): AgentConfig {
  return edits.reduce((next, { key, bad }) => {
    const [part, ...rest] = key.split(".");
    const name = rest.join(".");
    if (part === "parameters" || part === "memory") {
      const { [name]: _, ...others } = next[part] as unknown as Record<string, unknown>;
      return { ...next, [part]: bad === undefined ? others : { ...others, [name]: bad } };
    }
    if (part !== "tools") return { ...next, [key]: bad };
    const at = next.tools.findIndex((it) => it.name === name);
    const tools = next.tools.filter((it) => it.name !== name);
    if (bad !== undefined) tools.splice(at < 0 ? tools.length : at, 0, bad as AgentConfig["tools"][number]);
    return { ...next, tools };
  }, config);
}

/**
 * Takes over one edit after the other from the bad run's configuration and looks for the first with which the check fails, by
 * halving. Each trial is a hybrid replay of the good run. Throws `AgentOpError`.
 */
export async function bisectRuns(
  context: Context,
  good: Run,
  bad: Run,
  options: BisectOptions,
): Promise<BisectResult> {
  const fail = (reason: string, remedy: string): never => {
    throw new AgentOpError(`Cannot bisect ${good.runId} and ${bad.runId}: ${reason}. Try: ${remedy}`);
  };
  if (good.prompt !== bad.prompt) fail("their prompts differ", `two runs of one prompt`);
  const config = good.config as unknown as AgentConfig;
  for (const run of [good, bad]) {
    if (typeof run.config["model"] !== "string" || !Array.isArray(run.config["tools"])) {
      fail(`the configuration of ${run.runId} is not on record`, "runs made here");
    }
  }
  const edits = configEdits(config, bad.config as unknown as AgentConfig);
  if (edits.length === 0) {
    fail("their configurations are the same", `agentop diff ${good.runId} ${bad.runId}`);
  }
  const passes = (run: Run) => check(options.check, run.output ?? "");
  if (!await passes(good)) fail("the good run fails the check", "the other order, or another --check");
  if (await passes(bad)) fail("the bad run passes the check", "another --check");
  const search = await halve(
    context,
    good,
    edits.length,
    options,
    (count) => applyConfigEdits(config, edits.slice(0, count)),
  );
  return {
    edits,
    culprit: edits[search.failing - 1]!,
    trials: search.trials,
    savedCostUsd: search.savedCostUsd,
  };
}

export interface BisectOptions {
  readonly check: string;
  readonly replay: Pick<ReplayOptions, "runner" | "signal">;
}

/** The first of `count` configurations with which the check fails, by halving; the last one is known to fail. */
export async function halve(
  context: Context,
  good: Run,
  count: number,
  options: BisectOptions,
  configAt: (index: number) => AgentConfig,
): Promise<
  { readonly failing: number; readonly trials: readonly BisectTrial[]; readonly savedCostUsd: number }
> {
  const trials: BisectTrial[] = [];
  let savedCostUsd = 0;
  let [passing, failing] = [0, count];
  while (failing - passing > 1) {
    const middle = (passing + failing) >> 1;
    const trial = await tryConfig(context, good, configAt(middle), options);
    trials.push({ edits: middle, runId: trial.runId, passed: trial.passed });
    savedCostUsd += trial.savedCostUsd;
    if (trial.passed) passing = middle;
    else failing = middle;
  }
  return { failing, trials, savedCostUsd };
}

/** A hybrid replay of the good run with another configuration, and what the check says of its answer. */
export async function tryConfig(
  context: Context,
  good: Run,
  config: AgentConfig,
  options: BisectOptions,
): Promise<{ readonly runId: string; readonly passed: boolean; readonly savedCostUsd: number }> {
  const { run, savedCostUsd } = await replayRun(context, good.runId, {
    mode: "hybrid",
    tools: "live",
    overrides: {},
    edits: new Map(),
    config,
    ...options.replay,
  });
  options.replay.signal?.throwIfAborted();
  return { runId: run.runId, passed: await check(options.check, run.output ?? ""), savedCostUsd };
}

/** Runs the command with the answer on stdin: exit code 0 passes. */
export async function check(command: string, answer: string): Promise<boolean> {
  const [shell, flag] = Deno.build.os === "windows" ? ["cmd", "/c"] : ["sh", "-c"];
  const refuse = (reason: string): never => {
    throw new AgentOpError(`Cannot check an answer: ${reason}. Try: --check 'grep -q WORD'`);
  };
  const signal = AbortSignal.timeout(CHECK_MS_MAX);
  try {
    const child = new Deno.Command(shell!, {
      args: [flag!, command],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      signal,
    }).spawn();
    const writer = child.stdin.getWriter();
    const sent = writer.write(new TextEncoder().encode(answer)).then(() => writer.close()).catch(() => {});
    const [{ code }] = await Promise.all([child.status, sent]);
    if (signal.aborted) refuse(`the command ran longer than ${CHECK_MS_MAX / 1000} s`);
    if (code === 126 || code === 127) refuse(`the command could not be run (exit code ${code})`);
    return code === 0;
  } catch (error) {
    if (error instanceof AgentOpError) throw error;
    return refuse(messageOf(error));
  }
}
