import { AgentOpError, type Run, RUN_TAG } from "../core/mod.ts";
import type { Recording } from "./recording.ts";
import { createHybridProvider, type ReplayLedger } from "./replay_provider.ts";
import { configPart } from "../analysis/mod.ts";
import type { RunnerOptions } from "../agent/mod.ts";
import { createRecall, notRecorded } from "./recall.ts";
import { resumedRecording } from "./resumed.ts";
import type { ReplayStore } from "./services.ts";

/** How a run is run again: from its record alone, from the record until something differs, or everything anew. */
export type ReplayMode = "recorded" | "hybrid" | "live";
/** For tool calls that are not on record. */
export type ToolPolicy = "recorded" | "live" | "ask";

/** The tags of a run that repeats one with `tags`: how it does so, for whoever resumes it, and which steps were edited. */
export function replayTags(
  tags: Run["tags"],
  { mode, tools, edits }: {
    readonly mode: ReplayMode;
    readonly tools: ToolPolicy;
    readonly edits: ReadonlyMap<number, string>;
  },
): Run["tags"] {
  const { [RUN_TAG.edits]: _, ...rest } = tags;
  const steps = [...edits.keys()].filter((step) => step > 0).sort((a, b) => a - b);
  return {
    ...rest,
    [RUN_TAG.replay]: mode === "recorded" ? mode : `${mode}, tools ${tools}`,
    ...(steps.length === 0 ? {} : { [RUN_TAG.edits]: steps.join(", ") }),
  };
}

/** Makes a runner answer one run from a recording first. `traceId` may become known after the runner is made. */
export function hybridServices(
  { recording, ledger, tools, traceId }: {
    readonly recording: Recording;
    readonly ledger: ReplayLedger;
    readonly tools: ToolPolicy;
    readonly traceId: () => string | undefined;
  },
): NonNullable<RunnerOptions["adapt"]> {
  const isReplay = (id: string) => id === traceId();
  const recall = createRecall(recording, {
    isReplay,
    ledger,
    ...(tools === "recorded" ? { missing: notRecorded } : {}),
  });
  return (services) => ({
    ...services,
    provider: (agent) => createHybridProvider(services.provider(agent), { recording, ledger, isReplay }),
    recall,
    askFirst: tools === "ask",
  });
}

/**
 * What was done to the original while it was live is done again at the same steps, besides what is set otherwise now. No limit
 * rises by it: see `Operations`.
 */
export function operationsAgain(
  { operations }: Pick<Recording, "operations">,
  traceId: () => string | undefined,
  overrides: Readonly<Record<string, string>> = {},
): NonNullable<RunnerOptions["adapt"]> {
  const kept = operations.map((it) => ({
    ...it,
    changes: Object.fromEntries(
      Object.entries(it.changes).filter(([key]) => !Object.hasOwn(overrides, key)),
    ),
  })).filter(({ action, changes }) => action === "tell" || Object.keys(changes).length > 0);
  return (services) => ({ ...services, operations: (id) => id === traceId() ? kept : [] });
}

/** What the run that repeats another was begun with instead of the other's own. */
function overridden(original: Run, run: Run): Readonly<Record<string, string>> {
  const settings = ({ config }: Run): Readonly<Record<string, unknown>> => ({
    model: config["model"],
    ...configPart({ config }, "parameters"),
  });
  const [was, is] = [settings(original), settings(run)];
  return Object.fromEntries(Object.keys(is).filter((key) => was[key] !== is[key]).map((key) => [key, ""]));
}

/** Asks for every tool call, whatever the tool. */
export const askForTools: NonNullable<RunnerOptions["adapt"]> = (services) => ({
  ...services,
  askFirst: true,
});

/** What a run needs besides to go on as it began: a hybrid replay goes on answering from its recording. Throws `AgentOpError`. */
export async function resumedServices(store: ReplayStore, run: Run): Promise<Pick<RunnerOptions, "adapt">> {
  const [, mode, tools] = /^(hybrid|live), tools (recorded|live|ask)$/.exec(run.tags[RUN_TAG.replay] ?? "") ??
    [];
  const isAsked = mode === "live" && tools === "ask";
  if (mode === undefined || !run.forkedFrom || run.parentRunId !== undefined) {
    return isAsked ? { adapt: askForTools } : {};
  }
  const original = await store.resolveRun(run.forkedFrom.runId).catch(() => {
    throw new AgentOpError(`Cannot resume ${run.runId}: the run it repeats is gone`, {
      remedy: `agentop show ${run.runId}`,
    });
  });
  const begun = resumedRecording(
    await store.loadTrace(original.traceId),
    await store.loadTrace(run.traceId),
  );
  const traceId = () => run.traceId;
  const again = operationsAgain(begun.recording, traceId, overridden(original, run));
  if (mode === "live") return { adapt: (services) => again(isAsked ? askForTools(services) : services) };
  const answers = hybridServices({ ...begun, tools: tools as ToolPolicy, traceId });
  return { adapt: (services) => again(answers(services)) };
}
