import { type Command, Option } from "@commander-js/extra-typings";
import { addGateFlags, gateOfFlags } from "../../frame/gate_flags.ts";
import type { CliCommand, WithContext } from "../../frame/command.ts";
import { BUDGET } from "../../frame/limit_flags.ts";
import { numberFlag } from "../../frame/number.ts";
import { outOption } from "../../frame/out_flag.ts";
import { collect } from "../../frame/repeated_flags.ts";
import type { TrainFlags } from "./train.ts";

const JOB = "the training: its id, the end of it, the name of its model, or last";

const NOTES = `
Trains on a machine of yours: Mistral's hosted fine-tuning jobs were retired (their routes answer 410).
The command is yours: given with --command, or written in a file that --allow-commands lets run; so is the server. It starts in a cleared environment
(PATH, HOME and the like, --env, and AGENTOP_TRAIN, AGENTOP_VALIDATION, AGENTOP_OUTPUT, AGENTOP_MODEL, AGENTOP_BASE_MODEL,
AGENTOP_RESUME); no key is among it. Its log is kept and shown. Ctrl-C or stop asks it to end (SIGTERM, 10 s to save); so does the end
of this program, however it comes. resume runs it again with AGENTOP_RESUME=1: whether it goes on from a checkpoint is its own affair.
A secret in the command, or in what it prints, is not kept: resume takes the command again then. With --server the new model can be
named by runs and suites (calls go there, without a key); with --suite it is then held against that suite, and the gate is the exit code.
Of the suite, those variants are run in which the new model replaces --base; where none runs on that, all; and of variants that are the
same agent with the new model, the first. What the suite lacks (a price, a server, leave for its commands) is said before the training.

Examples:
  agentop finetune init --template trl                                     # finetune.yaml and train.py to begin with
  agentop export finetune --against sales --out data
  agentop finetune run --config finetune.yaml --data data --allow-commands
  agentop finetune run --model sales-7b --data data --command 'python3 train.py' --server http://127.0.0.1:8000/v1 --price 0 --suite sales
  agentop sim --lenient                                                    # a stand-in for that server, to try all this: it answers for any model
  agentop finetune resume last                                             # after Ctrl-C, a crash, or once the model is served
  agentop run researcher "…" --set model=sales-7b`;

export const finetune: CliCommand = {
  register(program, withContext) {
    const group = program.command("finetune")
      .description("train a model with a command of yours, register it, and hold it against a suite")
      .addHelpText("after", NOTES);
    addInit(group, withContext);
    addRun(group, withContext);
    addResume(group, withContext);
    group.command("list").description("list trainings, newest first")
      .action(() => withContext(async (context) => (await import("./jobs.ts")).listJobs(context)));
    group.command("show").description("what is known of a training, and the end of its log")
      .argument("[job]", JOB, "last")
      .option("--log", "the whole log, and nothing else")
      .option("--follow", "and what is added to it, until the training ends")
      .action((job, flags) =>
        withContext(async (context) => (await import("./jobs.ts")).showJob(context, job, flags))
      );
    group.command("stop").description("ask a training to end, whatever process it is in")
      .argument("[job]", JOB, "last")
      .action((job) => withContext(async (context) => (await import("./jobs.ts")).stopJob(context, job)));
    group.command("models").description("list models of your own and their servers")
      .action(() => withContext(async (context) => (await import("./jobs.ts")).listModels(context)));
    group.command("forget").description("no longer send calls of a model to its server")
      .argument("<name>", "the model")
      .action((name) => withContext(async (context) => (await import("./jobs.ts")).forget(context, name)));
  },
};

function addInit(group: Command, withContext: WithContext): void {
  group.command("init").description("write settings and a script to train with; never overwrites")
    .addOption(
      new Option(
        "--template <template>",
        "trl: LoRA, conversations and pairs (default); mistral-finetune: Mistral's own",
      )
        .choices(["trl", "mistral-finetune"] as const),
    )
    .addOption(outOption("the folder (default: here)"))
    .action((flags) => withContext(async (context) => (await import("./jobs.ts")).init(context, flags)));
}

function addRun(group: Command, withContext: WithContext): void {
  const command = group.command("run").description("run a training to its end, and what follows it")
    .option("--config <file>", "settings, as init writes them; flags go before them")
    .option(
      "--allow-commands",
      "the command and the server in the file may be used, and commands of the suite's scorers may run",
    )
    .option("--command <command>", "trains: a line for the shell")
    .option("--data <folder>", "what agentop export finetune wrote (default: finetune-data)")
    .option("--model <name>", "what the new model is called")
    .option("--base <name>", "what it is trained from: AGENTOP_BASE_MODEL");
  addEnd(command).action((flags) =>
    withContext(async (context) =>
      (await import("./train.ts")).train(context, flags as TrainFlags, gateOfFlags(flags))
    )
  );
}

function addResume(group: Command, withContext: WithContext): void {
  const command = group.command("resume")
    .description("run the command of a training again, or what follows one that is done")
    .argument("[job]", JOB, "last")
    .option("--allow-commands", "commands of the suite's scorers may run")
    .option("--command <command>", "the same command, where a secret was taken out of what is kept of it");
  addEnd(command).action((job, flags) =>
    withContext(async (context) =>
      (await import("./train.ts")).resume(context, job, flags as TrainFlags, gateOfFlags(flags))
    )
  );
}

function addEnd<A extends unknown[], O extends Record<string, unknown>>(command: Command<A, O>) {
  return addGateFlags(
    command
      .option("--env <name=value>", "a variable for the command; its value is not kept (repeatable)", collect)
      .option("--server <url>", "where the new model is served: any server of Mistral's or OpenAI's wire")
      .option(
        "--price <usd>",
        "what a million of its tokens cost there, 0 on a machine of yours; --suite needs it (default: unknown, which agents with a budget refuse)",
        numberFlag("--price", {}, 0),
      )
      .option("--suite <suite>", "hold the new model against this suite afterwards")
      .option("--budget <usd>", "for the suite: stop before this much is spent", BUDGET),
  );
}
