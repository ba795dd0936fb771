import { escapeText, shortRunId } from "../../../core/mod.ts";
import { bundledAgent } from "../../../app/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";
import { runSummaryShape } from "../../../documents/mod.ts";

export const demo: CliCommand = {
  register(program, withContext) {
    program.command("demo").description("run three demo agents on the built-in simulator: no key, no network")
      .action(() =>
        withContext(async (context) => {
          const [
            { DEMOS },
            { LivePrinter, summaryLine },
            { abortOnSignals },
            { writeAll },
            { refuseAll },
          ] = await Promise.all([
            import("../../../simulator/mod.ts"),
            import("../../output/live_printer.ts"),
            import("../../process/signals.ts"),
            import("../../context.ts"),
            import("../../../agent/mod.ts"),
          ]);
          const app = context.app.onSimulator();
          const show = !context.json;
          const printer = new LivePrinter({
            answer: (text) => show && writeAll(Deno.stdout, text),
            step: (line) => show && context.print(line),
            color: context.color,
          });
          using stopper = abortOnSignals();
          const runner = await app.createRunner({ listeners: [printer.listen], approver: refuseAll });
          const done = [];
          let code = 0;
          for (const { agent, prompt, about } of DEMOS) {
            if (show) context.print(`\n── ${agent}: ${about}\n   ${prompt}\n`);
            const config = (await bundledAgent(agent, app.config))!;
            const request = { prompt, group: "demo", tags: { simulator: "true", demo: agent } };
            const run = await runner.run(config, request, { signal: stopper.signal });
            if (show) context.print(`   ${escapeText(summaryLine(run))}`);
            done.push(run);
            code = Math.max(code, exitCodeOf(run.status));
            if (stopper.signal.aborted) break;
          }
          if (context.json) {
            context.printJson(done.map(runSummaryShape));
          } else {
            const last = shortRunId(done.at(-1)!.runId);
            context.print(
              `\nTry next:\n  agentop tui              the same, full screen` +
                `\n  agentop show ${last}    every step, attempt, token and cent of the last run` +
                `\n  agentop cost ${last}    its receipt` +
                `\n  agentop init             agent files of your own`,
            );
          }
          return code;
        })
      );
  },
};
