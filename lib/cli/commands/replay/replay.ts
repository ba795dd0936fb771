import { Option } from "@commander-js/extra-typings";
import { AgentOpError, escapeText, explain, type Run } from "../../../core/mod.ts";
import type { ApprovePolicy } from "../../../agent/mod.ts";
import type { ReplayMode, ReplayOptions, ToolPolicy } from "../../../replay/mod.ts";
import { type Context, writeAll } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";
import { collect, keyValuePairs } from "../../frame/repeated_flags.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { numberFlag } from "../../frame/number.ts";
import { approveOption } from "../../frame/limit_flags.ts";
import { readEdits } from "./edits.ts";

const STEPS_MAX = 1_000_000;

interface Flags {
  readonly mode: ReplayMode;
  readonly from?: number | undefined;
  readonly set?: readonly string[] | undefined;
  readonly edit?: readonly string[] | undefined;
  readonly tools: ToolPolicy;
  readonly agent?: string | undefined;
  readonly approve?: ApprovePolicy | undefined;
  readonly announce?: boolean | undefined;
}

export const replay: CliCommand = {
  register(program, withContext) {
    program.command("replay").description("run a run again, with something changed, and show what differs")
      .argument("<run>", RUN_ARGUMENT)
      .addOption(
        new Option(
          "--mode <mode>",
          "recorded: all from the store, no network, no tools; hybrid: from the store up to the first change; live: all again",
        )
          .choices(["recorded", "hybrid", "live"] as const).default("hybrid" as const),
      )
      .option(
        "--from <step>",
        "fork: keep the steps before this one",
        numberFlag("--from", { min: 1, max: STEPS_MAX, isWhole: true }, 1),
      )
      .option(
        "--set <key=value>",
        "override model, temperature, maxTokens, seed, instructions, …; tools.NAME=off takes a tool away, =on adds one",
        collect,
      )
      .option(
        "--edit <step=file>",
        "what a step says instead: its answer or its tool's result; 0 is the prompt",
        collect,
      )
      .addOption(
        new Option(
          "--tools <policy>",
          "hybrid, for tool calls that are not on record: recorded refuses, live executes, ask asks",
        )
          .choices(["recorded", "live", "ask"] as const).default("live" as const),
      )
      .option("--agent <agent>", "under this agent file instead of the recorded configuration")
      .addOption(approveOption())
      .addOption(new Option("--repeater").hideHelp())
      .addOption(new Option("--announce").hideHelp())
      .addHelpText(
        "after",
        "\nExamples:\n  agentop replay last --mode recorded\n  agentop replay last --set model=mistral-large-latest" +
          "\n  agentop replay last --set temperature=0 --set tools.http_get=off" +
          "\n  agentop replay last --from 3 --edit 3=result.txt",
      )
      .action(async (run, options) => {
        if (options.repeater) {
          const { runRepeater } = await import("../../../replay/mod.ts");
          return writeAll(Deno.stdout, await runRepeater());
        }
        await withContext((context) =>
          (options.announce ? replayAnnounced : replayAndShow)(context, run, options)
        );
      });
  },
};

async function replayAndShow(context: Context, reference: string, flags: Flags): Promise<number> {
  const [{ replayDocument }, { abortOnSignals }] = await Promise.all([
    import("../../../documents/mod.ts"),
    import("../../process/signals.ts"),
  ]);
  const overrides = keyValuePairs("--set", flags.set);
  const allowed = await allowedBy(context, flags);
  using stopper = abortOnSignals();
  const announce = announcer(context);
  const doubts: string[] = [];
  const result = await context.app.replay(reference, {
    mode: flags.mode,
    overrides,
    edits: await readEdits(flags.edit),
    tools: flags.tools,
    ...(flags.from === undefined ? {} : { from: flags.from }),
    ...allowed,
    runner: flags.announce
      ? { listeners: [(event) => event.type === "run_start" && announce(event.run)] }
      : await runnerOptions(context, doubts),
    signal: stopper.signal,
  });
  // What made the run fail says its own line.
  if (result.run.status !== "failed") {
    for (const doubt of doubts) context.note(`agentop: ${escapeText(doubt)}`);
  }
  if (flags.announce) announce(result.run);
  else if (context.json) context.printJson(replayDocument(result));
  else await (await import("./replay_text.ts")).printReplay(context, result);
  if (flags.mode === "recorded") return result.divergence || !result.diff.identical ? 1 : 0;
  return exitCodeOf(result.run.status);
}

/** Under the agent file that was named, or with what is known of the run. The workbench asks before each call. */
async function allowedBy(
  context: Context,
  { agent, approve, announce, mode }: Flags,
): Promise<Pick<ReplayOptions, "config" | "rightsOf">> {
  const { askedRights, namedAgent } = await import("../../process/consent.ts");
  if (agent !== undefined) {
    const config = await namedAgent(context, agent, approve);
    return {
      config,
      rightsOf: () => Promise.resolve({ approve: approve ?? config.approve, isGuarded: false }),
    };
  }
  const isAsked = !announce && mode !== "recorded";
  return {
    rightsOf: (run) => isAsked ? askedRights(context, run, approve) : context.app.rightsFor(run, { approve }),
  };
}

/** For the workbench: where no run began, why, as fields on the one line it reads. */
async function replayAnnounced(context: Context, reference: string, flags: Flags): Promise<number> {
  try {
    return await replayAndShow(context, reference, flags);
  } catch (error) {
    if (error instanceof AgentOpError) context.print(JSON.stringify({ error: explain(error) }));
    throw error;
  }
}

/** For the workbench: the new run's ids on one line as soon as it is written. */
function announcer(context: Context): (run: Run) => void {
  let isDone = false;
  return ({ runId, traceId }) => {
    if (!isDone) context.print(JSON.stringify({ runId, traceId }));
    isDone = true;
  };
}

async function runnerOptions(
  context: Context,
  doubts: string[],
): Promise<NonNullable<ReplayOptions["runner"]>> {
  const [{ LivePrinter }, { approverOf }, { HeldOutput }] = await Promise.all([
    import("../../output/live_printer.ts"),
    import("../../process/terminal_approver.ts"),
    import("../../process/held_output.ts"),
  ]);
  const output = new HeldOutput();
  const showSteps = context.stderrIsTerminal && !context.json;
  const printer = new LivePrinter({
    answer: () => {},
    step: (line) => output.write(() => context.note(line)),
    color: context.config.color !== "none",
  });
  return {
    approver: approverOf(output),
    onWarning: (warning) => doubts.push(warning),
    ...(showSteps ? { listeners: [printer.listen] } : {}),
  };
}
