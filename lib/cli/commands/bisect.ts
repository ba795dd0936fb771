import { shortRunId } from "../../core/mod.ts";
import type { CliCommand } from "../command.ts";
import { cell, lookOf, money, plural } from "../format.ts";

export const bisect: CliCommand = {
  register(program, act) {
    program.command("bisect")
      .description("find the change of model, instructions, parameters or tools that made a good run bad")
      .argument("<good>", "a run whose answer passes the check").argument(
        "<bad>",
        "a run whose answer does not",
      )
      .requiredOption("--check <command>", "gets the answer on stdin; exit code 0 means good")
      .addHelpText("after", "\nExample:\n  agentop bisect last~1 last --check 'grep -q 36,034.80'")
      .action((good, bad, options) =>
        act(async (context) => {
          const [{ bisectRuns }, { abortOnSignals }, { refuseAll }] = await Promise.all([
            import("../bisect.ts"),
            import("../signals.ts"),
            import("../../agent/mod.ts"),
          ]);
          const store = await context.store();
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
