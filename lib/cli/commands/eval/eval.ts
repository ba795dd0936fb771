import { AgentOpError } from "../../../core/mod.ts";
import type { SuiteManner } from "../../../app/mod.ts";
import type { EvalOptions } from "../../../evals/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { approveOption, BUDGET } from "../../frame/limit_flags.ts";
import { numberFlag } from "../../frame/number.ts";
import { outOption } from "../../frame/out_flag.ts";
import { collect, keyValuePairs } from "../../frame/repeated_flags.ts";
import { addGateFlags, type GateFlags, gateOfFlags, type ReportFlags } from "../../frame/gate_flags.ts";
import type { ApprovePolicy } from "../../../agent/mod.ts";

const REPEAT_MAX = 1000;
const CONCURRENCY_MAX = 1000;

interface EvalFlags extends GateFlags, ReportFlags {
  readonly concurrency?: number | undefined;
  readonly repeat?: number | undefined;
  readonly set?: readonly string[] | undefined;
  readonly only?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly budget?: number | undefined;
  readonly resume?: string | undefined;
  readonly allowCommands?: true | undefined;
  readonly approve?: ApprovePolicy | undefined;
  readonly from?: readonly string[] | undefined;
  readonly out?: string | undefined;
  readonly force?: true | undefined;
  readonly watch?: true | undefined;
}

export const evalSuite: CliCommand = {
  register(program, withContext) {
    const command = program.command("eval")
      .description("run a suite: variants × cases × repeats, each a run of its own, judged by scorers")
      .argument(
        "[suite]",
        "path to a .yaml file, or the name of one in evals/ (not needed with --resume or --from)",
      )
      .option(
        "--concurrency <n>",
        "cases at work at once (default: the suite's, else 8)",
        numberFlag("--concurrency", { min: 1, max: CONCURRENCY_MAX, isWhole: true }, 8),
      )
      .option(
        "--repeat <n>",
        "how often each case is run (default: the suite's, else 1)",
        numberFlag("--repeat", { min: 1, max: REPEAT_MAX, isWhole: true }, 3),
      )
      .option("--set <key=value>", "override model, temperature, … for all variants (repeatable)", collect)
      .option("--only <case>", "only this case, by its id (repeatable)", collect)
      .option(
        "--limit <n>",
        "only the first so many cases",
        numberFlag("--limit", { min: 1, isWhole: true }, 10),
      )
      .option("--budget <usd>", "for the whole experiment: stop before this much is spent", BUDGET)
      .option("--resume <experiment>", "go on with an experiment; finished cases are not repeated")
      .option("--allow-commands", "scorers of the suite may run the commands that it names")
      .option(
        "--from <run...>",
        "make a suite out of these stored runs instead of running one: what was asked, and what they did",
      )
      .addOption(outOption("with --from: where the suite is written"))
      .option("--force", "with --from: an existing file may be replaced")
      .option(
        "--watch",
        "then run again what saving the suite, its cases or its agents changes, until Ctrl-C",
      )
      .addOption(approveOption());
    addGateFlags(command)
      .addHelpText(
        "after",
        "\nExamples:\n  agentop eval sales --repeat 3" +
          "\n  agentop eval evals/sales.yaml --set model=mistral-large-latest --baseline last" +
          "\n  agentop eval sales --fail-below 0.9 --junit scores.xml --markdown scores.md" +
          "\n  agentop eval --resume last" +
          "\n  agentop eval sales --watch           # while you write the agent" +
          "\n  agentop eval --from last last~1 --out evals/kept.yaml" +
          "\n  agentop help suite                   # every key of a suite file",
      )
      .action((suite, flags) => withContext((context) => evaluateAndShow(context, suite, flags)));
  },
};

async function evaluateAndShow(
  context: Context,
  reference: string | undefined,
  flags: EvalFlags,
): Promise<number> {
  if (flags.watch) return await watch(context, reference, flags);
  if (flags.from !== undefined) {
    if (reference !== undefined || flags.resume !== undefined) {
      throw new AgentOpError(
        `Cannot make a suite: ${
          reference === undefined ? "--resume" : "SUITE"
        } and --from exclude each other`,
        {
          remedy: "agentop eval --from RUN --out FILE",
        },
      );
    }
    const { makeSuite } = await import("./make_suite.ts");
    return await makeSuite(context, flags.from, flags, mannerOf(flags));
  }
  if (flags.out !== undefined || flags.force) {
    throw new AgentOpError("Cannot evaluate: --out and --force are for --from", { remedy: "--from RUN" });
  }
  const [{ runSuite }, { showReport }] = await Promise.all([
    import("./run_suite.ts"),
    import("./show_report.ts"),
  ]);
  const { resume } = flags;
  const { experiment, gate } = await runSuite(
    context,
    reference,
    resume,
    optionsOf(flags),
    gateOfFlags(flags),
  );
  return await showReport(context, experiment, gate, flags);
}

/** What a suite can say itself; whatever else is meant for running one. */
function mannerOf(flags: EvalFlags): SuiteManner {
  const { only, limit, allowCommands, approve, baseline, failBelow, failIfWorse, margin, junit, markdown } =
    flags;
  const idle = {
    only,
    limit,
    allowCommands,
    approve,
    baseline,
    failBelow,
    failIfWorse,
    margin,
    junit,
    markdown,
  };
  const [flag] = Object.entries(idle).find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined) {
    const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new AgentOpError(`Cannot make a suite: --${name} is for running one`, {
      remedy: "--from RUN --out FILE, then agentop eval FILE with it",
    });
  }
  const { repeat, concurrency, budget, set } = flags;
  return {
    ...(set === undefined ? {} : { set: keyValuePairs("--set", set) }),
    ...(repeat === undefined ? {} : { repeats: repeat }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(budget === undefined ? {} : { budgetUsd: budget }),
  };
}

async function watch(context: Context, reference: string | undefined, flags: EvalFlags): Promise<number> {
  const { resume, from, out, junit, markdown } = flags;
  const other = Object.entries({ resume, from, out, junit, markdown, json: context.json || undefined })
    .find(([, value]) => value !== undefined);
  if (other) {
    throw new AgentOpError(`Cannot watch a suite: --${other[0]} and --watch exclude each other`, {
      remedy: "agentop eval SUITE --watch",
    });
  }
  if (reference === undefined) {
    throw new AgentOpError("Cannot watch a suite: the suite is missing", {
      remedy: "agentop eval SUITE --watch",
    });
  }
  const { watchSuite } = await import("./watch_suite.ts");
  return await watchSuite(context, reference, optionsOf(flags), gateOfFlags(flags));
}

function optionsOf(flags: EvalFlags): Omit<EvalOptions, "resolveAgent" | "resume"> {
  const { concurrency, repeat, only, limit, budget, approve } = flags;
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(repeat === undefined ? {} : { repeats: repeat }),
    ...(only === undefined ? {} : { only }),
    ...(limit === undefined ? {} : { limit }),
    ...(budget === undefined ? {} : { budgetUsd: budget }),
    ...(flags.set === undefined ? {} : { set: keyValuePairs("--set", flags.set) }),
    ...(flags.allowCommands ? { allowCommands: true } : {}),
    approve,
  };
}
