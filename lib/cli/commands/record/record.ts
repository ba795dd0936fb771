import { AgentOpError, oneLine, reasonOf, shortRunId } from "../../../core/mod.ts";
import { cell, costOf, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { collect } from "../../frame/repeated_flags.ts";
import { noteSimulator } from "../../output/simulator_note.ts";
import { startProxy } from "../../process/start_proxy.ts";

/** Where programs look for their model server; with and without `/v1`. */
const WITH_V1 = ["OPENAI_BASE_URL", "OPENAI_API_BASE"];
const WITHOUT_V1 = ["MISTRAL_SERVER_URL", "MISTRAL_BASE_URL"];
/** Clients do not start without a key; the simulator takes any. */
const KEYS = ["OPENAI_API_KEY", "MISTRAL_API_KEY"];

interface RecordFlags {
  readonly upstream?: readonly string[] | undefined;
}

export const record: CliCommand = {
  register(program, withContext) {
    program.command("record").description(
      "start a program with its model calls recorded, and show what it did",
    )
      .argument("<command...>", "after --: the program and its arguments")
      .option("--upstream <url>", "the server that calls go on to (default: as for proxy)", collect)
      .addHelpText(
        "after",
        "\nExamples:\n  agentop record -- python my_agent.py" +
          "\n  agentop record --upstream http://localhost:11434 -- node agent.js",
      )
      .action((command, flags) => withContext((context) => recordProgram(context, command, flags)));
  },
};

/** Runs the program to its end; its exit code is that of this command. */
async function recordProgram(
  context: Context,
  command: readonly string[],
  flags: RecordFlags,
): Promise<number> {
  const { abortOnSignals } = await import("../../process/signals.ts");
  using stopper = abortOnSignals();
  const startMs = context.host.now();
  const { url, close } = await startProxy(context, {
    hostname: "127.0.0.1",
    port: 0,
    upstreams: flags.upstream ?? [],
    mode: "record",
    onMiss: "forward",
  });
  if (!flags.upstream) noteSimulator(context, "answers");
  const { code, signal } = await run(command, {
    url,
    isSimulated: !flags.upstream && context.config.useSimulator,
  }, stopper.signal);
  await close();
  await show(context, startMs);
  return signal === null ? code : 130;
}

async function run(
  command: readonly string[],
  { url, isSimulated }: { readonly url: string; readonly isSimulated: boolean },
  signal: AbortSignal,
): Promise<Deno.CommandStatus> {
  const [program, ...args] = command;
  try {
    const child = new Deno.Command(program!, {
      args,
      env: Object.fromEntries([
        ...WITH_V1.map((name) => [name, `${url}/v1`]),
        ...WITHOUT_V1.map((name) => [name, url]),
        ...isSimulated ? KEYS.map((name) => [name, "simulator"]) : [],
      ]),
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    // A terminal sends Ctrl-C to both; it is the program's to end.
    signal.addEventListener("abort", () => kill(child), { once: true });
    return await child.status;
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "there is no such program" : reasonOf(cause);
    throw new AgentOpError(`Cannot start ${oneLine(program!, 80)}: ${reason}`, {
      remedy: "agentop record -- python my_agent.py",
      cause,
    });
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch { /* it has ended */ }
}

/** The runs that came through meanwhile. */
async function show(context: Context, startMs: number): Promise<void> {
  const { listedRunShape } = await import("../../../documents/mod.ts");
  const store = await context.app.store();
  const { runs } = await store.listRuns({ filter: { sinceUs: Math.floor(startMs * 1000) }, limit: 50 });
  const made = runs.filter(({ origin }) => origin === "proxy");
  if (context.json) return context.printJson(made.map(listedRunShape));
  if (made.length === 0) {
    return context.note(
      "No model was called through the proxy. Try: a program that reads OPENAI_BASE_URL or MISTRAL_SERVER_URL",
    );
  }
  for (const run of made) {
    context.note(
      `${shortRunId(run.runId)}  ${run.status}  ${plural(run.totals.llmCalls, "call")}  ${
        costOf(run.totals)
      }  ${cell(run.prompt).slice(0, 60)}`,
    );
  }
}
