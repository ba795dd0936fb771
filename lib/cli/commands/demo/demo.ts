import { escapeText, type Run, shortRunId } from "../../../core/mod.ts";
import { type Context, writeAll } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";

export const demo: CliCommand = {
  register(program, withContext) {
    program.command("demo").description("run three demo agents on the built-in simulator: no key, no network")
      .action(() => withContext(runDemos));
  },
};

async function runDemos(context: Context): Promise<number> {
  const [{ DEMOS }, { bundledAgent }, { refuseAll }, { LivePrinter, summaryLine }, { abortOnSignals }] =
    await Promise.all([
      import("../../../simulator/mod.ts"),
      import("../../../app/mod.ts"),
      import("../../../agent/mod.ts"),
      import("../../output/live_printer.ts"),
      import("../../process/signals.ts"),
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
  const done: Run[] = [];
  for (const { agent, prompt, about } of DEMOS) {
    if (show) context.print(`\n── ${agent}: ${about}\n   ${prompt}\n`);
    const config = (await bundledAgent(agent, app.config))!;
    const request = { prompt, group: "demo", tags: { simulator: "true", demo: agent } };
    const run = await runner.run(config, request, { signal: stopper.signal });
    if (show) context.print(`   ${escapeText(summaryLine(run))}`);
    done.push(run);
    if (stopper.signal.aborted) break;
  }
  if (show) context.print(tryNext(done.at(-1)!));
  else {
    const [{ runSummaryShape }, store] = await Promise.all([
      import("../../../documents/mod.ts"),
      app.store(),
    ]);
    const trees = await Promise.all(done.map(({ runId }) => store.treeTotals(runId)));
    context.printJson(done.map((run, index) => runSummaryShape(run, trees[index])));
  }
  return Math.max(...done.map((run) => exitCodeOf(run.status)));
}

function tryNext(last: Run): string {
  const id = shortRunId(last.runId);
  return `\nTry next:\n  agentop tui              the same, full screen` +
    `\n  agentop show ${id}    every step, attempt, token and cent of the last run` +
    `\n  agentop cost ${id}    its receipt` +
    `\n  agentop init             agent files of your own`;
}
