import type { FileChange, RunOperation } from "../../../app/mod.ts";
import {
  AgentOpError,
  type CallTarget,
  type PartialOutput,
  type Run,
  RUN_TAG,
  type Trace,
  type TreeTotals,
} from "../../../core/mod.ts";
import type { CacheReport, ForkTree } from "../../../analysis/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import { storedFamily, storedTrace } from "../../trace/stored.ts";
import type { TuiServices } from "../../ports.ts";

/** The tool call whose run is looked for. */
export interface HandOff {
  readonly parentRunId: string;
  readonly spanId: string;
  readonly childRunId?: string;
}

/** The file whose change is looked at, and for which question. */
interface ChangeAsked {
  readonly spanId: string;
  readonly target: Extract<CallTarget, { kind: "file" }>;
}

interface ChangeRead {
  readonly spanId: string;
  readonly change: FileChange;
}

export const LIVE_QUERIES = {
  /** `undefined`: the run has not reached the store yet. */
  trace: (services: TuiServices, { traceId }: { readonly traceId: string }): Promise<Trace | undefined> =>
    storedTrace(services, traceId),
  partials: (
    { store }: TuiServices,
    { traceId }: { readonly traceId: string },
  ): Promise<readonly PartialOutput[]> => store.partials(traceId),
  /** What a person does to the run; says what came of it. */
  operated: async (
    { operate }: TuiServices,
    { traceId, operation }: { readonly traceId: string; readonly operation: RunOperation },
  ): Promise<string> => {
    if (operate) return await operate(traceId, operation);
    throw new AgentOpError("Cannot reach the run: this workbench only shows runs", {
      remedy: "agentop set, agentop tell",
    });
  },
  /** The run that a tool call handed its work to. */
  child: async ({ store }: TuiServices, handOff: HandOff): Promise<Run | undefined> => {
    const children = await store.childRuns(handOff.parentRunId);
    return children.find((run) => run.runId === handOff.childRunId) ??
      children.find((run) => run.tags[RUN_TAG.handoff] === handOff.spanId);
  },
  /** All that the run goes back to and that came of it. */
  family: (services: TuiServices, { runId }: { readonly runId: string }): Promise<ForkTree> =>
    storedFamily(services, [runId]),
  /** What the run and all hand-offs below it used. */
  whole: ({ store }: TuiServices, { runId }: { readonly runId: string }): Promise<TreeTotals> =>
    store.treeTotals(runId),
  /** What its prompts had from a cache. */
  cache: async ({ store }: TuiServices, { runId }: { readonly runId: string }): Promise<CacheReport> =>
    await (await import("../../../app/mod.ts")).cacheOfRun(store, await store.resolveRun(runId)),
  /** What a call that waits would change in its file. */
  change: async ({ fileChange }: TuiServices, { spanId, target }: ChangeAsked): Promise<ChangeRead> => ({
    spanId,
    change: await fileChange?.(target) ?? { kind: "unknown", reason: "this workbench reads no files" },
  }),
  /** Arguments as text for the editor. */
  editable: async (
    { argumentsText }: TuiServices,
    { given }: { readonly given: unknown },
  ): Promise<string> => await argumentsText?.(given) ?? JSON.stringify(given, null, 2) ?? "",
  /** What the person made of it. */
  readBack: async (
    { readArguments }: TuiServices,
    { text }: { readonly text: string },
  ): Promise<Record<string, unknown>> => {
    if (readArguments) return await readArguments(text);
    throw new AgentOpError("Cannot use these arguments: this workbench reads none", { remedy: "y or n" });
  },
} satisfies Queries;

export type LiveQueries = typeof LIVE_QUERIES;
