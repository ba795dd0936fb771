import { AgentOpError, type Run, shortRunId } from "../../core/mod.ts";
import type { BisectOptions } from "../bisect.ts";
import type { CliCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { cell, lookOf, money, plural } from "../format.ts";

export const bisect: CliCommand = {
  register(program, act) {
    program.command("bisect")
      .description("find the change of model, instructions, parameters or tools that made a good run bad")
      .argument("<good>", "a run whose answer passes the check").argument(
        "[bad]",
        "a run whose answer does not (not needed with --git)",
      )
      .requiredOption("--check <command>", "gets the answer on stdin; exit code 0 means good")
      .option("--git <range>", "look through the commits of the agent file instead, e.g. v1..HEAD")
      .option("--agent <file>", "the agent file (with --git)")
      .addHelpText(
        "after",
        "\nExample:\n  agentop bisect last~1 last --check 'grep -q 36,034.80'" +
          "\n  agentop bisect last --git v1..HEAD --agent agents/researcher.yaml --check 'grep -q 36,034.80'",
      )
      .action((good, bad, options) =>
        act(async (context) => {
          const [{ bisectRuns }, { abortOnSignals }, { refuseAll }] = await Promise.all([
            import("../bisect.ts"),
            import("../signals.ts"),
            import("../../agent/mod.ts"),
          ]);
          const store = await context.store();
          if (options.git !== undefined) {
            using stopper = abortOnSignals();
            const replay = { runner: { approver: refuseAll }, signal: stopper.signal };
            return await bisectGit(context, await store.resolveRun(good), { ...options, replay });
          }
          if (bad === undefined) {
            throw new AgentOpError(
              "Cannot bisect: the bad run is missing. Try: agentop bisect GOOD BAD, or --git RANGE",
            );
          }
          const [left, right] = [await store.resolveRun(good), await store.resolveRun(bad)];
          using stopper = abortOnSignals();
          const replay = { runner: { approver: refuseAll }, signal: stopper.signal };
          const found = await bisectRuns(context, left, right, { check: options.check, replay });
          const { culprit, edits, trials, savedCostUsd } = found;
          if (context.json) {
            context.printJson({ good: left.runId, bad: right.runId, check: options.check, ...found });
            return 0;
          }
          const look = lookOf(context);
          const show = (value: unknown) =>
            cell(typeof value === "string" ? value : value === undefined ? "none" : JSON.stringify(value));
          for (const trial of trials) {
            context.print(
              `${trial.passed ? look.paint("green", "✓ passes") : look.paint("red", "✗ fails ")}  ${
                look.paint("cyan", shortRunId(trial.runId))
              }  with the first ${plural(trial.edits, "change")} of ${edits.length}`,
            );
          }
          context.print(
            `${look.paint("bold", cell(culprit.key))} makes it fail\n  ${
              look.paint("green", `- ${show(culprit.good)}`)
            }` +
              `\n  ${look.paint("red", `+ ${show(culprit.bad)}`)}` +
              (savedCostUsd > 0
                ? look.paint("dim", `\nsaved ${money(savedCostUsd)} with recorded answers`)
                : ""),
          );
          return 0;
        })
      );
  },
};

async function bisectGit(
  context: Context,
  good: Run,
  options: BisectOptions & { readonly git?: string | undefined; readonly agent?: string | undefined },
): Promise<number> {
  if (options.agent === undefined) {
    throw new AgentOpError("Cannot bisect: --git needs the agent file. Try: --agent agents/NAME.yaml");
  }
  const { bisectHistory } = await import("../bisect_history.ts");
  const found = await bisectHistory(context, good, { ...options, range: options.git!, file: options.agent });
  if (context.json) {
    context.printJson({
      good: good.runId,
      range: options.git,
      file: options.agent,
      check: options.check,
      ...found,
    });
    return 0;
  }
  const look = lookOf(context);
  for (const { commit, runId, passed } of found.trials) {
    const outcome = passed ? look.paint("green", "✓ passes") : look.paint("red", "✗ fails ");
    context.print(`${outcome}  ${look.paint("cyan", shortRunId(runId))}  at ${commit.slice(0, 10)}`);
  }
  const { culprit, commits, savedCostUsd } = found;
  context.print(
    `${look.paint("bold", culprit.commit.slice(0, 10))} made it fail, of ${plural(commits, "commit")}\n  ${
      cell(culprit.summary)
    }` +
      (savedCostUsd > 0 ? look.paint("dim", `\nsaved ${money(savedCostUsd)} with recorded answers`) : ""),
  );
  return 0;
}
