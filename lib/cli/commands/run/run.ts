import { Option } from "@commander-js/extra-typings";
import type { UnpricedPolicy } from "../../../agent/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import {
  approveOption,
  BUDGET,
  type LimitFlags,
  limitsOf,
  MAX_REPEATS,
  MAX_STEPS,
  readUnpriced,
  TIMEOUT,
  UNPRICED_HELP,
} from "../../frame/limit_flags.ts";
import { collect, keyValuePairs } from "../../frame/repeated_flags.ts";
import type { Context } from "../../context.ts";
import { readPrompt } from "./prompt.ts";

interface RunFlags extends LimitFlags {
  readonly file?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly group?: string | undefined;
  readonly user?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly unpriced?: UnpricedPolicy | undefined;
  readonly stream?: true | undefined;
  readonly jsonl?: true | undefined;
  readonly log?: "wandb" | undefined;
}

export const run: CliCommand = {
  register(program, withContext) {
    program.command("run").description("run an agent: by name, or by a path to its .yaml file")
      .argument("<agent>", "name or path").argument(
        "[prompt]",
        "what to ask; - is stdin (default: --file, else stdin)",
      )
      .option("--file <file>", "read the prompt from a file; after a prompt, what it is about")
      .option(
        "--set <key=value>",
        "override model, temperature, maxTokens, seed, instructions, tools.NAME=off, … (repeatable)",
        collect,
      )
      .option("--group <group>", "experiment, session or batch the run belongs to")
      .option("--user <user>", "user the run is for")
      .option("--tag <key=value>", "label the run (repeatable)", collect)
      .option("--budget <usd>", "stop before this much is spent", BUDGET)
      .option(
        "--unpriced <policy>",
        UNPRICED_HELP,
        readUnpriced,
      )
      .option(
        "--max-steps <n>",
        "stop after this many model and tool calls, those of hand-offs included",
        MAX_STEPS,
      )
      .option("--timeout <seconds>", "stop after this time", TIMEOUT)
      .addOption(
        approveOption(),
      )
      .option(
        "--max-repeats <n>",
        "a call that comes this often with the same result is a loop; 0: never",
        MAX_REPEATS,
      )
      .option("--strict", "an answer that was cut off is a failure, not a warning")
      .option("--stream", "stream the answer even when stdout is no terminal")
      .option("--jsonl", "print one event per line")
      .addOption(
        new Option(
          "--log <where>",
          "tell Weights & Biases of the run while it goes; it waits for nothing there",
        )
          .choices(["wandb"] as const),
      )
      .addHelpText(
        "after",
        "\nExamples:\n  agentop run researcher 'How many rows in sales.csv?' --set temperature=0 --budget 0.05" +
          "\n  git diff | agentop run reviewer --json" +
          "\n  agentop run editor 'Shorten this:' --file notes.md" +
          "\n  agentop run main -- '-5 plus 3?'     # a prompt that begins with -",
      )
      .action((agent, prompt, flags) => withContext((context) => startRun(context, agent, prompt, flags)));
  },
};

async function startRun(
  context: Context,
  agent: string,
  prompt: string | undefined,
  flags: RunFlags,
): Promise<number> {
  const [{ newRun }, { runInForeground }, { namedAgent }] = await Promise.all([
    import("../../../app/mod.ts"),
    import("../../process/foreground.ts"),
    import("../../process/consent.ts"),
  ]);
  const limits = limitsOf(flags);
  const { config, request } = await newRun(context.app, {
    agent: await namedAgent(context, agent, limits.approve), // a misspelt name is told before stdin is waited for
    overrides: keyValuePairs("--set", flags.set),
    ...limits,
    prompt: await readPrompt(agent, prompt, flags.file),
    tags: keyValuePairs("--tag", flags.tag),
    ...(flags.group === undefined ? {} : { group: flags.group }),
    ...(flags.user === undefined ? {} : { userId: flags.user }),
  });
  const { approve, maxSteps } = limits;
  const options = {
    ...flags,
    log: flags.log && [flags.log],
    rights: { approve, maxSteps, isGuarded: false },
  };
  return await runInForeground(context, options, (runner) => runner.queue(config, request));
}
