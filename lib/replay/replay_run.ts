import {
  type AgentConfig,
  agentOnRecord,
  AgentRunner,
  type AgentServices,
  applyOverrides,
  type BudgetLedger,
  narrowest,
  operatedConfig,
  type Rights,
  type RunnerOptions,
  type RunRequest,
  strictest,
} from "../agent/mod.ts";
import { addUsd, AgentOpError, ATTR, isLive, type Run, type Trace } from "../core/mod.ts";
import { diffRuns, type RunDiff } from "../analysis/mod.ts";
import { begunTrace, forkEvents, type ForkPlan, type ForkRequest, planFork } from "./fork.ts";
import { keepDiff } from "./keep_diff.ts";
import {
  askForTools,
  hybridServices,
  operationsAgain,
  type ReplayMode,
  replayTags,
  type ToolPolicy,
} from "./hybrid.ts";
import { checkReplayable, createRecording, inheritedSteps, paidFor } from "./recording.ts";
import { repeatInProcess } from "./recorded_process.ts";
import { recordedServices } from "./recorded_run.ts";
import { type Divergence, ReplayLedger } from "./replay_provider.ts";
import type { ReplayServices, ReplayStore } from "./services.ts";

export interface ReplayOptions {
  readonly mode: ReplayMode;
  /** The first step to run again. */
  readonly from?: number;
  /** What steps say instead, by their number; 0 is the prompt. */
  readonly edits: ReadonlyMap<number, string>;
  readonly overrides: Readonly<Record<string, string>>;
  /** For tool calls that are not on record. */
  readonly tools: ToolPolicy;
  /** Run it under this configuration instead of the recorded one. */
  readonly config?: AgentConfig;
  /** What it may do, asked once it could begin. Otherwise what is known of the run decides, and nobody is asked. */
  readonly rightsOf?: ReplayServices["rightsFor"];
  readonly runner?: RunnerOptions;
  readonly signal?: AbortSignal;
  /** What the new run belongs to, and labels besides its own. @default what the original belongs to */
  readonly request?: Pick<RunRequest, "group" | "tags">;
  /** Money that it shares with other runs. */
  readonly ledger?: BudgetLedger;
}

/** What a replay gave. */
export interface ReplayResult {
  /** The run that was run again. */
  readonly original: Run;
  /** The new run. */
  readonly run: Run;
  /** How it was run again. */
  readonly mode: ReplayMode;
  /** What was changed on purpose. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Id of the stored difference. */
  readonly diffId: string;
  /** What differs. */
  readonly diff: RunDiff;
  /** USD that was not paid again because answers were on record; `null` when some of it is unknown. */
  readonly savedCostUsd: number | null;
  /** Where the replay left the recording. */
  readonly divergence: Divergence | undefined;
}

/** What all modes need: the original, the configuration and the beginning of the new run. Nothing is written yet. */
interface Prepared {
  readonly original: Trace;
  /** Under the policy of `rights`. */
  readonly config: AgentConfig;
  readonly rights: Rights;
  readonly request: RunRequest;
  readonly plan: ForkPlan | undefined;
}

/** Runs a run again and stores the difference. Throws `AgentOpError` before anything is written. */
export async function replayRun(
  services: ReplayServices,
  reference: string,
  options: ReplayOptions,
): Promise<ReplayResult> {
  checkPolicy(options);
  const { store } = services;
  const prepared = await prepare(services, reference, options);
  const { original } = prepared;
  const { run, savedCostUsd, divergence } = options.mode === "recorded"
    ? await replayRecorded(services, prepared, options.signal)
    : await replayWithModel(services, prepared, options);
  const replayed = await store.loadTrace(run.traceId);
  const diff = await diffRuns(original, replayed);
  const overrides = {
    ...asSet(options.overrides, prepared.config),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.edits.size === 0 ? {} : { edits: Object.fromEntries(options.edits) }),
  };
  const diffId = await keepDiff(services, diff, overrides);
  return {
    original: original.run,
    run,
    mode: options.mode,
    overrides,
    diffId,
    diff,
    savedCostUsd: addUsd(savedCostUsd, await handedOverUsd(store, replayed)),
    divergence,
  };
}

function checkPolicy({ mode, tools }: ReplayOptions): void {
  if (mode === "recorded" && tools === "ask" || mode === "live" && tools === "recorded") {
    const why = mode === "recorded" ? "no tool is executed" : "every tool is executed";
    throw new AgentOpError(`Cannot replay with --tools ${tools}: in --mode ${mode} ${why}`, {
      remedy: "--mode hybrid",
    });
  }
}

async function prepare(
  { store, rightsFor }: ReplayServices,
  reference: string,
  options: ReplayOptions,
): Promise<Prepared> {
  const { traceId, status, runId } = await store.resolveRun(reference);
  if (isLive(status) || status === "queued") {
    const remedy = `agentop ${status === "queued" || status === "paused" ? "resume" : "watch"} ${runId}`;
    throw new AgentOpError(`Cannot replay ${runId}: it is ${status}, not finished`, { remedy });
  }
  const original = await store.loadTrace(traceId);
  const { run } = original;
  const prompt = options.edits.get(0)?.replace(/\n$/, "");
  if (prompt?.trim() === "") {
    throw new AgentOpError("Cannot edit step 0: the prompt would be empty", {
      remedy: "--edit 0=FILE with a question",
    });
  }
  const asRun = { ...run, prompt: prompt ?? run.prompt };
  const begin = options.from ?? inheritedSteps(original) + 1;
  const keptBefore = Math.max(begin, ...[...options.edits.keys()].map((step) => step + 1));
  const base = options.config ??
    await operatedConfig(await reached(run), original.spans.values(), keptBefore);
  checkReplayable({ ...original, run: asRun }, { needsAnswers: options.mode === "recorded" });
  const config = await applyOverrides(base, options.overrides);
  if (prompt !== undefined && (options.edits.size > 1 || (options.from ?? 1) > 1)) {
    throw new AgentOpError("Cannot edit step 0: another prompt leaves nothing to keep", {
      remedy: "--edit 0=FILE alone, or the edits of steps alone",
    });
  }
  const fork = prompt === undefined ? forkOf(original, inheritedSteps(original), options, config) : undefined;
  const plan = fork ? planFork(original, fork) : undefined;
  const rights = await (options.rightsOf ?? rightsFor)(run);
  const approve = options.tools === "ask" ? strictest("ask", rights.approve) : rights.approve;
  return {
    original,
    config: within({ ...config, approve }, rights, options),
    rights: { ...rights, approve },
    plan,
    request: {
      prompt: asRun.prompt,
      userId: run.userId,
      ...(run.group === undefined ? {} : { group: run.group }),
      ...options.request,
      tags: { ...replayTags(run.tags, options), ...options.request?.tags },
      forkedFrom: { runId: run.runId, step: fork?.from ?? 1 },
    },
  };
}

/** Where the new run begins, if not at the beginning: as asked for, or after what the original itself had inherited. */
function forkOf(
  original: Trace,
  inherited: number,
  options: ReplayOptions,
  config: AgentConfig,
): ForkRequest | undefined {
  const last = [...options.edits.keys()].sort((a, b) => b - a)[0];
  const from = options.from ?? last ?? (inherited > 0 ? inherited + 1 : 1);
  if (from === 1 && last === undefined) return undefined;
  const isOther = config.instructions !== original.run.config["instructions"];
  return { from, edits: options.edits, ...(isOther ? { instructions: config.instructions } : {}) };
}

/** The configuration of a run. One that was resumed with a higher limit of steps went further than its own allows. */
async function reached(run: Run): Promise<AgentConfig> {
  const agent = await agentOnRecord(run, { verb: "replay", remedy: "--agent AGENT, an agent file like it" });
  const maxSteps = Math.max(agent.limits.maxSteps, run.totals.steps);
  return { ...agent, limits: { ...agent.limits, maxSteps } };
}

/** Under limits that somebody here has given; what is repeated from the store needs none. */
function within(config: AgentConfig, { widest }: Rights, { mode }: ReplayOptions): AgentConfig {
  if (!widest || mode === "recorded") return config;
  return { ...config, limits: narrowest(config.limits, widest) };
}

/** What the steps that a fork begins with cost the original: they are not paid again. */
function keptCostUsd(original: Trace, plan: ForkPlan | undefined): number | null {
  return [...original.spans.values()].filter((span) => (span.step ?? Infinity) <= (plan?.through ?? 0))
    .reduce<number | null>((sum, span) => addUsd(sum, paidFor(span)), 0);
}

/** What the runs cost that the original had handed work to and whose answers serve again. */
async function handedOverUsd(store: ReplayStore, { run, spans }: Trace): Promise<number | null> {
  let usd: number | null = 0;
  for (const { attributes } of spans.values()) {
    const childId = attributes[ATTR.childRunId];
    const child = typeof childId === "string"
      ? await store.resolveRun(childId).catch(() => undefined)
      : undefined;
    if (!child || child.parentRunId === run.runId) continue;
    const { costUsd, unknownCostCalls } = await store.treeTotals(child.runId);
    usd = addUsd(usd, unknownCostCalls > 0 ? null : costUsd);
  }
  return usd;
}

// ---------------------------------------------------------------------------------------------- the modes

interface Replayed {
  readonly run: Run;
  readonly savedCostUsd: number | null;
  readonly divergence: Divergence | undefined;
}

/** The repeating process may not touch anything: it answers with events, and they are written here, all at once. */
async function replayRecorded(
  { store, host, environment, remember }: ReplayServices,
  { original, config, rights, request, plan }: Prepared,
  signal?: AbortSignal,
): Promise<Replayed> {
  const services: AgentServices = {
    ...recordedServices(createRecording(original), store, host),
    rights,
    ...(remember ? { remember } : {}),
  };
  const created = await new AgentRunner(services).prepare(config, request);
  const fork = plan && forkEvents(original, plan, created, host);
  const begun = fork
    ? begunTrace(original, fork)
    : { run: created, spans: new Map(), snapshots: [], evaluations: [] };
  const answer = await repeatInProcess({ original, begun }, {
    environment,
    ...(signal ? { signal } : {}),
  });
  if (plan && fork) {
    const source = { traceId: original.run.traceId, throughStep: plan.copiedThrough, shiftUs: fork.shiftUs };
    await store.forkRun(fork.run, source, [...fork.events, ...answer.events]);
  } else {
    await store.write([{ type: "run_start", run: created }, ...answer.events]);
  }
  const run = (await store.getRun(created.traceId))!;
  const savedCostUsd = addUsd(answer.savedCostUsd, keptCostUsd(original, plan));
  return { run, savedCostUsd, divergence: answer.divergence ?? undefined };
}

async function replayWithModel(
  { store, host, createRunner }: ReplayServices,
  prepared: Prepared,
  options: ReplayOptions,
): Promise<Replayed> {
  const { original, config, rights, request, plan } = prepared;
  const ledger = new ReplayLedger();
  const replayed: { traceId?: string } = {};
  const recording = createRecording(original, plan?.through, plan?.replaced);
  const { tools } = options;
  const traceId = () => replayed.traceId;
  const again = operationsAgain(recording, traceId, options.overrides);
  const answers = options.mode === "live"
    ? tools === "ask" ? askForTools : undefined
    : hybridServices({ recording, ledger, tools, traceId });
  const adapt: NonNullable<RunnerOptions["adapt"]> = (services) => again(answers?.(services) ?? services);
  const runner = await createRunner({
    ...options.runner,
    rights,
    ...(config.model === original.run.model ? {} : { expectModel: config.model }),
    adapt,
  });
  const created = await runner.prepare(config, request);
  replayed.traceId = created.traceId;
  const fork = plan && forkEvents(original, plan, created, host);
  const queued = fork?.run ?? created;
  if (plan && fork) {
    const source = { traceId: original.run.traceId, throughStep: plan.copiedThrough, shiftUs: fork.shiftUs };
    await store.forkRun(queued, source, fork.events, { claim: true });
  } else await store.write([{ type: "run_start", run: queued }], { claim: true });
  for (const listener of options.runner?.listeners ?? []) listener({ type: "run_start", run: queued });
  const run = await runner.execute(queued, {
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.ledger ? { ledger: options.ledger } : {}),
  });
  const savedCostUsd = addUsd(ledger.savedCostUsd, keptCostUsd(original, plan));
  return { run, savedCostUsd, divergence: ledger.divergence };
}

/** Overrides as the configuration holds them: numbers as numbers. */
function asSet(overrides: ReplayOptions["overrides"], config: AgentConfig): Record<string, unknown> {
  const parameters: Readonly<Record<string, unknown>> = { ...config.parameters };
  return Object.fromEntries(
    Object.entries(overrides).map(([key, text]) => [key, parameters[key] ?? text]),
  );
}
