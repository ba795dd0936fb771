import { join } from "node:path";
import {
  AgentOpError,
  hashText,
  type Run,
  type RunFilter,
  type Span,
  type Store,
  StoreError,
  type Trace,
} from "../../core/mod.ts";
import type { App } from "../app.ts";
import { requestFor } from "../export_runs.ts";
import { CaseSplit, type Side } from "./case_split.ts";
import { type SuiteQuestions, suiteQuestions } from "./contamination.ts";
import { answeredCalls, type Conversation, conversationOf, factsOf } from "./conversation.ts";
import { type KeepRules, lastScores, whyNotKept } from "./kept_runs.ts";
import { NearTexts } from "./near_texts.ts";
import { tokensOf } from "./token_count.ts";
import { type LineFile, writeTrainingFolder } from "./training_folder.ts";
import { type SftLine, type TrainingLine, UnfitLine } from "./training_line.ts";
import { lineProblem, loadSchemaCheck, type SchemaCheck } from "./validate_line.ts";

const RUNS_PER_PAGE = 1_000;
/** The fewest that `utils/validate_data.py` of mistral-finetune takes, and the fewest bytes. */
const LINES_MIN = 10;
const BYTES_MIN = 1_000;

export interface FinetuneExportOptions extends KeepRules {
  /** The folder. @default "finetune-data" */
  readonly out?: string | undefined;
  readonly force?: boolean;
  /** Only these runs, by name; else those that `filter` lets through. */
  readonly runs?: readonly string[];
  readonly filter?: RunFilter;
  /** Share of the cases that is kept for validation, from 0 to 1. @default 0.1 */
  readonly validation?: number;
  /** Suites that must stay unknown to the model; `["none"]`: none. @default all in `evals/` */
  readonly against?: readonly string[] | undefined;
  /** Longer lines are left out. @default 32_768, what mistral-finetune trains with */
  readonly maxTokens?: number;
  /** How often all of it is trained on. @default 3 */
  readonly epochs?: number;
  /** What a million trained tokens cost, USD. Without it the cost is unknown. */
  readonly usdPerMillion?: number | undefined;
  readonly signal: AbortSignal;
}

/** What one file holds. */
export interface FinetuneFile {
  readonly path: string;
  readonly lines: number;
  readonly bytes: number;
  readonly tokens: number;
  /** Some of the tokens are estimated. */
  readonly isEstimate: boolean;
}

export interface FinetuneReport {
  readonly out: string;
  readonly train: FinetuneFile;
  readonly validation: FinetuneFile;
  readonly runs: number;
  /** What is not in it, by reason, the commonest first. */
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
  /** Calls that have the arguments that a person gave them. */
  readonly corrections: number;
  readonly textsLeftOut: number;
  readonly thoughtsLeftOut: number;
  /** Suites whose questions are not in it. */
  readonly suites: readonly string[];
  readonly epochs: number;
  /** `null`: unknown. */
  readonly costUsd: number | null;
  readonly notes: readonly string[];
}

/**
 * Writes kept runs as a folder of Mistral's chat fine-tuning format: `train.jsonl`, `validation.jsonl`, and `lineage.jsonl`, which
 * says for each line where it comes from. Whole or not at all, and the same for the same store. Throws `AgentOpError`.
 */
export async function exportFinetune(app: App, options: FinetuneExportOptions): Promise<FinetuneReport> {
  const { validation = 0.1, against, signal } = options;
  const [store, questions, checkSchema] = await Promise.all([
    app.store(),
    suiteQuestions(app, against),
    loadSchemaCheck(),
  ]);
  const split = new CaseSplit(validation);
  const chosen: string[] = [];
  for await (const run of chosenRuns(app, options)) {
    split.add(run);
    chosen.push(run.traceId);
  }
  let report: FinetuneReport | undefined;
  const out = await writeTrainingFolder(
    options.out ?? "finetune-data",
    { force: options.force === true },
    async (open, half) => {
      const files = {
        train: await open("train.jsonl"),
        validation: await open("validation.jsonl"),
        lineage: await open("lineage.jsonl"),
      };
      const set = new TrainingSet(app, { ...options, questions, checkSchema, split, files });
      for (const traceId of chosen) {
        signal.throwIfAborted();
        await set.addRun(await loadedTrace(store, traceId));
      }
      report = set.report(chosen.length);
      if (report.train.lines + report.validation.lines === 0) throw nothingKept(report);
      const text = JSON.stringify(report, null, 2);
      await Deno.writeTextFile(join(half, "report.json"), `${text}\n`, { createNew: true, mode: 0o600 });
    },
  );
  const at = (file: FinetuneFile) => ({ ...file, path: join(out, file.path) });
  return { ...report!, out, train: at(report!.train), validation: at(report!.validation) };
}

function nothingKept({ runs, leftOut }: FinetuneReport): AgentOpError {
  const why = leftOut.slice(0, 3).map(({ reason, count }) => `${count} × ${reason}`).join(", ");
  return new AgentOpError(
    runs === 0
      ? "Cannot export finetune: no run matches"
      : `Cannot export finetune: none of ${runs} runs can be learned from: ${why}`,
    {
      remedy: leftOut[0]?.reason === CONTAMINATED
        ? "--against SUITE for the suites that matter, or --against none"
        : "agentop runs --status completed",
    },
  );
}

/** Oldest first, as they are named otherwise. */
async function* chosenRuns(app: App, { runs = [], filter = {}, signal }: FinetuneExportOptions) {
  if (runs.length > 0) {
    const named = await requestFor(app, { runs, filter, signal });
    yield* new Map(named.runs!.map((run) => [run.traceId, run])).values();
    return;
  }
  const store = await app.store();
  let cursor: string | undefined;
  do {
    signal.throwIfAborted();
    const from = cursor === undefined ? {} : { cursor };
    const page = await store.listRuns({ filter, sort: "oldest", limit: RUNS_PER_PAGE, ...from });
    yield* page.runs;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** What can be read of a run, or why it cannot. */
async function loadedTrace(store: Store, traceId: string): Promise<Trace | string> {
  try {
    return await store.loadTrace(traceId);
  } catch (error) {
    if (error instanceof StoreError && ["damaged", "damaged_run"].includes(error.code)) {
      return "damaged in the store";
    }
    if (await store.getRun(traceId) === undefined) return "deleted meanwhile";
    throw error;
  }
}

const CONTAMINATED = "asks what a suite asks";

interface SetOptions extends FinetuneExportOptions {
  readonly questions: SuiteQuestions;
  readonly checkSchema: SchemaCheck;
  readonly split: CaseSplit;
  readonly files: Readonly<Record<Side | "lineage", LineFile>>;
}

/** Where a line comes from, beside the run and the span. */
interface Origin {
  readonly run: Run;
  readonly span: Span;
  readonly conversation: Conversation;
  readonly why: readonly string[];
  readonly scores: Trace;
}

class TrainingSet {
  readonly #app: App;
  readonly #options: SetOptions;
  readonly #exact = new Set<string>();
  readonly #near = new NearTexts();
  readonly #leftOut = new Map<string, number>();
  readonly #tokens = {
    train: { tokens: 0, isEstimate: false },
    validation: { tokens: 0, isEstimate: false },
  };
  readonly #count = { corrections: 0, textsLeftOut: 0, thoughtsLeftOut: 0 };

  constructor(app: App, options: SetOptions) {
    this.#app = app;
    this.#options = options;
  }

  async addRun(trace: Trace | string): Promise<void> {
    if (typeof trace === "string") return this.#leave(trace);
    const why = whyNotKept(trace, this.#options);
    if (why !== undefined) return this.#leave(why);
    const span = answeredCalls(trace).at(-1);
    if (!span) return this.#leave("no model call with its conversation on record");
    await this.#fit(async () => {
      const conversation = conversationOf(span, factsOf(trace));
      const { messages, tools } = conversation;
      const line: SftLine = { messages, ...(tools.length === 0 ? {} : { tools }) };
      const reasons = ["ended well", ...(conversation.corrections > 0 ? ["edited approval"] : [])];
      await this.#add(line, { run: trace.run, span, conversation, why: reasons, scores: trace });
    });
  }

  async #fit(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof UnfitLine)) throw error;
      this.#leave(error.reason);
    }
  }

  /** Throws `UnfitLine`. */
  async #add(given: TrainingLine, { run, span, conversation, why, scores }: Origin): Promise<void> {
    const { questions, checkSchema, split, files, maxTokens = 32_768 } = this.#options;
    const line = this.#app.redactor.value(given);
    const problem = lineProblem(line, checkSchema);
    if (problem !== undefined) throw new UnfitLine(problem);
    const { tokens, isEstimate } = tokensOf(line, span, conversation);
    if (tokens > maxTokens) throw new UnfitLine(`longer than ${maxTokens} tokens`);
    if (questions.has(run.prompt, conversation.messages)) throw new UnfitLine(CONTAMINATED);
    const text = JSON.stringify(line);
    const hash = `${hashText(text)} ${hashText(text, 1)}`;
    if (this.#exact.has(hash)) throw new UnfitLine("the same line is there already");
    if (this.#near.add(learned(line)) !== undefined) {
      throw new UnfitLine("nearly the same line is there already");
    }
    this.#exact.add(hash);
    const side = split.sideOf(run);
    await files[side].write(line);
    const sums = this.#tokens[side];
    sums.tokens += tokens;
    sums.isEstimate ||= isEstimate;
    for (const key of ["corrections", "textsLeftOut", "thoughtsLeftOut"] as const) {
      this.#count[key] += conversation[key];
    }
    await files.lineage.write(this.#app.redactor.value({
      file: files[side].name,
      line: files[side].lines,
      runId: run.runId,
      spanId: span.spanId,
      agent: run.agent,
      case: split.caseOf(run),
      why,
      tokens,
      tokensAreEstimated: isEstimate,
      scores: [...lastScores(scores).values()].map(({ name, value, label, passed, source, explanation }) => ({
        scorer: name,
        value,
        label,
        passed,
        source,
        comment: explanation,
      })),
    }));
  }

  #leave(reason: string): void {
    this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + 1);
  }

  report(runs: number): FinetuneReport {
    const { files, epochs = 3, usdPerMillion, questions } = this.#options;
    const [train, validation] = (["train", "validation"] as const).map((side): FinetuneFile => {
      const { name, lines, bytes } = files[side];
      return { path: name, lines, bytes, ...this.#tokens[side] };
    });
    return {
      out: ".",
      train: train!,
      validation: validation!,
      runs,
      leftOut: [...this.#leftOut].map(([reason, count]) => ({ reason, count }))
        .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
      ...this.#count,
      suites: questions.suites,
      epochs,
      costUsd: usdPerMillion === undefined ? null : train!.tokens * epochs * usdPerMillion / 1e6,
      notes: [
        ...questions.unread,
        ...(train!.lines < LINES_MIN || train!.bytes < BYTES_MIN
          ? [
            `train.jsonl is smaller than ${LINES_MIN} lines or ${BYTES_MIN} bytes, the least that mistral-finetune takes`,
          ]
          : []),
        ...(validation!.lines === 0 ? ["no case fell to validation"] : []),
      ],
    };
  }
}

/** What two lines are likened by: what was said, without what all runs of an agent have in common. */
function learned(line: TrainingLine): string {
  const messages = "messages" in line ? line.messages : [...line.prompt, ...line.chosen, ...line.rejected];
  return messages.filter(({ role }) => role !== "system").map((message) =>
    message.role === "assistant" && message.tool_calls
      ? message.tool_calls.map((it) => `${it.function.name} ${it.function.arguments}`).join("\n")
      : message.content ?? ""
  ).join("\n");
}
