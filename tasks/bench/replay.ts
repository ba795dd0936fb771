import { AgentRunner, type AgentServices, parseAgentFile } from "../../lib/agent/mod.ts";
import { recordedServices, repeatRecorded } from "../../lib/replay/recorded_run.ts";
import { applyEvent, type Run, systemHost, type Trace } from "../../lib/core/mod.ts";
import { diffRuns } from "../../lib/analysis/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import { createMistralProvider, createResilientProvider } from "../../lib/providers/mod.ts";
import { createRecording, EventSink } from "../../lib/replay/mod.ts";
import { parseScenarios, startSimulator } from "../../lib/simulator/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { createTool } from "../../lib/tools/mod.ts";
import { randomCase, repeat } from "../../tests/replay/recordings.ts";
import { sampleEvents } from "../../tests/support/sample_run.ts";
import { type Figure, medianMs } from "./figure.ts";

const RANDOM_RUNS = 100;
const ROUNDS = 15;

function fold(options: Parameters<typeof sampleEvents>[0]): Trace {
  let trace: Trace | undefined;
  for (const event of sampleEvents(options)) trace = applyEvent(trace, event);
  return trace!;
}

/** Runs a scenario on the simulator and loads what was stored. */
async function record(agent: string, scenario: string): Promise<Trace> {
  const simulator = await startSimulator({ scenarios: await parseScenarios(scenario, "bench.yaml") });
  const host = systemHost();
  const provider = createResilientProvider(
    createMistralProvider({ host, apiKey: "bench", serverUrl: simulator.url }),
    { host, policy: { minWaitMs: 1, maxWaitMs: 10 } },
  );
  await using store = await openStore(":memory:");
  const services: AgentServices = {
    store,
    host,
    prices: createPriceBook(),
    provider: () => provider,
    createTool: ({ name, config }, { baseDir }) =>
      Promise.resolve(createTool(name, config, { host, baseDir, secrets: {}, denoPath: Deno.execPath() })),
    loadAgent: () => Promise.reject(new Error("no hand-offs here")),
  };
  try {
    const run = await new AgentRunner(services).run(await parseAgentFile(agent, "agents/bench.yaml"), {
      prompt: "go",
    });
    return await store.loadTrace(run.traceId);
  } finally {
    await simulator.close();
  }
}

async function thirtySteps(): Promise<Figure> {
  const steps = Array.from({ length: 15 }, (_, n) => ({
    text: `Part ${n}.`,
    toolCalls: [{ name: "calculator", arguments: { expression: `${n} + 1` } }],
  }));
  const agent =
    "model: mistral-small-latest\ninstructions: Add.\ntools: [calculator]\nlimits: { maxSteps: 30 }\n";
  const original = await record(agent, JSON.stringify({ name: "thirty", steps }));
  const count = original.run.totals.steps;
  const host = systemHost();
  const config = await parseAgentFile(agent, "agents/bench.yaml");
  return {
    name: `recorded replay of a run of ${count} steps, in its process`,
    value: await medianMs(ROUNDS, async () => {
      const sink = new EventSink(original, { onEvents: () => {}, onBoundary: () => {} });
      const runner = new AgentRunner(recordedServices(createRecording(original), sink, host));
      const run: Run = await runner.prepare({ ...config, baseDir: "/" }, { prompt: "go" });
      const begun: Trace = { run, spans: new Map(), snapshots: [], evaluations: [] };
      const { divergence } = await repeatRecorded({ original, begun });
      if (divergence) throw new Error(`the replay left the recording at step ${divergence.step}`);
    }),
    unit: "ms",
    limit: 100,
  };
}

async function thousandSteps(): Promise<Figure[]> {
  const rounds = 500;
  const left = fold({ rounds });
  const few = fold({ rounds, text: (round) => round % 50 === 7 ? "other" : "x".repeat(80) });
  // Nothing in common but the kinds of steps: the worst for the alignment.
  const none = [...fold({ rounds, text: (round) => `else ${round}` }).spans.values()].map((span) =>
    span.kind === "tool"
      ? { ...span, attributes: { ...span.attributes, "gen_ai.tool.call.arguments": { other: span.step } } }
      : span
  );
  const unlike = { ...left, spans: new Map(none.map((span) => [span.spanId, span])) };
  const figure = async (name: string, right: Trace): Promise<Figure> => ({
    name: `difference of two runs of ${rounds * 2} steps, ${name}`,
    value: await medianMs(ROUNDS, () => diffRuns(left, right)),
    unit: "ms",
    limit: 300,
  });
  return [await figure("few changes", few), await figure("every step changed", unlike)];
}

async function randomRuns(): Promise<Figure> {
  let different = 0;
  for (let seed = 1000; seed < 1000 + RANDOM_RUNS; seed++) {
    const { scenario, agent } = randomCase(seed);
    const { diff, divergence } = await repeat(await record(agent, scenario));
    if (!diff.identical || divergence) different++;
  }
  return {
    name: `recorded replays of ${RANDOM_RUNS} random runs that differ`,
    value: different,
    unit: "",
    limit: 0,
  };
}

export async function replay(): Promise<Figure[]> {
  return [await thirtySteps(), ...await thousandSteps(), await randomRuns()];
}
