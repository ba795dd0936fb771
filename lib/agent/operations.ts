import { type Operation, operationsOf } from "../analysis/mod.ts";
import { ATTR, type Message, nowUs, type Run, type Span } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";
import type { ControlOrigin } from "./control.ts";
import { changesBy, checkedLiveSettings, type LiveSettings, tightening, withSettings } from "./retune.ts";
import type { AgentServices } from "./services.ts";
import type { Memory } from "./memory.ts";
import type { Recorder } from "./recorder.ts";

/** What of a session operations touch. */
export interface Operated {
  readonly services: Pick<AgentServices, "host" | "redactor" | "prices">;
  readonly run: Pick<Run, "traceId">;
  readonly recorder: Recorder;
  readonly memory: Memory;
  readonly config: AgentConfig;
  readonly step: number;
  retune(settings: LiveSettings): void;
  openSpan(fields: Pick<Span, "name" | "kind" | "attributes">): string;
}

interface Told extends ControlOrigin {
  readonly text: string;
  readonly spanId: string;
}

/**
 * What others do to a run while it is live: each is a span of its own, so the trace says who did what when, a run that goes on
 * after a kill has not forgotten it, and a replay can do it again.
 */
export class Operations {
  readonly #session: Operated;
  /** Not read by the agent yet. */
  readonly #told: Told[] = [];
  readonly #calls = new Map<string, (by: string) => void>();
  /** To be done again, in the order of their steps. */
  readonly #script: Operation[];

  constructor(session: Operated, script: readonly Operation[]) {
    this.#session = session;
    this.#script = [...script];
  }

  /** The agent reads it before its next model call. */
  tell({ id, by, text }: ControlOrigin & { readonly text: string }): void {
    const said = this.#session.services.redactor?.text(text) ?? text;
    const spanId = this.#open("tell", { id, by }, { [ATTR.controlText]: said });
    this.#told.push({ id, by, text: said, spanId });
  }

  /** What cannot be set is left alone. */
  async set({ id, by, settings }: ControlOrigin & { readonly settings: unknown }): Promise<void> {
    const checked = await checkedLiveSettings(settings);
    if (!checked) return;
    if (checked.model !== undefined) await this.#session.services.prices.prepare([checked.model]);
    const changes = changesBy(this.#session.config, checked);
    this.#session.retune(checked);
    this.#close(
      this.#open("set", { id, by }, { [ATTR.controlChanges]: changes, [ATTR.controlStep]: this.#nextStep }),
    );
  }

  cancel(spanId: string, by: string): void {
    this.#calls.get(spanId)?.(by);
  }

  /** Until it is over, the call can be broken off. */
  duringCall(spanId: string, cancel: (by: string) => void): Disposable {
    this.#calls.set(spanId, cancel);
    return { [Symbol.dispose]: () => void this.#calls.delete(spanId) };
  }

  /** Before the next model call: what is to be done again, and what the agent was told. `false`: there was nothing to read. */
  async take(): Promise<boolean> {
    const due = this.#script.findIndex(({ step }) => (step ?? Infinity) > this.#nextStep);
    for (const operation of this.#script.splice(0, due < 0 ? this.#script.length : due)) {
      if (operation.action === "tell") this.tell(operation);
      else {
        const settings = tightening(this.#session.config, settingsOf(operation));
        await this.set({ ...operation, settings });
      }
    }
    const told = this.#told.splice(0);
    for (const { text, spanId } of told) {
      const message: Message = { role: "user", parts: [{ type: "text", content: text }] };
      this.#session.memory.add(message);
      this.#close(spanId, { outputMessages: [message], attributes: { [ATTR.controlStep]: this.#nextStep } });
    }
    return told.length > 0;
  }

  get #nextStep(): number {
    return this.#session.step + 1;
  }

  #open(action: Operation["action"], { id, by }: ControlOrigin, more: Record<string, unknown>): string {
    return this.#session.openSpan({
      name: action,
      kind: "event",
      attributes: {
        [ATTR.controlAction]: action,
        [ATTR.controlId]: id,
        [ATTR.controlBy]: by,
        ...more,
      },
    });
  }

  #close(spanId: string, more: Partial<Pick<Span, "outputMessages" | "attributes">> = {}): void {
    const { recorder, run, services } = this.#session;
    recorder.emit({
      type: "span_end",
      traceId: run.traceId,
      spanId,
      endTimeUs: nowUs(services.host),
      status: "ok",
      ...more,
    });
  }
}

/** What is to be done again to a run that repeats another, besides what has taken effect in it already. */
export function scriptOf(
  { operations }: Pick<AgentServices, "operations">,
  { traceId, status }: Pick<Run, "traceId" | "status">,
  resume: { readonly step: number; readonly operations: readonly Operation[] } | undefined,
): readonly Operation[] {
  // A fork may have been given the trace of what comes after the steps it begins with.
  const isFork = status === "queued";
  const known =
    resume?.operations.filter(({ step }) => step !== undefined && (!isFork || step <= resume.step)) ?? [];
  const done = new Set(known.map(({ id }) => id));
  return operations?.(traceId).filter(({ id }) => !done.has(id)) ?? [];
}

export function settingsOf({ changes }: Operation): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).map(([key, { to }]) => [key, to]));
}

/** The configuration as it was set while the run was live, before step `before`. */
export async function operatedConfig(
  config: AgentConfig,
  spans: Iterable<Span>,
  before = Infinity,
): Promise<AgentConfig> {
  let operated = config;
  for (const operation of operationsOf(spans)) {
    if (operation.action !== "set" || (operation.step ?? Infinity) >= before) continue;
    const settings: LiveSettings | undefined = await checkedLiveSettings(settingsOf(operation));
    if (settings) operated = withSettings(operated, settings);
  }
  return operated;
}
