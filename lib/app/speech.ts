import { Buffer } from "node:buffer";
import { basename, join } from "node:path";
import {
  AgentOpError,
  allOf,
  ATTR,
  conditionOf,
  type Run,
  type RunFilter,
  shortRunId,
  type Span,
  type Trace,
} from "../core/mod.ts";
import { speechesOf } from "../analysis/mod.ts";
import type { SpeechAccount } from "../tools/mod.ts";
import type { App } from "./app.ts";
import { requestFor } from "./export_runs.ts";
import { writeWhole } from "./write_whole.ts";

const TOOL = "elevenlabs_speak";
const RUNS_PER_PAGE = 1_000;
const NAME_MAX_CHARS = 80;

/** What one model spoke in the chosen runs. */
export interface SpeechRow {
  readonly model: string;
  readonly calls: number;
  readonly characters: number;
  /** `null`: nobody said, and the model's rate is not known. */
  readonly credits: number | null;
  /** Some of the credits were not said by the service: characters at the published rate. */
  readonly creditsAreEstimated: boolean;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  readonly unknownCostCalls: number;
}

export interface SpeechReport {
  readonly runs: number;
  /** The most characters first. */
  readonly models: readonly SpeechRow[];
  /** What is left of the account now, or why that is unknown. */
  readonly account: SpeechAccount | { readonly unknown: string };
}

export interface SpeechChoice {
  readonly runs?: readonly string[];
  readonly filter?: RunFilter;
  readonly signal: AbortSignal;
}

/** Characters and credits that runs spoke, against what is left of the account where the key may know. Throws `AgentOpError`. */
export async function speechReport(app: App, choice: SpeechChoice): Promise<SpeechReport> {
  const [{ elevenLabsAccount }, { speechCredits }] = await Promise.all([
    import("../tools/mod.ts"),
    import("../pricing/mod.ts"),
  ]);
  const rows = new Map<string, SpeechRow>();
  let runs = 0;
  for await (const trace of spokenTraces(app, choice)) {
    const spans = speechSpans(trace);
    if (spans.length > 0) runs++;
    for (const span of spans) {
      const { model, characters, credits: said } = factsOf(span);
      const credits = said ?? speechCredits(model, characters) ?? null;
      const before = rows.get(model);
      rows.set(model, {
        model,
        calls: (before?.calls ?? 0) + 1,
        characters: (before?.characters ?? 0) + characters,
        credits: credits === null || before?.credits === null ? null : (before?.credits ?? 0) + credits,
        creditsAreEstimated: (before?.creditsAreEstimated ?? false) || said === undefined,
        costUsd: (before?.costUsd ?? 0) + (span.cost?.usd ?? 0),
        unknownCostCalls: (before?.unknownCostCalls ?? 0) + (span.cost?.usd == null ? 1 : 0),
      });
    }
  }
  return {
    runs,
    models: [...rows.values()].toSorted((a, b) => b.characters - a.characters),
    account: await elevenLabsAccount(app.host, app.config.secrets, choice.signal),
  };
}

/** Writes the speech that the chosen runs keep as files of a folder; what is there already is left. Throws `AgentOpError`. */
export async function writeSpeech(
  app: App,
  folder: string,
  choice: SpeechChoice,
): Promise<readonly string[]> {
  const written: string[] = [];
  for await (const trace of spokenTraces(app, choice)) {
    for (const [index, { name, part }] of speechesOf(trace).entries()) {
      choice.signal.throwIfAborted();
      const file = `${shortRunId(trace.run.runId)}-${index + 1}-${safeName(name)}`;
      const path = join(folder, file);
      const bytes = Buffer.from(part.data, "base64");
      await Deno.mkdir(folder, { recursive: true });
      await writeWhole(path, (half) => Deno.writeFile(half, bytes), { name: file, force: true });
      written.push(path);
    }
  }
  if (written.length > 0) return written;
  throw new AgentOpError("Cannot write speech: the chosen runs keep none", {
    remedy: `agentop speech, and runs of an agent with ${TOOL}`,
  });
}

async function* spokenTraces(
  app: App,
  { runs = [], filter = {}, signal }: SpeechChoice,
): AsyncGenerator<Trace> {
  const store = await app.store();
  if (runs.length > 0) {
    const named = await requestFor(app, { runs, filter, signal });
    for (const run of named.runs!) yield await store.loadTrace(run.traceId);
    return;
  }
  const spoke = allOf([
    { type: "name", key: "tool", match: "whole", value: TOOL },
    ...[conditionOf(filter)].filter((it) => it !== undefined),
  ])!;
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page: { readonly runs: readonly Run[]; readonly nextCursor?: string } = await store.listRuns({
      filter: { where: spoke },
      sort: "oldest",
      limit: RUNS_PER_PAGE,
      ...from,
    });
    for (const { traceId } of page.runs) {
      signal.throwIfAborted();
      yield await store.loadTrace(traceId);
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

function speechSpans(trace: Trace): readonly Span[] {
  return [...trace.spans.values()].filter((span) =>
    span.kind === "tool" && span.attributes[ATTR.speechModel] !== undefined
  );
}

function factsOf({ attributes }: Span) {
  const number = (name: string) => {
    const value = attributes[name];
    return typeof value === "number" && value >= 0 ? value : undefined;
  };
  const model = attributes[ATTR.speechModel];
  return {
    model: typeof model === "string" ? model : "unknown",
    characters: number(ATTR.speechCharacters) ?? 0,
    credits: number(ATTR.speechCredits),
  };
}

/** A name without folders, for a file. */
function safeName(name: string): string {
  const safe = basename(name).replace(/[^\w.-]+/g, "_").slice(-NAME_MAX_CHARS).replace(/^\.+/, "");
  return /\.mp3$/i.test(safe) ? safe : `${safe || "speech"}.mp3`;
}
