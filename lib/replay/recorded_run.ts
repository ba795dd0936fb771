import { AgentRunner, type AgentServices, type AgentStore, refuseAll, RunStop } from "../agent/mod.ts";
import {
  type DurableEvent,
  type Host,
  NO_PERMISSIONS,
  ProviderError,
  type Run,
  type Span,
  systemHost,
  type Tool,
  type Trace,
} from "../core/mod.ts";
import { stepsOf } from "../analysis/mod.ts";
import { callKey, countRounds, createRecording, inheritedSteps, type Recording } from "./recording.ts";
import { createRecall, notRecorded } from "./recall.ts";
import { createRecordedProvider, type Divergence, ReplayLedger } from "./replay_provider.ts";
import { EventSink } from "./event_sink.ts";
import { packJson, unpackJson } from "./packed_json.ts";

/** Everything the repeating process is given. */
export interface RecordedRequest {
  readonly original: Trace;
  /** The run to execute, with what it has been queued with. */
  readonly begun: Trace;
}

export interface RecordedAnswer {
  readonly events: readonly DurableEvent[];
  readonly savedCostUsd: number | null;
  readonly answers: number;
  readonly divergence: Divergence | null;
}

/**
 * Executes a run again with every model answer and tool result taken from the original: the same loop, without a provider, a
 * tool or a store behind it. Needs no permission at all.
 */
export async function repeatRecorded(
  { original, begun }: RecordedRequest,
  host: Host = systemHost(),
): Promise<RecordedAnswer> {
  const through = inheritedSteps(begun);
  const recording = createRecording(original, through);
  const ledger = new ReplayLedger();
  const end = () => endOf(original.run);
  const stopper = new AbortController();
  const endsEarly = ["stopped", "cancelled", "interrupted"].includes(original.run.status);
  let roundsLeft = countRounds(original, through);
  const events: DurableEvent[] = [];
  const store = new EventSink(begun, {
    onEvents: (written) =>
      void events.push(...original.run.status === "interrupted" ? written.map(asInterrupted) : written),
    onBoundary: () => roundsLeft-- <= 0 && endsEarly && stopper.abort(end()),
  });
  const isReplay = (traceId: string) => traceId === begun.run.traceId;
  const wasCut = stepsOf(original).some((span) => span.kind === "tool" && !span.outputMessages);
  const provider = createRecordedProvider({ recording, ledger, isReplay, end });
  const services: AgentServices = {
    ...recordedServices(recording, store, host),
    provider: () => provider,
    operations: (traceId) => isReplay(traceId) ? recording.operations : [],
    recall: createRecall(recording, {
      isReplay,
      ledger,
      missing: (call) => {
        if (wasCut && original.run.status !== "completed") throw end();
        ledger.diverge({
          step: recording.modelCalls[ledger.next]?.step ?? recording.end,
          reason: `this call of ${call.name} is not on record`,
        });
        return notRecorded(call);
      },
    }),
  };
  await new AgentRunner(services).execute(begun.run, { signal: stopper.signal });
  const { savedCostUsd, answers, divergence } = ledger;
  return { events, savedCostUsd, answers, divergence: divergence ?? null };
}

/** Services for which nothing outside exists: prices are zero, tools are what the recording says of them. */
export function recordedServices(recording: Recording, store: AgentStore, host: Host): AgentServices {
  return {
    store,
    host,
    prices: {
      price: ({ model }) => ({
        usd: 0,
        quantities: {},
        tag: { model, source: "recorded", date: "", usdPerMillion: {} },
      }),
      prepare: () => Promise.resolve(),
      knows: () => true,
      names: (model) => [model],
    },
    provider: () => {
      throw new Error("a recorded run has no provider");
    },
    createTool: ({ name }) => Promise.resolve(recordedTool(recording, name)),
    loadAgent: (name, from) => Promise.resolve({ ...from, name, ...described(recording, name), tools: [] }),
    approver: refuseAll,
    rights: { isGuarded: false }, // nothing is executed
  };
}

function described(recording: Recording, name: string): { description?: string } {
  const description = recording.tools.find((tool) => tool.name === name)?.description;
  return description === undefined ? {} : { description };
}

function recordedTool(recording: Recording, name: string): Tool {
  const definition = recording.tools.find((tool) => tool.name === name);
  return {
    name,
    description: definition?.description ?? "",
    parameters: definition?.parameters ?? { type: "object" },
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: (args) => recording.summaries.get(callKey(name, args)) ?? name,
    execute: () => Promise.reject(new Error(`${name} is not executed in a recorded run`)),
  };
}

/** What the end of a run whose process died looks like: the store writes it, not the loop. */
function asInterrupted(event: DurableEvent): DurableEvent {
  if (event.type === "span_end" && event.errorType === "cancelled") {
    const { errorMessage: _, ...end } = event;
    return { ...end, status: "interrupted", errorType: "interrupted" };
  }
  if (event.type !== "run_update" || event.change.status !== "cancelled") return event;
  return { ...event, change: { ...event.change, status: "interrupted", error: null } };
}

/** How the original ended, for a replay that came to the end of its recording. */
function endOf({ status, error }: Run): Error {
  const message = error?.message ?? "the recording ends here";
  const type = error?.type;
  if (
    status === "stopped" &&
    (type === "budget" || type === "max_steps" || type === "timeout" || type === "loop")
  ) {
    return RunStop.limit(type, message, error?.remedy);
  }
  if (status === "cancelled" || status === "interrupted") return RunStop.cancelled(message);
  return new ProviderError(status === "failed" ? message : "the recording ends here", {
    remedy: status === "failed" ? error?.remedy : undefined,
    provider: "recorded",
    kind: "input",
    errorType: status === "failed" ? type ?? "error" : "diverged",
    retryable: false,
  });
}

// ---------------------------------------------------------------------------------------------- as JSON

interface TraceDocument extends Omit<Trace, "spans"> {
  readonly spans: readonly Span[];
}

export function packRequest({ original, begun }: RecordedRequest): string {
  const pack = (trace: Trace): TraceDocument => ({ ...trace, spans: [...trace.spans.values()] });
  // What the original remembered is not needed to repeat it.
  return packJson({ original: pack({ ...original, snapshots: [] }), begun: pack(begun) });
}

export function unpackRequest(text: string): RecordedRequest {
  const { original, begun } = unpackJson(text) as Record<keyof RecordedRequest, TraceDocument>;
  const unpack = (trace: TraceDocument): Trace => ({
    ...trace,
    spans: new Map(trace.spans.map((span) => [span.spanId, span])),
  });
  return { original: unpack(original), begun: unpack(begun) };
}
