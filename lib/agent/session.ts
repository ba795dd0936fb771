import {
  ATTR,
  explain,
  isAbortError,
  limitRaisedBy,
  type Message,
  messageOf,
  newSpanId,
  nowUs,
  ProviderError,
  resumeCommand,
  type Run,
  type RunChange,
  type RunWarning,
  type Span,
  type Tool,
} from "../core/mod.ts";
import type { Operation } from "../analysis/mod.ts";
import type { AgentConfig } from "./agent_config.ts";
import { isReadBack } from "./agent_on_record.ts";
import { Approvals } from "./approvals.ts";
import { BudgetExceededError, type BudgetLedger, type ModelCalibration } from "./budget.ts";
import { ControlInbox } from "./control.ts";
import { CutAnswerError } from "./cut_answer.ts";
import { limitToGoOn } from "./go_on.ts";
import { LoopGuard } from "./loop_guard.ts";
import { Memory } from "./memory.ts";
import { Operations, scriptOf } from "./operations.ts";
import { PartialWriter } from "./partial_writer.ts";
import { Recorder } from "./recorder.ts";
import type { TreeSteps } from "./rights.ts";
import { type LiveSettings, withSettings } from "./retune.ts";
import { RunClock } from "./run_clock.ts";
import type { AgentServices } from "./services.ts";
import { SharedBudgetError } from "./shared_budget.ts";
import { RunStop } from "./stop.ts";

/** Where an interrupted run left off. */
export interface ResumePoint {
  readonly rootSpan: Span;
  readonly messages: readonly Message[];
  readonly keyValues: Readonly<Record<string, unknown>>;
  readonly step: number;
  /** Ids of tool calls that had begun when the process died: their effects may have happened. */
  readonly begunCalls: ReadonlySet<string>;
  /** What was done to it while it was live. */
  readonly operations: readonly Operation[];
}

export interface SessionOptions {
  readonly services: AgentServices;
  readonly run: Run;
  readonly config: AgentConfig;
  readonly signal: AbortSignal;
  readonly ledger: BudgetLedger;
  /** Steps of the run that a person started and of all below it. */
  readonly tree: TreeSteps;
  /** 0 for a run that a person started; hand-offs count up. */
  readonly depth: number;
  readonly resume?: ResumePoint;
  /** Called when nothing more is asked or executed; the last events are not on disk yet. */
  readonly onDone?: () => void;
  /** The run with all that listeners were told of it, where somebody knows. */
  readonly asTold?: (traceId: string) => Run | undefined;
  createTools(session: Session): Promise<readonly Tool[]>;
}

/** One run being executed: the state that its steps share, and the loop over them. */
export class Session {
  readonly services: AgentServices;
  readonly run: Run;
  readonly ledger: BudgetLedger;
  readonly tree: TreeSteps;
  readonly depth: number;
  readonly rootSpanId: string;
  readonly memory: Memory;
  readonly guard: LoopGuard;
  readonly recorder: Recorder;
  readonly control: ControlInbox;
  readonly clock: RunClock;
  readonly operations: Operations;
  readonly begunCalls: ReadonlySet<string>;
  readonly approvals = new Approvals();
  /** The tool call that an open tool span answers. */
  readonly callIds = new Map<string, string>();
  tools: ReadonlyMap<string, Tool> = new Map();
  /** Names of the tools that only touch this agent's memory. */
  memoryTools: ReadonlySet<string> = new Set();
  calibration: ModelCalibration | undefined;
  step: number;
  /** Why the last answer ended. */
  finishReason: string | undefined;
  /** An answer of this session held reasoning. */
  hasReasoned = false;
  /** Waits that are under way, the time they began, and how long earlier ones took. */
  #idlers = 0;
  #idleSinceUs: number | undefined;
  #idleUs: number;
  #config: AgentConfig;
  readonly #abort = new AbortController();
  #warnings: readonly RunWarning[];
  readonly #partials: PartialWriter;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    const { services, run, config, resume } = options;
    this.#options = options;
    this.services = services;
    this.run = run;
    this.#config = config;
    this.ledger = options.ledger;
    this.tree = options.tree;
    this.depth = options.depth;
    this.guard = new LoopGuard(config.limits.maxRepeats);
    this.step = resume?.step ?? 0;
    this.#warnings = run.warnings ?? [];
    this.finishReason = run.finishReason;
    this.#idleUs = run.idleUs ?? 0;
    this.begunCalls = resume?.begunCalls ?? new Set();
    this.rootSpanId = resume?.rootSpan.spanId ?? newSpanId(services.host);
    this.memory = new Memory(resume?.messages ?? opening(config, run.prompt), resume?.keyValues);
    // A fork goes round in the circle it begins with; who resumes a run that did wants it to go on.
    if (resume && run.status === "queued") this.guard.recall(resume.messages);
    const note = (text: string) => services.onNote?.(text);
    this.#partials = new PartialWriter(services.store, services.host, note);
    this.recorder = new Recorder(services.store, {
      ...(services.redactor ? { redactor: services.redactor } : {}),
      listeners: [this.#partials.listen, ...(services.listeners ?? [])],
      onStoreFailure: (error) => this.#abort.abort(error),
      onListenerError: (error) => note(`a listener failed: ${messageOf(error)}`),
    });
    this.control = new ControlInbox(services.store, run.traceId, {
      stop: (reason) => this.#abort.abort(reason),
      onTold: (told) => this.operations.tell(told),
      onSet: (set) => void this.operations.set(set).catch((error) => note(`not set: ${messageOf(error)}`)),
      onCancel: (spanId, by) => this.operations.cancel(spanId, by),
    });
    this.operations = new Operations(this, scriptOf(services, run, resume));
    this.clock = new RunClock(services.host, config.limits.timeoutSeconds * 1000);
  }

  /** Nobody has allowed what the run says that its tools touch. */
  get isGuarded(): boolean {
    return this.services.rights?.isGuarded ?? isReadBack(this.run);
  }

  /** As it is now. */
  get config(): AgentConfig {
    return this.#config;
  }

  /** Other settings from the next step on. */
  retune(settings: LiveSettings): void {
    const { maxSteps, timeoutSeconds, budgetUsd } = settings;
    this.#config = withSettings(this.#config, settings);
    if (budgetUsd !== undefined) this.ledger.setLimit(budgetUsd);
    if (timeoutSeconds !== undefined) this.clock.setLimit(timeoutSeconds * 1000);
    // Who works for another run is bound by that one's.
    if (maxSteps !== undefined && this.depth === 0 && Number.isFinite(this.tree.limit)) {
      this.tree.limit = maxSteps;
    }
  }

  /** Calls that may still be made: by this run, and by all that share its limit. */
  get stepsLeft(): number {
    return Math.max(0, Math.min(this.config.limits.maxSteps - this.step, this.tree.left));
  }

  /** The limit that the next step would pass, in words. */
  get stepLimit(): string {
    const { limit, left } = this.tree;
    const steps = (count: number) => `the limit of ${count} ${count === 1 ? "step" : "steps"}`;
    const own = this.config.limits.maxSteps;
    const isShared = left === 0 && this.step < own;
    return isShared ? `${steps(limit)}, hand-offs included, was reached` : `${steps(own)} was reached`;
  }

  /** Begins a step: its number. */
  nextStep(): number {
    this.tree.take();
    return ++this.step;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  change(change: RunChange): void {
    this.recorder.emit({ type: "run_update", traceId: this.run.traceId, change });
  }

  /** Notes something that the run does not fail for; of each type, the latest. `isOver`: takes back what was noted of its type. */
  warn(warning: RunWarning, isOver = false): void {
    const known = this.#warnings.find(({ type }) => type === warning.type);
    if (isOver ? !known : known?.message === warning.message) return;
    this.#warnings = [...this.#warnings.filter((it) => it !== known), ...(isOver ? [] : [warning])];
    this.change({ warnings: this.#warnings });
  }

  /**
   * Runs `loop`, which gives the answer, to the end. Throws only what the store throws; everything else becomes the run's status.
   */
  async execute(loop: (session: Session) => Promise<string>): Promise<Run> {
    const { signal } = this.#options;
    const onAbort = () => this.#abort.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const done = new AbortController();
    const watching = this.clock.watch(done.signal, () => {
      const { timeoutSeconds } = this.config.limits;
      this.#abort.abort(RunStop.limit("timeout", `the time limit of ${timeoutSeconds} s was reached`));
    });
    try {
      this.#open();
      // What it had been told when it was interrupted.
      for (const it of this.#options.resume?.operations ?? []) {
        if (it.action === "tell" && it.step === undefined) this.operations.tell(it);
      }
      let end: RunChange;
      try {
        const tools = await this.#options.createTools(this);
        this.tools = new Map(tools.map((tool) => [tool.name, tool]));
        end = { status: "completed", output: await loop(this) };
      } catch (error) {
        end = this.#ending(this.#abort.signal.aborted ? this.#abort.signal.reason : error);
      }
      this.#close(end);
      this.#options.onDone?.();
      await this.recorder.flush();
    } finally {
      done.abort();
      await watching;
      signal.removeEventListener("abort", onAbort);
      this.control.close();
      this.#partials.close();
    }
    const { traceId } = this.run;
    return this.#options.asTold?.(traceId) ?? await this.services.store.getRun(traceId) ?? this.run;
  }

  /** Between steps: what others asked for, pauses, stops. */
  async boundary(): Promise<void> {
    await this.control.look();
    this.signal.throwIfAborted();
    if (!this.control.isPaused) return;
    await this.idle("paused", async () => {
      await this.recorder.flush();
      await this.control.whilePaused(this.signal);
    });
    this.goOn();
  }

  /** Waits while nobody works on the run; it says so, and since when. `goOn` ends that. */
  async idle<T>(status: "paused" | "waiting", wait: () => Promise<T>): Promise<T> {
    if (this.#idlers++ === 0) this.#idleSinceUs = nowUs(this.services.host);
    this.change({ status, idleSinceUs: this.#idleSinceUs! });
    try {
      return await this.clock.idle(wait);
    } finally {
      this.#idlers--;
    }
  }

  /** The run is at work again, unless something else still waits. */
  goOn(): void {
    if (this.#idlers === 0) this.change({ status: "running", ...this.#idled() });
  }

  /** What the run says of a wait that is over. */
  #idled(): Pick<RunChange, "idleUs" | "idleSinceUs"> {
    if (this.#idleSinceUs === undefined) return {};
    this.#idleUs += nowUs(this.services.host) - this.#idleSinceUs;
    this.#idleSinceUs = undefined;
    return { idleUs: this.#idleUs, idleSinceUs: null };
  }

  snapshot(spanId: string, step: number, messages: readonly Message[] = this.memory.messages): void {
    const { host } = this.services;
    this.recorder.emit({
      type: "snapshot",
      snapshot: {
        snapshotId: newSpanId(host),
        traceId: this.run.traceId,
        spanId,
        step,
        createdAtUs: nowUs(host),
        messages: [...messages],
        keyValues: this.memory.entries(),
      },
    });
  }

  #open(): void {
    const { run, config, services } = this;
    const { resume } = this.#options;
    const startUs = nowUs(services.host);
    // It lay there since it died or was stopped.
    if (run.endTimeUs !== undefined) this.#idleUs += Math.max(0, startUs - run.endTimeUs);
    this.recorder.emit({
      type: "run_update",
      traceId: run.traceId,
      change: {
        status: "running",
        endTimeUs: null,
        error: null,
        ...(resume ? {} : { startTimeUs: startUs }),
        ...(this.#idleUs > 0 ? { idleUs: this.#idleUs } : {}),
      },
    });
    const { endTimeUs: _e, errorType: _t, errorMessage: _m, ...again } = resume?.rootSpan ??
      ({} as Partial<Span>);
    this.recorder.emit({
      type: "span_start",
      span: resume ? { ...(again as Span), status: "unset" } : {
        traceId: run.traceId,
        spanId: this.rootSpanId,
        name: `invoke_agent ${config.name}`,
        kind: "agent",
        startTimeUs: startUs,
        status: "unset",
        inputMessages: [...this.memory.messages],
        attributes: {
          [ATTR.operationName]: "invoke_agent",
          [ATTR.agentName]: config.name,
          [ATTR.conversationId]: run.runId,
        },
      },
    });
  }

  /** Opens a span below the run's root, or below another one. Returns its id. */
  openSpan(
    fields: Omit<Span, "traceId" | "spanId" | "startTimeUs" | "status"> & Partial<Pick<Span, "spanId">>,
  ): string {
    const { host } = this.services;
    const spanId = fields.spanId ?? newSpanId(host);
    this.recorder.emit({
      type: "span_start",
      span: {
        traceId: this.run.traceId,
        parentSpanId: this.rootSpanId,
        startTimeUs: nowUs(host),
        status: "unset",
        ...fields,
        spanId,
      },
    });
    return spanId;
  }

  /** The state the run ends in when it did not answer; of one that a limit stopped, with the command that lets it go on. */
  #ending(reason: unknown): RunChange {
    const end = ending(reason);
    if (end.status !== "stopped" || !end.error) return end;
    const raised = limitToGoOn(end.error.type, this.config.limits, reason) ?? limitRaisedBy(end.error.remedy);
    return raised ? { ...end, error: { ...end.error, remedy: resumeCommand(this.run.runId, raised) } } : end;
  }

  #close(end: RunChange): void {
    const endTimeUs = nowUs(this.services.host);
    this.recorder.emit({
      type: "span_end",
      traceId: this.run.traceId,
      spanId: this.rootSpanId,
      endTimeUs,
      status: end.status === "completed" ? "ok" : "error",
      ...(end.error ? { errorType: end.error.type, errorMessage: end.error.message } : {}),
    });
    this.change({ ...end, ...this.#idled(), endTimeUs, finishReason: this.finishReason ?? null });
  }
}

function opening(config: AgentConfig, prompt: string): Message[] {
  const user: Message = { role: "user", parts: [{ type: "text", content: prompt }] };
  if (config.instructions.trim() === "") return [user];
  return [{ role: "system", parts: [{ type: "text", content: config.instructions }] }, user];
}

/** The state a run ends in when it did not answer. */
function ending(error: unknown): RunChange {
  if (error instanceof RunStop) return { status: error.status, error: error.error };
  if (error instanceof BudgetExceededError || error instanceof SharedBudgetError) {
    return { status: "stopped", error: { type: "budget", ...explain(error) } };
  }
  if (error instanceof ProviderError) {
    return { status: "failed", error: { type: error.errorType, ...explain(error) } };
  }
  if (error instanceof CutAnswerError) {
    return { status: "failed", error: { type: error.type, ...explain(error) } };
  }
  if (isAbortError(error)) return { status: "cancelled", error: { type: "cancelled", message: "cancelled" } };
  return {
    status: "failed",
    error: { type: error instanceof Error ? error.name : "error", ...explain(error) },
  };
}
