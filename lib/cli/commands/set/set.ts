import { AgentOpError, oneLine, shortRunId } from "../../../core/mod.ts";
import { experimentShape } from "../../../documents/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { printSteered } from "../../output/steered.ts";

export const set: CliCommand = {
  register(program, withContext) {
    program.command("set").description(
      "change a live run's model, parameters or limits, from its next step on, or how many cases of an experiment run at a time",
    )
      .argument("<run>", `${RUN_ARGUMENT}; an experiment where concurrency is set`)
      .argument(
        "<key=value...>",
        "model, temperature, topP, maxTokens, seed, maxSteps, timeoutSeconds, budgetUsd; concurrency of an experiment",
      )
      .action((reference, pairs) =>
        withContext(async (context) => {
          const { setLive, setExperiment } = await (await import("../../../app/mod.ts")).loadOperate();
          const given = readPairs(pairs);
          if (given["concurrency"] !== undefined) {
            const { experiment, changed } = await setExperiment(context.app, reference, given);
            if (context.json) context.printJson(experimentShape(experiment));
            else context.print(`${shortRunId(experiment.experimentId)} ${changed}`);
            return;
          }
          const { run, changed } = await setLive(context.app, reference, given);
          await printSteered(context, run, changed);
        })
      );
  },
};

/** Throws `AgentOpError` for what is no pair. */
function readPairs(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at > 0) return [pair.slice(0, at).trim(), pair.slice(at + 1)];
    throw new AgentOpError(`Cannot set "${oneLine(pair, 60)}": it is not KEY=VALUE`, {
      remedy: "agentop set last maxSteps=30",
    });
  }));
}
