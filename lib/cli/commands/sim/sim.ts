import { AgentOpError, reasonOf } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";

interface SimFlags {
  readonly host: string;
  readonly port: number;
  readonly scenario?: readonly string[] | undefined;
  readonly seed: number;
  readonly latency: number;
  readonly tokensPerSecond: number;
  readonly key?: string | undefined;
  readonly lenient?: true | undefined;
}

export const sim: CliCommand = {
  register(program, withContext) {
    program.command("sim").description(
      "Mistral's wire protocol on this machine: scripted scenarios, faults, latency",
    )
      .option("--host <host>", "address to listen on", "127.0.0.1")
      .option(
        "--port <port>",
        "port, 0 for any free one",
        numberFlag("--port", { max: 65_535, isWhole: true }, 8080),
        8080,
      )
      .option("--scenario <path...>", "scenario files or folders (YAML)")
      .option("--seed <n>", "same seed, same answers", numberFlag("--seed", {}, 1), 1)
      .option("--latency <ms>", "time to the first byte", numberFlag("--latency", {}, 0), 0)
      .option(
        "--tokens-per-second <n>",
        "streaming rate, 0 for no limit",
        numberFlag("--tokens-per-second", {}, 0),
        0,
      )
      .option("--key <key>", "refuse every other key, and none, with 401 (default: any or none will do)")
      .option(
        "--lenient",
        "take what Mistral's API refuses: unknown fields and models, any order, ids and names",
      )
      .action((flags) => withContext((context) => simulate(context, flags)));
  },
};

/** Answers until a signal comes. */
async function simulate(context: Context, flags: SimFlags): Promise<void> {
  const [{ loadScenarios, startSimulator }, { abortOnSignals }] = await Promise.all([
    import("../../../simulator/mod.ts"),
    import("../../process/signals.ts"),
  ]);
  const { port, seed, latency, tokensPerSecond: rate } = flags;
  const scenarios = flags.scenario ? await loadScenarios(flags.scenario) : [];
  using stopper = abortOnSignals();
  await using stack = new AsyncDisposableStack();
  const simulator = await startSimulator({
    hostname: flags.host,
    port,
    seed,
    latencyMs: latency,
    ...(rate > 0 ? { tokensPerSecond: rate } : {}),
    ...(scenarios.length > 0 ? { scenarios } : {}),
    ...(flags.key === undefined ? {} : { apiKey: flags.key }),
    lenient: flags.lenient ?? false,
    host: context.host,
  }).catch((cause) => {
    const reason = cause instanceof AgentOpError
      ? cause.reason
      : `Cannot start the simulator on ${flags.host}:${port}: ${reasonOf(cause)}`;
    throw new AgentOpError(reason, {
      remedy: "--port 0, or another --port",
      cause,
    });
  });
  stack.defer(() => simulator.close());
  if (context.json) context.printJson({ url: simulator.url, port: simulator.port });
  else {
    context.print(`Simulator on ${simulator.url}  (Ctrl-C stops it)`);
    context.print(`Use it with: MISTRAL_SERVER_URL=${simulator.url} MISTRAL_API_KEY=simulator agentop run …`);
    if (flags.lenient) {
      context.print(
        `As the server of a trained model: agentop finetune run … --server ${simulator.url}/v1 --price 0`,
      );
    }
  }
  await new Promise<void>((resolve) =>
    stopper.signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
