import type { AgentRunner, Listener, RunnerOptions } from "../../agent/mod.ts";
import {
  AgentOpError,
  escapeText,
  oneLine,
  type Run,
  sentenceOf,
  type TraceEvent,
  traceIdOf,
} from "../../core/mod.ts";
import { eventShape, runSummaryShape } from "../../documents/mod.ts";
import { type Context, writeAll } from "../context.ts";
import { exitCodeOf } from "../frame/exit_code.ts";
import { endedLine, warningLines } from "../output/ended_line.ts";
import { LivePrinter, summaryLine } from "../output/live_printer.ts";
import { noteSimulatorOf } from "../output/simulator_note.ts";
import { HeldOutput } from "./held_output.ts";
import { abortOnSignals } from "./signals.ts";
import { approverOf } from "./terminal_approver.ts";

export interface ForegroundOptions extends Pick<RunnerOptions, "adapt" | "rights" | "unpriced"> {
  /** Print one event per line instead. */
  readonly jsonl?: boolean | undefined;
  /** Stream the answer even when stdout is no terminal. */
  readonly stream?: boolean | undefined;
  /** Also told of the run while it goes. */
  readonly log?: readonly "wandb"[] | undefined;
}

/** Runs in this process, shown as the flags say; returns the exit code. `begin` queues or finds the run. */
export async function runInForeground(
  context: Context,
  options: ForegroundOptions,
  begin: (runner: AgentRunner) => Promise<Run>,
): Promise<number> {
  if (context.json && options.jsonl) {
    throw new AgentOpError("Cannot print both: --json and --jsonl exclude each other", {
      remedy: "one of them",
    });
  }
  const quiet = context.json || options.jsonl === true;
  const streaming = !quiet && (options.stream === true || context.stdoutIsTerminal);
  const showSteps = context.stderrIsTerminal;
  const output = new HeldOutput();
  const printer = new LivePrinter({
    answer: (text) => streaming && output.write(() => writeAll(Deno.stdout, text)),
    step: (line) => showSteps && output.write(() => context.note(line)),
    color: context.config.color !== "none" && showSteps,
  });
  const listeners: Listener[] = [];
  if (options.jsonl) listeners.push(jsonlWriter(context));
  else if (streaming || showSteps) listeners.push(printer.listen);
  const live = options.log?.includes("wandb") ? await liveLog(context) : undefined;
  if (live) listeners.push(live.listen);
  using stopper = abortOnSignals();
  const runner = await context.app.createRunner({
    approver: approverOf(output),
    listeners,
    ...(options.rights ? { rights: options.rights } : {}),
    unpriced: options.unpriced,
    ...(options.adapt ? { adapt: options.adapt } : {}),
    ...(context.verbose ? { onRetry: (notice) => output.write(() => context.note(retryLine(notice))) } : {}),
  });
  const begun = await begin(runner);
  if (!quiet || showSteps) await noteSimulatorOf(context, "answers", begun.model);
  const run = await runner.execute(begun, { signal: stopper.signal });
  if (context.json) {
    const store = await context.app.store();
    context.printJson(runSummaryShape(run, await store.treeTotals(run.runId)));
  } else if (!options.jsonl && !streaming && run.output !== undefined) {
    context.print(escapeText(run.output, { multiline: true }));
  }
  for (const warning of warningLines(run)) context.note(warning);
  const ended = endedLine(run, run.agent, { approve: options.rights?.approve });
  if (ended !== undefined) context.note(ended);
  if (!quiet && showSteps) {
    const store = await context.app.store();
    context.note(summaryLine(run, await store.treeTotals(run.runId)));
  }
  const untold = await live?.end();
  if (untold) context.note(`agentop: ${sentenceOf(untold)}`);
  return exitCodeOf(run.status);
}

/** Without a key there is nobody to tell. */
async function liveLog(context: Context) {
  if (context.config.secrets.WANDB_API_KEY === undefined) {
    context.note("agentop: The run is not logged: WANDB_API_KEY is not set");
    return undefined;
  }
  const { loadLiveWandb } = await import("../../app/mod.ts");
  const { LiveWandb } = await loadLiveWandb();
  return new LiveWandb(context.app);
}

function jsonlWriter(context: Context): Listener {
  const runIds = new Map<string, string>();
  return (event: TraceEvent) => {
    if (event.type === "run_start") runIds.set(event.run.traceId, event.run.runId);
    const traceId = traceIdOf(event);
    context.printJsonLine(eventShape(event, runIds.get(traceId) ?? traceId));
  };
}

/** A structured line per retry, `key=value`. */
function retryLine(notice: object): string {
  const pairs = Object.entries(notice).map(([key, value]) =>
    `${key}=${typeof value === "string" && /[\s"=]/.test(value) ? JSON.stringify(value) : value}`
  );
  return escapeText(oneLine(`agentop: retry ${pairs.join(" ")}`, 1000));
}
