import {
  type AgentConfig,
  AgentRunner,
  type AgentServices,
  type Approver,
  type Listener,
} from "../agent/mod.ts";
import { AgentOpError } from "../core/mod.ts";
import type { RetryNotice } from "../providers/mod.ts";
import { resolveAgent } from "./agents.ts";
import type { Context } from "./context.ts";

/** Calls that one process makes to the model API at the same time. */
const MODEL_CONCURRENCY_MAX = 64;

export interface RunnerOptions {
  readonly approver?: Approver;
  readonly listeners?: readonly Listener[];
  readonly onRetry?: (notice: RetryNotice) => void;
  /** Runs are only written, for another process to execute: no simulator is needed. */
  readonly queueOnly?: boolean;
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
  const server = config.useSimulator && !options.queueOnly ? await startDemoSimulator(context) : undefined;
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
    prices: createPriceBook(plan === undefined ? {} : { elevenLabsPlan: plan }),
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
  return new AgentRunner(services);
}

function retryOf({ retry }: AgentConfig) {
  return {
    ...(retry.maxAttempts === undefined ? {} : { maxAttempts: retry.maxAttempts }),
    ...(retry.minWaitSeconds === undefined ? {} : { minWaitMs: retry.minWaitSeconds * 1000 }),
    ...(retry.maxWaitSeconds === undefined ? {} : { maxWaitMs: retry.maxWaitSeconds * 1000 }),
  };
}

/** Without a key the built-in simulator answers, at a pace one can watch. */
async function startDemoSimulator(context: Context): Promise<string> {
  const { DEMO_PACE, startSimulator } = await import("../simulator/mod.ts");
  const simulator = await startSimulator(DEMO_PACE);
  context.defer(() => simulator.close());
  return simulator.url;
}
