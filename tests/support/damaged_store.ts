import { join } from "node:path";
import { runDocument } from "../../lib/app/mod.ts";
import { AgentOpError, messageOf, type Store } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { graded, keepExperiment } from "./experiments.ts";
import { fakeHost } from "./fake_host.ts";
import { sampleEvents } from "./sample_run.ts";

/** A store at `path` with so many finished runs, some scored, compared and with long texts; all of it in one file. */
export async function varied(path: string, runs = 6): Promise<void> {
  await using store = await openStore(path, { host: fakeHost() });
  const ids: { readonly traceId: string; readonly runId: string }[] = [];
  for (let at = 0; at < runs; at++) {
    const host = { ...fakeHost({ startMs: Date.UTC(2026, 0, 1 + at) }), newId };
    const options = {
      host,
      rounds: 1 + at,
      chars: 40 + at * 200,
      prompt: `prompt ${at} `.repeat(1 + at * 20),
    };
    for (const event of sampleEvents(options)) {
      await store.write([event]);
      if (event.type === "run_start") ids.push(event.run);
    }
    const { traceId } = ids.at(-1)!;
    const evaluation = {
      traceId,
      value: 0.5,
      source: "scorer",
      createdAtUs: 1_000 + at,
      explanation: "because",
    };
    await store.write([{
      type: "evaluation",
      evaluation: { ...evaluation, evalId: newId(), name: "numeric" },
    }]);
  }
  await store.indexPending();
  const [left, right = left] = ids;
  await store.saveDiff({
    diffId: crypto.randomUUID(),
    leftRunId: left!.runId,
    rightRunId: right!.runId,
    createdAtUs: 5,
    overrides: { temperature: 0.5 },
    leftOutput: "left",
    rightOutput: "right",
    diff: { steps: [{ op: "changed" }] },
  });
}

/** Adds a suite that was run, and a baseline. All of it in one file, as before. */
export async function withExperiment(path: string): Promise<void> {
  await using store = await openStore(path, { host: fakeHost() });
  const host = { ...fakeHost({ startMs: Date.UTC(2026, 1, 1) }), newId };
  const { experimentId } = await keepExperiment(store, host, {
    suite: "sums",
    variants: ["small", "large"],
    cases: ["first", "second", "third"],
    repeats: 2,
    scorers: ["exact"],
    result: (variant, caseId) => ({
      scores: [graded("exact", variant === "large" || caseId === "first" ? 1 : 0, "because")],
      usd: 0,
    }),
  });
  const [result] = await store.experimentResults(experimentId);
  await store.saveBaseline({ name: "good", runId: result!.runId, createdAtUs: 7 });
  await store.saveBaseline({ name: "other", runId: result!.runId, createdAtUs: 8 });
  await store.indexPending();
}

/** Ids count up from the same start in every fake host; here they must differ. */
function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** What a person sees of a store: each run's document, or the line that says why there is none. */
export interface Seen {
  readonly documents: ReadonlyMap<string, string>;
  /** Suites that were run, with their cases and results, and baselines; or the lines that say why there is none. */
  readonly suites: readonly string[];
  /** Errors that are no line for a person. */
  readonly raw: readonly string[];
  readonly listed: readonly string[];
  readonly isSound: boolean;
}

/** Opens a store and reads everything in it, the runs of `runIds` above all. */
export async function look(path: string, runIds?: readonly string[]): Promise<Seen> {
  const raw: string[] = [];
  const told = async <T>(what: string, work: () => Promise<T>): Promise<T | string> => {
    try {
      return await work();
    } catch (error) {
      const isLine = error instanceof AgentOpError && error.exitCode === 2 && !error.message.includes("\n");
      if (!isLine) raw.push(`${what}: ${error instanceof Error ? error.stack : messageOf(error)}`);
      return messageOf(error);
    }
  };
  const documents = new Map<string, string>();
  const suites: string[] = [];
  const seen = await told("open", async () => {
    await using store = await openStore(path, { host: fakeHost() });
    const listed = await told(
      "list",
      async () => (await store.listRuns()).runs.map((run) => JSON.stringify(run)),
    );
    const shown = runIds ?? (await store.listRuns()).runs.map((run) => run.runId);
    for (const runId of shown) documents.set(runId, await documentOf(store, runId, told));
    await told(
      "facts",
      async () => [await store.spanFacts(), await store.usageFacts(), await store.costBy("day")],
    );
    await told("evaluations", () => store.listEvaluations());
    const experiments = await told("experiments", () => store.listExperiments());
    suites.push(JSON.stringify(experiments));
    for (const { experimentId } of typeof experiments === "string" ? [] : experiments.experiments) {
      for (
        const [what, read] of [
          ["experiment", () => store.resolveExperiment(experimentId)],
          ["cases", () => store.experimentCases(experimentId)],
          ["results", () => store.experimentResults(experimentId)],
        ] as const
      ) suites.push(JSON.stringify(await told<unknown>(what, read)));
    }
    suites.push(JSON.stringify(await told("baselines", () => store.listBaselines())));
    await told("search", () => store.listRuns({ filter: { text: "figures" } }));
    const report = await told("verify", () => store.verify());
    return { listed, isSound: typeof report !== "string" && report.ok };
  });
  const { listed, isSound } = typeof seen === "string" ? { listed: seen, isSound: false } : seen;
  return { documents, suites, raw, listed: typeof listed === "string" ? [listed] : listed, isSound };
}

async function documentOf(
  store: Store,
  runId: string,
  told: <T>(what: string, work: () => Promise<T>) => Promise<T | string>,
): Promise<string> {
  return await told(
    `show ${runId}`,
    async () => JSON.stringify(await runDocument(store, await store.resolveRun(runId))),
  );
}

/** What one flip of one bit did. */
export interface Flip {
  readonly bit: number;
  /** A run's document, the list of runs, a suite that was run or a baseline is not what it was. */
  readonly changed: boolean;
  readonly found: boolean;
  readonly raw: readonly string[];
}

/** Flips bits of the store at `path`, one at a time in a copy; `random` gives numbers from 0 to 1. */
export async function* flips(
  path: string,
  count: number,
  random: () => number,
): AsyncGenerator<Flip> {
  const folder = await Deno.makeTempDir();
  try {
    const sound = await Deno.readFile(path);
    const before = await look(path);
    const runIds = [...before.documents.keys()];
    const copy = join(folder, "copy.db");
    for (let at = 0; at < count; at++) {
      const bit = Math.floor(random() * sound.length * 8);
      const bytes = sound.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      await Deno.remove(`${copy}-live`, { recursive: true }).catch(() => {});
      for (const end of ["", "-wal", "-shm"]) await Deno.remove(`${copy}${end}`).catch(() => {});
      await Deno.writeFile(copy, bytes);
      const after = await look(copy, runIds);
      const changed = after.listed.join() !== before.listed.join() ||
        after.suites.join() !== before.suites.join() ||
        runIds.some((id) => after.documents.get(id) !== before.documents.get(id));
      yield { bit, changed, found: !after.isSound, raw: after.raw };
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
