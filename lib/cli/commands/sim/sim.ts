import { AgentOpError } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";

function count(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new AgentOpError(`Cannot use ${flag}: it must be a number, 0 or more: got "${text.slice(0, 40)}"`, {
    remedy: `${flag} 0`,
  });
}

export const sim: CliCommand = {
  register(program, withContext) {
    program.command("sim").description(
      "Mistral's wire protocol on this machine: scripted scenarios, faults, latency",
    )
      .option("--host <host>", "address to listen on", "127.0.0.1")
      .option("--port <port>", "port, 0 for any free one", "8080")
      .option("--scenario <path...>", "scenario files or folders (YAML)")
      .option("--seed <n>", "same seed, same answers", "1")
      .option("--latency <ms>", "time to the first byte", "0")
      .option("--tokens-per-second <n>", "streaming rate, 0 for no limit", "0")
      .option("--key <key>", "refuse every other key with 401")
      .action((options) =>
        withContext(async (context) => {
          const { loadScenarios, startSimulator } = await import("../../../simulator/mod.ts");
          const { abortOnSignals } = await import("../../process/signals.ts");
          const port = count("--port", options.port, 8080);
          if (!Number.isInteger(port) || port > 65_535) {
            throw new AgentOpError(`Cannot use --port: it must be from 0 to 65535: got "${options.port}"`, {
              remedy: "--port 8080",
            });
          }
          const rate = count("--tokens-per-second", options.tokensPerSecond, 0);
          const scenarios = options.scenario ? await loadScenarios(options.scenario) : [];
          using stopper = abortOnSignals();
          await using stack = new AsyncDisposableStack();
          const simulator = await startSimulator({
            hostname: options.host,
            port,
            seed: count("--seed", options.seed, 1),
            latencyMs: count("--latency", options.latency, 0),
            ...(rate > 0 ? { tokensPerSecond: rate } : {}),
            ...(scenarios.length > 0 ? { scenarios } : {}),
            ...(options.key === undefined ? {} : { apiKey: options.key }),
            host: context.host,
          }).catch((error) => {
            const reason = error instanceof Error ? error.message : String(error);
            throw new AgentOpError(`Cannot listen on ${options.host}:${port}: ${reason}`, {
              remedy: "--port 0, or another --port",
              cause: error,
            });
          });
          stack.defer(() => simulator.close());
          if (context.json) context.printJson({ url: simulator.url, port: simulator.port });
          else {
            context.print(`Simulator on ${simulator.url}  (Ctrl-C stops it)`);
            context.print(
              `Use it with: MISTRAL_SERVER_URL=${simulator.url} MISTRAL_API_KEY=simulator agentop run …`,
            );
          }
          await new Promise<void>((resolve) =>
            stopper.signal.addEventListener("abort", () => resolve(), { once: true })
          );
          return 0;
        })
      );
  },
};
