import { type Command, Option } from "@commander-js/extra-typings";
import type { FinetuneFile, FinetuneFormat, FinetuneReport, LinesPer } from "../../../app/mod.ts";
import { AgentOpError } from "../../../core/mod.ts";
import { byteSize, cell, grouped, money, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { WithContext } from "../../frame/command.ts";
import { numberFlag, readNumber } from "../../frame/number.ts";
import { outOption } from "../../frame/out_flag.ts";
import { collect, keyValuePairs } from "../../frame/repeated_flags.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";

interface FinetuneFlags extends FilterFlags {
  readonly format?: FinetuneFormat | undefined;
  readonly lines?: LinesPer | undefined;
  readonly out?: string | undefined;
  readonly force?: true | undefined;
  readonly minScore?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
  readonly against?: readonly string[] | undefined;
  readonly validation?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly epochs?: number | undefined;
  readonly price?: number | undefined;
  readonly upload?: true | undefined;
}

const NOTES = `
A folder comes out: train.jsonl and validation.jsonl, lineage.jsonl (run, span, scores and reason of each line) and report.json.
sft is Mistral's chat fine-tuning format: messages, tool calls, results, weights, tools. Runs count that completed with an answer and failed no
score. A call whose arguments a person edited has those; an answer whose call ended in an error, or that a person scored as failed, has
weight 0; a run whose answer a person rewrote in a fork is left out for the fork. mistral-finetune learns the last answer alone where there
are tools: --lines call makes each answer a last one.
dpo are pairs in one context, as TRL reads them (prompt, chosen, rejected): a person's edit against what the model said, the better of a review,
of two variants or tries of a case, of a fork and its original: all scores as good, and one better. The pair is the first model call at which both
had the same context and answered differently.
Every line passes the rules of mistral-finetune and mistral-common. What does not is left out and counted, as are duplicates, near duplicates and
what a suite in evals/ asks. No case is in both files. Tokens are those that the model's server counted, or estimated (~).

Examples:
  agentop export finetune --agent researcher --since 30d --out data           # everything that ended well
  agentop export finetune --against none --out data                           # after agentop init: its suite asks what one tries first
  agentop export finetune --min-score numeric=0.9 --search tag:env=prod       # with a good score and a tag
  agentop export finetune --label tone=friendly --against sales               # what people called so; nothing that evals/sales.yaml asks
  agentop export finetune --format dpo --against none --out pairs             # preferences
  agentop export finetune --upload --out data                                 # and send both files to Mistral's files API
  agentop export finetune --lines call --validation 0.2 --price 2             # a fifth for validation; USD per million tokens`;

export function addFinetune(group: Command, withContext: WithContext): void {
  const command = group.command("finetune").description(
    "write runs as training data: Mistral's chat fine-tuning format or DPO pairs, validated",
  )
    .argument("[run...]", "only these runs: ids, beginnings or ends of ids, last (default: all)")
    .addOption(
      new Option(
        "--format <format>",
        "sft: conversations (default); dpo: pairs of a better and a worse answer",
      )
        .choices(["sft", "dpo"] as const),
    )
    .addOption(
      new Option(
        "--lines <per>",
        "of sft: one for each run (default), or for each model call, its answer alone learned",
      )
        .choices(["run", "call"] as const),
    )
    .addOption(outOption("the folder (default: finetune-data)"))
    .option("--force", "write over a folder that this wrote")
    .option("--min-score <name=value>", "only runs whose score is that high (repeatable)", collect)
    .option("--label <name=label>", "only runs that were given this label (repeatable)", collect)
    .option(
      "--against <suite>",
      "leave out what this suite asks; none: no suite (repeatable, default: all in evals/)",
      collect,
    )
    .option(
      "--validation <share>",
      "of the cases, for validation (default: 0.1)",
      numberFlag("--validation", { max: 1 }, 0.1),
    )
    .option(
      "--max-tokens <n>",
      "leave out longer lines (default: 32768)",
      numberFlag("--max-tokens", { min: 1, isWhole: true }, 8192),
    )
    .option(
      "--epochs <n>",
      "for the cost: how often all is trained on (default: 3)",
      numberFlag("--epochs", { isMinExcluded: true }, 3),
    )
    .option(
      "--price <usd>",
      "for the cost: USD per million trained tokens (default: unknown)",
      numberFlag("--price", {}, 2),
    );
  command.option(
    "--upload",
    "send the files to the files API of the model server; nothing leaves this machine without it",
  );
  addFilterFlags(command).addHelpText("after", NOTES)
    .action((runs, flags) => withContext((context) => write(context, runs, flags as FinetuneFlags)));
}

async function write(context: Context, runs: readonly string[], flags: FinetuneFlags): Promise<number> {
  if (flags.out === "-") {
    throw new AgentOpError("Cannot print training data: it is several files", { remedy: "--out FOLDER" });
  }
  const { loadFinetune } = await import("../../../app/mod.ts");
  const { checkUpload, exportFinetune, JOBS_RETIRED, uploadFinetune } = await loadFinetune();
  if (flags.upload) checkUpload(context.app, { format: flags.format ?? "sft" });
  const { abortOnSignals } = await import("../../process/signals.ts");
  using stop = abortOnSignals();
  try {
    const report = await exportFinetune(context.app, {
      runs,
      filter: readRunFilter(flags, context),
      format: flags.format,
      per: flags.lines,
      out: flags.out,
      force: flags.force === true,
      minScores: scoresOf(flags.minScore),
      labels: keyValuePairs("--label", flags.label),
      against: flags.against,
      validation: flags.validation,
      maxTokens: flags.maxTokens,
      epochs: flags.epochs,
      usdPerMillion: flags.price,
      signal: stop.signal,
    });
    if (!context.json) printReport(context, report);
    const uploaded = flags.upload ? await uploadFinetune(context.app, report, stop.signal) : undefined;
    if (context.json) context.printJson({ ...report, ...(uploaded ? { uploaded } : {}) });
    for (const { id, name, bytes } of context.json ? [] : uploaded ?? []) {
      context.print(`Sent ${cell(name)}, ${byteSize(bytes)}: ${cell(id)}`);
    }
    if (uploaded) context.note(`agentop: ${JOBS_RETIRED}. Try: agentop finetune, on a GPU of yours`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    context.note("agentop: Cancelled");
    return 130;
  }
}

function scoresOf(given: readonly string[] | undefined): Readonly<Record<string, number>> {
  const pairs = Object.entries(keyValuePairs("--min-score", given));
  return Object.fromEntries(
    pairs.map(([name, text]) => [
      name,
      readNumber("--min-score", text, { min: -Infinity }, "--min-score numeric=0.9"),
    ]),
  );
}

function printReport(context: Context, report: FinetuneReport): void {
  const { train, validation, runs, leftOut, suites, epochs, costUsd, corrections } = report;
  context.print(`Wrote ${cell(report.out)} from ${plural(runs, "run")}:`);
  for (const file of [train, validation]) context.print(`  ${fileLine(file)}`);
  if (corrections > 0) {
    context.print(`  ${plural(corrections, "call")} with the arguments that a person gave.`);
  }
  if (report.textsLeftOut > 0) {
    context.print(
      `  ${plural(report.textsLeftOut, "text")} beside tool calls left out: the format has one of the two.`,
    );
  }
  if (report.thoughtsLeftOut > 0) {
    context.print(`  Thoughts of ${plural(report.thoughtsLeftOut, "message")} left out.`);
  }
  const out = leftOut.reduce((sum, { count }) => sum + count, 0);
  if (out > 0) {
    context.print(`  ${plural(out, "line")} left out:`);
    for (const { reason, count } of leftOut) context.print(`    ${grouped(count)} ${cell(reason)}`);
  }
  context.print(
    suites.length > 0
      ? `  Nothing in it is asked by ${suites.map((name) => cell(name)).join(", ")}.`
      : "  Not checked against any suite.",
  );
  const sign = train.isEstimate ? "~" : "";
  context.print(
    costUsd === null
      ? `  Training ${epochs} times on it costs an unknown amount: --price USD says what a million tokens cost.`
      : `  Training ${epochs} times on it costs ~${money(costUsd)}: ${sign}${
        grouped(train.tokens * epochs)
      } tokens.`,
  );
  for (const note of report.notes) context.note(`agentop: ${cell(note)}`);
}

function fileLine({ path, lines, bytes, tokens, isEstimate }: FinetuneFile): string {
  const sign = isEstimate ? "~" : "";
  return `${cell(path)}: ${plural(lines, "line")}, ${sign}${grouped(tokens)} tokens, ${byteSize(bytes)}`;
}
