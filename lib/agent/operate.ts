import {
  AgentOpError,
  type ControlAction,
  isLive,
  type Run,
  shortRunId,
  type Span,
  type Store,
} from "../core/mod.ts";
import { changesText, operationOf } from "../analysis/mod.ts";
import { TOLD_MAX_CHARS } from "./control.ts";
import { readLiveSettings } from "./retune.ts";
import type { SteeringServices } from "./steering.ts";

/** What operating on live runs takes: another process works on them, and both only share the store. */
export interface OperateServices extends SteeringServices {
  readonly store: SteeringServices["store"] & Pick<Store, "changesSince">;
  /** Who does it, for the trace. @default "person" */
  readonly by?: string;
}

/** A span that answers a request, without its messages. */
export type SteeredSpan = Omit<Span, "inputMessages" | "outputMessages">;

/** The runner looks at every change of the store, so no answer in this time means that it hangs. */
const ANSWER_WAIT_MS = 10_000;

/** Tells a live run's agent something: it reads it before its next model call. Resolves once the run has it. Throws `AgentOpError`. */
export async function tellRun(services: OperateServices, run: Run, text: string): Promise<void> {
  if (text.trim() === "") {
    throw new AgentOpError(`Cannot tell ${shortRunId(run.runId)} nothing: the message is empty`, {
      remedy: `agentop tell ${shortRunId(run.runId)} "MESSAGE"`,
    });
  }
  if (text.length > TOLD_MAX_CHARS) {
    throw new AgentOpError(
      `Cannot tell ${
        shortRunId(run.runId)
      } so much: it has ${text.length} characters, ${TOLD_MAX_CHARS} are the most`,
      { remedy: "a shorter message, that names a file the agent can read" },
    );
  }
  const id = services.host.newId();
  await answered(services, run, "tell", { id, text }, (span) => operationOf(span)?.id === id);
}

/**
 * Sets a live run's model, parameters or limits, from its next step on; the values as words. Resolves, once they hold, with what
 * became what, in words. Throws `AgentOpError`.
 */
export async function setRun(
  services: OperateServices,
  run: Run,
  given: Readonly<Record<string, string>>,
): Promise<string> {
  const id = services.host.newId();
  const settings = await readLiveSettings(given);
  const span = await answered(services, run, "set", { id, settings }, (it) => operationOf(it)?.id === id);
  return changesText(operationOf(span)!.changes) || "it was so already";
}

/**
 * Breaks a tool call of a live run off, by the beginning of its span's id, or the only one that is at work; the model reads that a
 * person did so. Resolves with the call's span once it has ended. Throws `AgentOpError`.
 */
export async function cancelCall(services: OperateServices, run: Run, call?: string): Promise<SteeredSpan> {
  const { runId } = run;
  checkLive("break off a call of", run);
  const known = await services.store.changesSince(run.traceId);
  const open = known?.spans.filter((it) => it.kind === "tool" && it.status === "unset") ?? [];
  const asked = new Set(
    known?.spans.filter((it) => it.kind === "guardrail" && it.status === "unset").map((it) =>
      it.parentSpanId
    ),
  );
  const found = call === undefined ? open : open.filter(({ spanId }) => spanId.startsWith(call));
  const [span] = found;
  if (!span || found.length > 1) {
    const ids = open.map((it) => `${it.spanId.slice(0, 8)} (${it.name.replace("execute_tool ", "")})`);
    throw new AgentOpError(
      `Cannot break off a call of ${shortRunId(runId)}: ${
        open.length === 0
          ? "no tool is at work"
          : found.length > 1
          ? "several are at work"
          : "no such call is at work"
      }`,
      { remedy: ids.join(", ") || `agentop show ${shortRunId(runId)}` },
    );
  }
  if (asked.has(span.spanId)) {
    throw new AgentOpError(
      `Cannot break off a call of ${shortRunId(runId)}: it waits for approval, nothing is at work`,
      { remedy: "refuse it: a in agentop tui" },
    );
  }
  return await answered(
    services,
    run,
    "cancel",
    { spanId: span.spanId },
    (it) => it.spanId === span.spanId && it.status !== "unset",
  );
}

/** Sends a request and waits for the span that answers it. */
async function answered(
  { store, host, by = "person" }: OperateServices,
  run: Run,
  action: ControlAction,
  argument: Record<string, unknown>,
  isAnswer: (span: SteeredSpan) => boolean,
): Promise<SteeredSpan> {
  const verb = { tell: "tell", set: "set" }[action as string] ?? "break off a call of";
  checkLive(verb, run);
  const done = Promise.withResolvers<SteeredSpan>();
  let cursor: NonNullable<Awaited<ReturnType<typeof store.changesSince>>>["cursor"] | undefined;
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const changes = await store.changesSince(run.traceId, cursor);
    if (!changes) return;
    cursor = changes.cursor;
    const answer = changes.spans.find(isAnswer);
    if (answer) return done.resolve(answer);
    const now = changes.run ?? await store.getRun(run.traceId);
    if (now && !isLive(now.status)) done.reject(cannot(verb, now, `it has ended: ${now.status}`));
  };
  const lookAgain = () => void (looking = looking.then(look).catch(done.reject));
  const stopListening = store.onChange(lookAgain);
  const giveUp = new AbortController();
  try {
    await store.requestControl(run.traceId, action, { ...argument, by });
    lookAgain();
    const late = host.sleep(ANSWER_WAIT_MS, giveUp.signal).then(() => {
      throw cannot(verb, run, `its process has not answered for ${ANSWER_WAIT_MS / 1000} s`);
    });
    late.catch(() => {});
    return await Promise.race([done.promise, late]);
  } finally {
    giveUp.abort();
    stopListening();
    await looking;
  }
}

function checkLive(verb: string, run: Run): void {
  if (run.origin !== "agent") throw cannot(verb, run, "it was not run here");
  if (!isLive(run.status)) throw cannot(verb, run, `it is ${run.status}`);
}

function cannot(verb: string, { runId }: Run, why: string): AgentOpError {
  return new AgentOpError(`Cannot ${verb} ${shortRunId(runId)}: ${why}`, {
    remedy: `agentop show ${shortRunId(runId)}`,
  });
}
