import { Option } from "@commander-js/extra-typings";
import { AgentOpError, escapeText, explain, reasonOf, type Run, shortRunId } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { type Context, writeAll } from "../../context.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";
import { cell, money } from "../../../present/mod.ts";
import { endedLine } from "../../output/ended_line.ts";
import { lookOf } from "../../output/look.ts";
import type { ReplayMode, ToolPolicy } from "../../../replay/mod.ts";
import type { ReplayOptions, ReplayResult } from "../../../replay/mod.ts";
import { wholeNumber } from "../../frame/run_filter.ts";
import { pairs } from "../run/run.ts";

const EDIT_MAX_BYTES = 1_000_000;
const STEPS_MAX = 1_000_000;

interface Flags {
  readonly mode: ReplayMode;
  readonly from?: number | undefined;
  readonly set?: readonly string[] | undefined;
  readonly edit?: readonly string[] | undefined;
  readonly tools: ToolPolicy;
  readonly agent?: string | undefined;
  readonly announce?: boolean | undefined;
}

export const replay: CliCommand = {
  register(program, act) {
    const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];
    program.command("replay").description("run a run again, with something changed, and show what differs")
      .argument("<run>", 'a run id, its beginning or end, "last" or "last~2"')
      .addOption(
        new Option(
          "--mode <mode>",
          "recorded: all from the store, no network, no tools; hybrid: from the store up to the first change; live: all again",
        )
          .choices(["recorded", "hybrid", "live"] as const).default("hybrid" as const),
      )
      .option("--from <step>", "fork: keep the steps before this one", wholeNumber("--from", 1, STEPS_MAX))
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
        await act((context) => (options.announce ? replayAnnounced : replayAndShow)(context, run, options));
      });
  },
};

async function replayAndShow(context: Context, reference: string, flags: Flags): Promise<number> {
  const [{ replayDocument }, { abortOnSignals }] = await Promise.all([
    import("../../../documents/mod.ts"),
    import("../../process/signals.ts"),
  ]);
  const overrides = pairs("--set", flags.set ?? []);
  const config = flags.agent === undefined ? undefined : await context.app.resolveAgent(flags.agent);
  using stopper = abortOnSignals();
  const announce = announcer(context);
  const result = await context.app.replay(reference, {
    mode: flags.mode,
    overrides,
    edits: await readEdits(flags.edit ?? []),
    tools: flags.tools,
    ...(flags.from === undefined ? {} : { from: flags.from }),
    ...(config ? { config } : {}),
    runner: flags.announce
      ? { listeners: [(event) => event.type === "run_start" && announce(event.run)] }
      : await runnerOptions(context),
    signal: stopper.signal,
  });
  if (flags.announce) announce(result.run);
  else if (context.json) context.printJson(replayDocument(result));
  else await print(context, result);
  if (flags.mode === "recorded") return result.divergence || !result.diff.identical ? 1 : 0;
  return exitCodeOf(result.run.status);
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

async function runnerOptions(context: Context): Promise<NonNullable<ReplayOptions["runner"]>> {
  const [{ LivePrinter }, { terminalApprover }, { refuseAll }] = await Promise.all([
    import("../../output/live_printer.ts"),
    import("../../process/terminal_approver.ts"),
    import("../../../agent/mod.ts"),
  ]);
  const showSteps = context.stderrIsTerminal && !context.json;
  const printer = new LivePrinter({
    answer: () => {},
    step: (line) => context.note(line),
    color: context.config.color !== "none",
  });
  const canAsk = Deno.stdin.isTerminal() && context.stderrIsTerminal;
  return {
    approver: canAsk ? terminalApprover(context) : refuseAll,
    onWarning: (warning) => context.note(`agentop: ${escapeText(warning)}`),
    ...(showSteps ? { listeners: [printer.listen] } : {}),
  };
}

async function print(context: Context, result: ReplayResult): Promise<void> {
  const { formatDiff } = await import("../../output/diff_text.ts");
  const look = lookOf(context);
  const { divergence, run, savedCostUsd } = result;
  context.print(await formatDiff(result.diff, look));
  const id = shortRunId(run.runId);
  const from = run.forkedFrom?.step ?? 1;
  const how = result.mode === "live"
    ? from > 1 ? `everything from step ${from} ran again` : "everything ran again"
    : divergence
    ? `left the recording at step ${divergence.step}: ${divergence.reason}`
    : "answered from the recording to its end";
  const saved = savedCostUsd > 0 ? ` · saved ${money(savedCostUsd)}` : "";
  context.print(
    `\n${look.paint("bold", `${result.mode} replay ${id}`)}  ${look.paint("dim", cell(`${how}${saved}`))}`,
  );
  const wasAsked = result.mode === "live" || result.mode === "hybrid" && divergence !== undefined;
  if (wasAsked && context.config.useSimulator) {
    context.note("No MISTRAL_API_KEY: the built-in simulator answered. Costs are what Mistral would charge.");
  }
  const endedAlike = result.mode === "recorded" && result.diff.identical;
  const ended = endedAlike ? undefined : endedLine(run, "the replay");
  if (ended !== undefined) context.note(ended);
  if (context.stdoutIsTerminal) {
    context.print(
      look.paint("dim", `agentop show ${id} · agentop diff ${shortRunId(result.original.runId)} ${id}`),
    );
  }
}

async function readEdits(values: readonly string[]): Promise<ReadonlyMap<number, string>> {
  const edits = new Map<number, string>();
  for (const value of values) {
    const [, step, file] = /^\s*(\d+)\s*=(.+)$/s.exec(value) ?? [];
    const number = Number(step ?? NaN);
    if (file === undefined || !(number <= STEPS_MAX)) {
      throw new AgentOpError(
        `Cannot read --edit ${value.slice(0, 80)}: it must be the number of a step, "=" and a file`,
        { remedy: "--edit 3=result.txt" },
      );
    }
    if (edits.has(number)) {
      throw new AgentOpError(`Cannot edit step ${number}: it is edited twice`, {
        remedy: `--edit ${number}=FILE once`,
      });
    }
    edits.set(number, await readEdit(number, file));
  }
  return edits;
}

/** The text of a file. Throws `AgentOpError` when it holds something else. */
async function readEdit(step: number, file: string): Promise<string> {
  try {
    const { size } = await Deno.stat(file);
    if (size > EDIT_MAX_BYTES) throw new Error(`it is larger than ${EDIT_MAX_BYTES} bytes`);
    const bytes = await Deno.readFile(file);
    if (bytes.includes(0)) throw new Error("it is not a text");
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const reason = error instanceof TypeError ? "it is not UTF-8 text" : reasonOf(error);
    throw new AgentOpError(`Cannot read the edit of step ${step} from ${file}: ${reason}`, {
      remedy: `--edit ${step}=FILE`,
    });
  }
}
