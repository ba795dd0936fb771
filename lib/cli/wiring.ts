import { join } from "node:path";
import {
  type AgentConfig,
  AgentRunner,
  type AgentServices,
  type Approver,
  type Listener,
} from "../agent/mod.ts";
import { AgentOpError, messageOf, nearest } from "../core/mod.ts";
import type { PriceOverlay } from "../pricing/mod.ts";
import type { RetryNotice } from "../providers/mod.ts";
import { resolveAgent } from "./agents.ts";
import type { Context } from "./context.ts";

/** Calls that one process makes to the model API at the same time. */
const MODEL_CONCURRENCY_MAX = 64;

/** Names that tell the simulator how to behave. */
const SIMULATED = /(?:^|[^a-z0-9])sim-/;

export interface RunnerOptions {
  readonly approver?: Approver;
  readonly listeners?: readonly Listener[];
  readonly onRetry?: (notice: RetryNotice) => void;
  /** Runs are only written, for another process to execute: no simulator is needed. */
  readonly queueOnly?: boolean;
  /** The server must offer this model; one that lists none is believed. Throws `AgentOpError` otherwise. */
  readonly requireModel?: string;
  /** Changes what runs of this runner use: a replay answers from a recording first. */
  readonly adapt?: (services: AgentServices) => AgentServices;
}

/** Puts a runner together from the configuration: provider (or simulator), prices, tools, store. */
export async function createRunner(context: Context, options: RunnerOptions = {}): Promise<AgentRunner> {
  const { config, host } = context;
  const [
    { createMistralProvider, createResilientProvider },
    { createPriceBook, isElevenLabsPlan, ELEVENLABS_PLANS },
  ] = await Promise.all([import("../providers/mod.ts"), import("../pricing/mod.ts")]);
  const plan = config.elevenLabsPlan;
  if (plan !== undefined && !isElevenLabsPlan(plan)) {
    throw new AgentOpError(
      `Cannot use ELEVENLABS_PLAN: it must be one of ${ELEVENLABS_PLANS.join(", ")}: got "${plan}". ` +
        "Try: unset ELEVENLABS_PLAN",
    );
  }
  const overlay = await readPriceFile(config.home);
  const server = config.useSimulator && !options.queueOnly ? await startDemoSimulator(context) : undefined;
  if (options.requireModel !== undefined) await checkModel(context, options.requireModel, server);
  const provider = createResilientProvider(
    createMistralProvider({
      host,
      apiKey: config.mistralApiKey ?? (server ? "simulator" : ""),
      serverUrl: server ?? config.mistralServerUrl,
    }),
    {
      host,
      policy: config.retry,
      maxConcurrency: MODEL_CONCURRENCY_MAX,
      ...(options.onRetry ? { onRetry: options.onRetry } : {}),
    },
  );
  const services: AgentServices = {
    store: await context.store(),
    host,
    prices: createPriceBook({
      ...(overlay ? { overlay } : {}),
      ...(plan === undefined ? {} : { elevenLabsPlan: plan }),
    }),
    provider: (agent) => provider.withPolicy(retryOf(agent)),
    createTool: async ({ name, config: settings }, agent) => {
      const { createTool } = await import("../tools/mod.ts");
      return createTool(name, settings, {
        host,
        baseDir: agent.baseDir,
        secrets: config.secrets,
        denoPath: Deno.execPath(),
      });
    },
    loadAgent: (name, from) => resolveAgent(name, config, from),
    onNote: (note) => context.verbose && context.note(`agentop: ${note}`),
    ...(options.approver ? { approver: options.approver } : {}),
    ...(options.listeners ? { listeners: options.listeners } : {}),
  };
  return new AgentRunner(options.adapt?.(services) ?? services);
}

async function checkModel(context: Context, model: string, server: string | undefined): Promise<void> {
  const { listMistralModels } = await import("../providers/mod.ts");
  const models = await listMistralModels({
    host: context.host,
    apiKey: context.config.mistralApiKey ?? (server ? "simulator" : ""),
    serverUrl: server ?? context.config.mistralServerUrl,
  }).catch(() => []); // what is wrong with the server, the first call will say
  const names = models.flatMap(({ id, aliases }) => [id, ...aliases]);
  if (names.length === 0 || names.includes(model) || SIMULATED.test(model)) return;
  const guess = nearest(model, names);
  throw new AgentOpError(
    `Cannot use model "${model.slice(0, 80)}": the server does not offer it. Try: ${
      guess ?? [...new Set(names)].filter((name) => name.endsWith("-latest")).slice(0, 4).join(", ")
    }`,
  );
}

function retryOf({ retry }: AgentConfig) {
  return {
    ...(retry.maxAttempts === undefined ? {} : { maxAttempts: retry.maxAttempts }),
    ...(retry.minWaitSeconds === undefined ? {} : { minWaitMs: retry.minWaitSeconds * 1000 }),
    ...(retry.maxWaitSeconds === undefined ? {} : { maxWaitMs: retry.maxWaitSeconds * 1000 }),
  };
}

/** The user's own prices, from `prices.yaml` in the home folder. They win over the built-in ones. */
async function readPriceFile(home: string): Promise<PriceOverlay | undefined> {
  const path = join(home, "prices.yaml");
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new AgentOpError(`Cannot load ${path}: ${messageOf(error)}. Try: make it readable, or remove it`);
  });
  if (text === undefined) return undefined;
  const { parsePriceOverlay } = await import("../pricing/mod.ts");
  return await parsePriceOverlay(text, path);
}

/** Without a key the built-in simulator answers, at a pace one can watch. */
async function startDemoSimulator(context: Context): Promise<string> {
  const { DEMO_PACE, startSimulator } = await import("../simulator/mod.ts");
  const simulator = await startSimulator(DEMO_PACE);
  context.defer(() => simulator.close());
  return simulator.url;
}
