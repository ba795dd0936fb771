import { join } from "node:path";
import { AgentOpError } from "../../core/mod.ts";
import type { App } from "../app.ts";
import { CaseSplit } from "./case_split.ts";
import { type ChosenRun, chosenRun, chosenRuns, type RunChoice } from "./chosen_runs.ts";
import { suiteQuestions } from "./contamination.ts";
import { addExamples, type LinesPer } from "./examples.ts";
import type { KeepRules } from "./kept_runs.ts";
import { addPairs } from "./pairs.ts";
import { writeTrainingFolder } from "./training_folder.ts";
import { CONTAMINATED, type FinetuneFile, type SetCounts, TrainingSet } from "./training_set.ts";
import { loadSchemaCheck } from "./validate_line.ts";

/** The fewest that `utils/validate_data.py` of mistral-finetune takes, and the fewest bytes. */
const LINES_MIN = 10;
const BYTES_MIN = 1_000;

/** `sft`: conversations to learn. `dpo`: pairs of a preferred and a rejected answer. */
export const FINETUNE_FORMATS = ["sft", "dpo"] as const;
export type FinetuneFormat = (typeof FINETUNE_FORMATS)[number];

export interface FinetuneExportOptions extends KeepRules, RunChoice {
  /** @default "sft" */
  readonly format?: FinetuneFormat | undefined;
  /** What a line of `sft` is. @default "run" */
  readonly per?: LinesPer | undefined;
  /** The folder. @default "finetune-data" */
  readonly out?: string | undefined;
  readonly force?: boolean;
  /** Share of the cases that is kept for validation, from 0 to 1. @default 0.1 */
  readonly validation?: number | undefined;
  /** Suites that must stay unknown to the model; `["none"]`: none. @default all in `evals/` */
  readonly against?: readonly string[] | undefined;
  /** Longer lines are left out. @default 32_768, what mistral-finetune trains with */
  readonly maxTokens?: number | undefined;
  /** How often all of it is trained on. @default 3 */
  readonly epochs?: number | undefined;
  /** What a million trained tokens cost, USD. Without it the cost is unknown. */
  readonly usdPerMillion?: number | undefined;
}

export interface FinetuneReport extends SetCounts {
  readonly format: FinetuneFormat;
  readonly out: string;
  readonly train: FinetuneFile;
  readonly validation: FinetuneFile;
  /** That were looked at. */
  readonly runs: number;
  /** Suites whose questions are not in it. */
  readonly suites: readonly string[];
  readonly epochs: number;
  /** `null`: unknown. */
  readonly costUsd: number | null;
  readonly notes: readonly string[];
}

/**
 * Writes runs as a folder of training data: `train.jsonl` and `validation.jsonl` in Mistral's chat fine-tuning format or as pairs for
 * TRL, and `lineage.jsonl`, which says for each line where it comes from. Whole or not at all, and the same for the same store.
 * Throws `AgentOpError`.
 */
export async function exportFinetune(app: App, options: FinetuneExportOptions): Promise<FinetuneReport> {
  const { format = "sft", per = "run", maxTokens = 32_768, signal } = options;
  const [store, questions, checkSchema] = await Promise.all([
    app.store(),
    suiteQuestions(app, options.against),
    loadSchemaCheck(),
  ]);
  const split = new CaseSplit(options.validation ?? 0.1);
  const runs: ChosenRun[] = [];
  for await (const run of chosenRuns(app, options)) {
    split.add(run);
    runs.push(chosenRun(run));
  }
  let report: FinetuneReport | undefined;
  const target = options.out ?? "finetune-data";
  const out = await writeTrainingFolder(target, { force: options.force === true }, async (open, half) => {
    const files = {
      train: await open("train.jsonl"),
      validation: await open("validation.jsonl"),
      lineage: await open("lineage.jsonl"),
    };
    const set = new TrainingSet(app, { maxTokens, questions, checkSchema, split, files });
    if (format === "dpo") await addPairs(set, store, runs, { signal });
    else await addExamples(set, store, runs, { ...options, per });
    report = reportOf(set, runs.length, questions, options);
    if (report.train.lines + report.validation.lines === 0) throw nothingKept(report);
    const text = JSON.stringify(report, null, 2);
    await Deno.writeTextFile(join(half, "report.json"), `${text}\n`, { createNew: true, mode: 0o600 });
  });
  const at = (file: FinetuneFile) => ({ ...file, path: join(out, file.path) });
  return { ...report!, out, train: at(report!.train), validation: at(report!.validation) };
}

function reportOf(
  set: TrainingSet,
  runs: number,
  { suites, unread }: { readonly suites: readonly string[]; readonly unread: readonly string[] },
  { format = "sft", epochs = 3, usdPerMillion }: FinetuneExportOptions,
): FinetuneReport {
  const [train, validation] = [set.fileOf("train"), set.fileOf("validation")];
  const isSmall = train.lines < LINES_MIN || train.bytes < BYTES_MIN;
  return {
    format,
    out: ".",
    train,
    validation,
    runs,
    ...set.counts,
    suites,
    epochs,
    costUsd: usdPerMillion === undefined ? null : train.tokens * epochs * usdPerMillion / 1e6,
    notes: [
      ...unread,
      ...(isSmall
        ? [
          `train.jsonl is smaller than ${LINES_MIN} lines or ${BYTES_MIN} bytes, the least that mistral-finetune takes`,
        ]
        : []),
      ...(validation.lines === 0 ? ["no case fell to validation"] : []),
    ],
  };
}

function nothingKept({ format, runs, leftOut }: FinetuneReport): AgentOpError {
  const why = leftOut.slice(0, 3).map(({ reason, count }) => `${count} × ${reason}`).join(", ");
  const what = format === "dpo" ? "gives a pair" : "can be learned from";
  return new AgentOpError(
    runs === 0
      ? "Cannot export finetune: no run matches"
      : `Cannot export finetune: none of ${runs} runs ${what}${why === "" ? "" : `: ${why}`}`,
    {
      remedy: leftOut[0]?.reason === CONTAMINATED
        ? "--against SUITE for the suites that matter, or --against none"
        : format === "dpo"
        ? "agentop review, agentop eval with variants, or replay with --edit: they say which answer is better"
        : "agentop runs --status completed",
    },
  );
}
