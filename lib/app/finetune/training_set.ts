import { hashText, type Run, type Span, type Trace } from "../../core/mod.ts";
import type { App } from "../app.ts";
import type { CaseSplit, Side } from "./case_split.ts";
import type { SuiteQuestions } from "./contamination.ts";
import type { Conversation } from "./conversation.ts";
import { lastScores } from "./kept_runs.ts";
import { NearTexts } from "./near_texts.ts";
import { tokensOf } from "./token_count.ts";
import type { LineFile } from "./training_folder.ts";
import { type TrainingLine, type TrainingMessage, UnfitLine } from "./training_line.ts";
import { lineProblem, type SchemaCheck } from "./validate_line.ts";

/** Why a line is left out that would spoil an evaluation. */
export const CONTAMINATED = "asks what a suite asks";

/** What one file holds. */
export interface FinetuneFile {
  readonly path: string;
  readonly lines: number;
  readonly bytes: number;
  readonly tokens: number;
  /** Some of the tokens are estimated. */
  readonly isEstimate: boolean;
}

/** Where a line comes from. */
export interface Origin {
  readonly trace: Trace;
  /** The model call whose answer is learned. */
  readonly span: Span;
  readonly conversation: Conversation;
  readonly why: readonly string[];
  /** Whose answer is rejected. */
  readonly rejected?: Run;
}

export interface TrainingSetOptions {
  readonly maxTokens: number;
  readonly questions: SuiteQuestions;
  readonly checkSchema: SchemaCheck;
  readonly split: CaseSplit;
  readonly files: Readonly<Record<Side | "lineage", LineFile>>;
}

/** What did not go in, or went in otherwise than it was. */
export interface SetCounts {
  /** By reason, the commonest first. */
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
  /** Calls that have the arguments that a person gave them. */
  readonly corrections: number;
  readonly textsLeftOut: number;
  readonly thoughtsLeftOut: number;
}

/** Lines on their way into the files: each redacted, validated, held against suites and earlier lines, and put on its side. */
export class TrainingSet {
  readonly #app: App;
  readonly #options: TrainingSetOptions;
  readonly #exact = new Set<string>();
  readonly #contexts = new NearTexts();
  /** What was learned in contexts that are nearly the same, by the number of the first. */
  readonly #answers = new Map<number, NearTexts>();
  readonly #leftOut = new Map<string, number>();
  readonly #tokens = {
    train: { tokens: 0, isEstimate: false },
    validation: { tokens: 0, isEstimate: false },
  };
  readonly #count = { corrections: 0, textsLeftOut: 0, thoughtsLeftOut: 0 };

  constructor(app: App, options: TrainingSetOptions) {
    this.#app = app;
    this.#options = options;
  }

  leaveOut(reason: string): void {
    this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + 1);
  }

  /** Counts what `write` finds unfit, and goes on. */
  async fit(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof UnfitLine)) throw error;
      this.leaveOut(error.reason);
    }
  }

  /** Throws `UnfitLine`. */
  async add(given: TrainingLine, origin: Origin): Promise<void> {
    const { questions, checkSchema, split, files, maxTokens } = this.#options;
    const { trace: { run }, span, conversation } = origin;
    const line = this.#app.redactor.value(given);
    const problem = lineProblem(line, checkSchema);
    if (problem !== undefined) throw new UnfitLine(problem);
    const { tokens, isEstimate } = tokensOf(line, span, conversation);
    if (tokens > maxTokens) throw new UnfitLine(`longer than ${maxTokens} tokens`);
    if (questions.has(run.prompt, conversation.messages)) throw new UnfitLine(CONTAMINATED);
    const text = JSON.stringify(line);
    const hash = `${hashText(text)} ${hashText(text, 1)}`;
    if (this.#exact.has(hash)) throw new UnfitLine("the same line is there already");
    if (this.#isNear(line)) throw new UnfitLine("nearly the same line is there already");
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
      ...lineageOf(origin),
      case: split.caseOf(run),
      tokens,
      tokensAreEstimated: isEstimate,
    }));
  }

  /** Nearly the same is learned in nearly the same context. */
  #isNear(line: TrainingLine): boolean {
    const [context, answers] = partsOf(line);
    const number = this.#contexts.numberOf(context);
    const known = this.#answers.get(number) ?? new NearTexts();
    this.#answers.set(number, known);
    return known.add(answers) !== undefined;
  }

  fileOf(side: Side): FinetuneFile {
    const { name, lines, bytes } = this.#options.files[side];
    return { path: name, lines, bytes, ...this.#tokens[side] };
  }

  get counts(): SetCounts {
    const leftOut = [...this.#leftOut].map(([reason, count]) => ({ reason, count }));
    return {
      leftOut: leftOut.toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
      ...this.#count,
    };
  }
}

function lineageOf({ trace, span, why, rejected }: Origin) {
  return {
    runId: trace.run.runId,
    spanId: span.spanId,
    agent: trace.run.agent,
    model: span.requestModel ?? trace.run.model,
    ...(rejected ? { rejectedRunId: rejected.runId } : {}),
    why,
    scores: [...lastScores(trace).values()].map(({ name, value, label, passed, source, explanation }) => ({
      scorer: name,
      value,
      label,
      passed,
      source,
      comment: explanation,
    })),
  };
}

/** What lines are likened by: what comes before, and what is learned. Instructions, which all runs of an agent share, are in neither. */
function partsOf(line: TrainingLine): readonly [context: string, answers: string] {
  if (!("messages" in line)) return [saidIn(line.prompt), saidIn([...line.chosen, ...line.rejected])];
  const { messages } = line;
  const isLearned = (it: TrainingMessage) => it.role === "assistant" && it.weight !== 0;
  if (messages.findIndex(isLearned) === messages.length - 1) {
    return [saidIn(messages.slice(0, -1)), saidIn(messages.slice(-1))];
  }
  return [
    saidIn(messages.filter((it) => it.role === "user")),
    saidIn(messages.filter((it) => it.role !== "user")),
  ];
}

function saidIn(messages: readonly TrainingMessage[]): string {
  return messages.filter(({ role }) => role !== "system").map((message) =>
    message.role === "assistant" && message.tool_calls
      ? message.tool_calls.map((it) => `${it.function.name} ${it.function.arguments}`).join("\n")
      : message.content ?? ""
  ).join("\n");
}
