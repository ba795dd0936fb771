import {
  AgentOpError,
  ATTR,
  type DurableEvent,
  newRunId,
  newTraceId,
  NO_TOTALS,
  nowUs,
  type Run,
  RUN_TAG,
  type Span,
  type Tool,
} from "../core/mod.ts";
import { operationsOf } from "../analysis/mod.ts";
import { agentProblems, type CheckServices } from "./check_agent.ts";
import type { AgentConfig } from "./agent_config.ts";
import { agentOnRecord, asRunConfig } from "./agent_on_record.ts";
import { BudgetLedger } from "./budget.ts";
import { operatedConfig } from "./operations.ts";
import { inherited, narrowest, TreeSteps } from "./rights.ts";
import { createHandoffTool, HANDOFF_DEPTH_MAX } from "./handoff.ts";
import type { AgentServices } from "./services.ts";
import { agentLoop } from "./loop.ts";
import { type ResumePoint, Session, type SessionOptions } from "./session.ts";
import { usedUp } from "./spent.ts";

export interface RunRequest {
  readonly prompt: string;
  readonly userId?: string;
  readonly group?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** The run that this one repeats, and the first step that is its own. */
  readonly forkedFrom?: NonNullable<Run["forkedFrom"]>;
}

export interface ExecuteOptions {
  readonly signal?: AbortSignal;
  /** Money that it shares with other runs. */
  readonly ledger?: BudgetLedger;
  /** Called when it asks and executes nothing more; its last events are not on disk yet. */
  readonly onDone?: () => void;
  /** The run with all that listeners were told of it, where somebody knows; else it is read back. */
  readonly asTold?: (traceId: string) => Run | undefined;
}

/** Starts and resumes runs of this process. */
export class AgentRunner {
  readonly #services: AgentServices;
  /** Configurations that could be set up: those of many runs are the same. */
  readonly #checked = new WeakSet<AgentConfig>();

  constructor(services: AgentServices) {
    this.#services = services;
  }

  /**
   * Writes a run that is ready to be executed, by this process; when that dies before, the run is interrupted. Throws what
   * `prepare` throws.
   */
  async queue(config: AgentConfig, request: RunRequest, parent?: Run): Promise<Run> {
    const run = await this.prepare(config, request, parent);
    const event = { type: "run_start", run } as const;
    await this.#services.store.write([event], { claim: true });
    for (const listener of this.#services.listeners ?? []) listener(event);
    return run;
  }

  /** As `queue`, for whatever process takes it. */
  async queueForOthers(config: AgentConfig, request: RunRequest): Promise<Run> {
    const run = await this.queue(config, request);
    await this.#services.store.releaseRun(run.traceId);
    return run;
  }

  /**
   * A run that could be executed; nothing is written. Throws `AgentOpError` for what would make it pointless to start: an empty
   * prompt, a tool or agent that cannot be set up, a budget that cannot be kept.
   */
  async prepare(config: AgentConfig, request: RunRequest, parent?: Run): Promise<Run> {
    const { host } = this.#services;
    if (request.prompt.trim() === "") {
      throw new AgentOpError(`Cannot run ${config.name}: the prompt is empty`, {
        remedy: `agentop run ${config.name} "your question"`,
      });
    }
    await this.#check(config);
    const runId = newRunId(host);
    const handsOff = config.tools.some((tool) => tool.kind === "agent");
    const group = request.group ?? parent?.group ?? (handsOff ? runId : undefined);
    const run: Run = {
      traceId: newTraceId(host),
      runId,
      agent: config.name,
      status: "queued",
      model: config.model,
      origin: "agent",
      userId: request.userId ?? parent?.userId ?? "default",
      ...(group === undefined ? {} : { group }),
      tags: request.tags ?? {},
      config: asRunConfig(config),
      prompt: request.prompt,
      ...(parent ? { parentRunId: parent.runId } : {}),
      ...(request.forkedFrom ? { forkedFrom: request.forkedFrom } : {}),
      startTimeUs: nowUs(host),
      totals: NO_TOTALS,
    };
    const kept = this.#services.redactor?.value(run) ?? run;
    if (kept !== run) asRunConfig(kept.config as AgentConfig);
    if (!this.#services.rights?.isGuarded) await this.#services.remember?.(kept);
    return kept;
  }

  /** Executes a queued run, or goes on with one that was interrupted, from its last finished step. */
  async execute(run: Run, options: ExecuteOptions = {}): Promise<Run> {
    const config = await agentOf(run);
    const { store, rights } = this.#services;
    const used = await usedUp(store, run);
    const ledger = new BudgetLedger(config.limits.budgetUsd, {
      spentUsd: used.usd,
      ...(options.ledger ? { outer: options.ledger } : {}),
    });
    const tree = new TreeSteps(rights?.maxSteps, used.steps);
    const signal = options.signal ?? new AbortController().signal;
    const { onDone, asTold } = options;
    return await this.#execute(run, {
      ledger,
      tree,
      depth: 0,
      signal,
      ...(onDone ? { onDone } : {}),
      ...(asTold ? { asTold } : {}),
    });
  }

  /** `queue` and `execute`. */
  async run(
    config: AgentConfig,
    request: RunRequest,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Run> {
    return await this.execute(await this.queue(config, request), options);
  }

  async #execute(
    run: Run,
    shared: Pick<SessionOptions, "ledger" | "tree" | "depth" | "signal" | "onDone" | "asTold">,
  ): Promise<Run> {
    const { store } = this.#services;
    if (!await store.claimRun(run.traceId)) {
      throw new AgentOpError(`Cannot run ${run.runId}: another process is working on it`, {
        remedy: `agentop watch ${run.runId}`,
      });
    }
    try {
      const config = await agentOf(run);
      await this.#services.prices.prepare([config.model]);
      // A fork is queued with the steps it begins with; the first of them may be an edited one, which its totals do not count.
      const isNew = run.status === "queued" && run.totals.steps === 0 && run.forkedFrom === undefined;
      const resume = isNew ? undefined : await resumePoint(this.#services, run.traceId);
      const session = new Session({
        services: this.#services,
        run,
        config,
        ...shared,
        ...(resume ? { resume } : {}),
        createTools: (session) => this.#tools(session),
      });
      const ended = await session.execute(agentLoop);
      await this.#release(run);
      return ended;
    } catch (error) {
      // What could not begin, on a full disk for one, waits for nobody else: kept, it is found as interrupted once this process ends.
      const isQueued = (await store.getRun(run.traceId).catch(() => undefined))?.status === "queued";
      if (!isQueued) await this.#release(run);
      throw error;
    }
  }

  async #release({ traceId }: Run): Promise<void> {
    await this.#services.store.releaseRun(traceId).catch(() => {});
  }

  async #tools(session: Session): Promise<readonly Tool[]> {
    const { config } = session;
    const tools: Tool[] = [];
    for (const reference of config.tools) {
      tools.push(
        reference.kind === "tool" ? await this.#services.createTool(reference, config) : createHandoffTool(
          inherited(await this.#services.loadAgent(reference.name, config), config),
          (agent, prompt, toolSpanId, signal) => this.#child(session, agent, prompt, toolSpanId, signal),
        ),
      );
    }
    if (config.memory.keyValue) {
      const { createMemoryTools } = await import("../tools/mod.ts");
      const own = createMemoryTools(session.memory.keyValues);
      session.memoryTools = new Set(own.map((tool) => tool.name));
      tools.push(...own);
    }
    return tools;
  }

  /** The child run of a hand-off: the one that the same call began before an interruption, or a new one. */
  async #child(
    session: Session,
    agent: AgentConfig,
    prompt: string,
    toolSpanId: string,
    signal: AbortSignal,
  ): Promise<Run> {
    const { store } = this.#services;
    if (session.depth >= HANDOFF_DEPTH_MAX) {
      throw new Error(`${agent.name} was not asked: hand-offs are ${HANDOFF_DEPTH_MAX} deep at most`);
    }
    const callId = session.callIds.get(toolSpanId);
    const earlier = (await store.childRuns(session.run.runId)).find((run) =>
      run.tags[RUN_TAG.handoff] === callId
    );
    if (earlier?.status === "completed") return earlier;
    const run = earlier?.status === "interrupted" || earlier?.status === "queued"
      ? { ...earlier, config: asRunConfig(await this.#asSet(agent, earlier)) }
      : await this.queue(agent, {
        prompt,
        tags: { ...session.run.tags, ...(callId ? { [RUN_TAG.handoff]: callId } : {}) },
      }, session.run);
    const ledger = new BudgetLedger(agent.limits.budgetUsd, {
      spentUsd: (await usedUp(store, run)).usd,
      outer: session.ledger,
    });
    return await this.#execute(run, { ledger, tree: session.tree, depth: session.depth + 1, signal });
  }

  /** As its file is now, with what was set while it was live, and no more than its parent may. */
  async #asSet(agent: AgentConfig, { traceId }: Run): Promise<AgentConfig> {
    const operated = await operatedConfig(
      agent,
      (await this.#services.store.loadTrace(traceId)).spans.values(),
    );
    return { ...operated, limits: narrowest(operated.limits, agent.limits) };
  }

  /** Fails before anything is stored, with the reason, rather than in the middle of a run. */
  async #check(config: AgentConfig): Promise<void> {
    if (this.#checked.has(config)) return;
    const own = this.#services;
    const services: CheckServices = {
      host: own.host,
      createTool: (reference, agent) => own.createTool(reference, agent),
      loadAgent: (name, from) => own.loadAgent(name, from),
      prices: () => Promise.resolve(own.prices),
      ...(own.unpriced === undefined ? {} : { unpriced: own.unpriced }),
    };
    for await (const { error } of agentProblems(config, services)) throw error;
    this.#checked.add(config);
  }
}

function agentOf(run: Run): Promise<AgentConfig> {
  return agentOnRecord(run, { verb: "run", remedy: `agentop replay ${run.runId} --agent AGENT` });
}

/** Reads back where a run stood. Results of calls that had finished are kept; what had only begun is known as such. */
async function resumePoint({ store }: AgentServices, traceId: string): Promise<ResumePoint | undefined> {
  const { run, spans, snapshots } = await store.loadTrace(traceId);
  const all = [...spans.values()];
  const rootSpan = all.find((span) => span.kind === "agent" && span.parentSpanId === undefined);
  if (!rootSpan) return undefined;
  const latest = snapshots.reduce(
    (best, it) => best && best.createdAtUs > it.createdAtUs ? best : it,
    snapshots.at(-1),
  );
  const begun = all.filter((span) => span.kind === "tool" && span.outputMessages === undefined);
  return {
    rootSpan,
    // A fork may have replaced messages that the copied steps still refer to: its snapshots say what it holds.
    messages: run.forkedFrom && latest
      ? latest.messages
      : (await store.loadMessages(run.traceId)).map((it) => it.message),
    keyValues: latest?.keyValues ?? {},
    step: all.reduce((max: number, span: Span) => Math.max(max, span.step ?? 0), 0),
    begunCalls: new Set(begun.map((span) => String(span.attributes[ATTR.toolCallId]))),
    operations: operationsOf(all),
  };
}

/** Closes a queued run whose process never came. */
export function failedToStart(run: Run, message: string, atUs: number): DurableEvent {
  return {
    type: "run_update",
    traceId: run.traceId,
    change: { status: "failed", endTimeUs: atUs, error: { type: "not_started", message } },
  };
}
