import {
  type AgentConfig,
  AgentRunner,
  type AgentServices,
  type Approver,
  type Listener,
  parseAgentFile,
  type Rights,
  type UnpricedPolicy,
} from "../../lib/agent/mod.ts";
import { AgentOpError, type Host, type Store, systemHost, type Tool } from "../../lib/core/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import {
  createMistralProvider,
  createResilientProvider,
  type ResilientProvider,
} from "../../lib/providers/mod.ts";
import { parseScenarios, type Simulator, startSimulator } from "../../lib/simulator/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { createTool } from "../../lib/tools/mod.ts";

export interface AgencyOptions {
  /** Scenario YAML for the simulator. */
  readonly scenarios?: string;
  readonly approver?: Approver;
  readonly listeners?: readonly Listener[];
  /** Tools besides the family, by name. */
  readonly tools?: Readonly<Record<string, Tool>>;
  /** Agents that others hand work to, as YAML. */
  readonly agents?: Readonly<Record<string, string>>;
  /** Agents that others hand work to have them too. */
  readonly childTools?: boolean;
  readonly rights?: Rights;
  readonly unpriced?: UnpricedPolicy;
  readonly baseDir?: string;
  readonly store?: Store;
  readonly host?: Host;
  /** Answers instead of the simulator. */
  readonly provider?: ResilientProvider;
}

/** A runner with everything real: the SDK over loopback HTTP against the simulator, a store, the tool family. */
export class TestAgency implements AsyncDisposable {
  readonly store: Store;
  readonly runner: AgentRunner;
  readonly simulator: Simulator;
  readonly #options: AgencyOptions;

  private constructor(store: Store, simulator: Simulator, options: AgencyOptions) {
    this.store = store;
    this.simulator = simulator;
    this.#options = options;
    const host = options.host ?? { ...systemHost(), random: () => 0.5 };
    const provider = options.provider ?? createResilientProvider(
      createMistralProvider({ host, apiKey: "test", serverUrl: simulator.url }),
      { host, policy: { minWaitMs: 2, maxWaitMs: 2000 }, maxConcurrency: 64 },
    );
    const services: AgentServices = {
      store,
      host,
      prices: createPriceBook(),
      provider: ({ retry }) =>
        provider.withPolicy(retry.maxAttempts === undefined ? {} : { maxAttempts: retry.maxAttempts }),
      createTool: ({ name, config }, agent) =>
        Promise.resolve(
          options.tools?.[name] ?? createTool(name, config, {
            host,
            baseDir: options.baseDir ?? agent.baseDir,
            secrets: {},
            denoPath: Deno.execPath(),
          }),
        ),
      loadAgent: async (name) => {
        const text = options.agents?.[name];
        if (text === undefined) {
          throw new AgentOpError(`Cannot find agent "${name}": none`, { remedy: "another" });
        }
        return await this.agent(text, name);
      },
      ...(options.approver ? { approver: options.approver } : {}),
      ...(options.rights ? { rights: options.rights } : {}),
      ...(options.unpriced ? { unpriced: options.unpriced } : {}),
      ...(options.listeners ? { listeners: options.listeners } : {}),
    };
    this.runner = new AgentRunner(services);
  }

  static async open(options: AgencyOptions = {}): Promise<TestAgency> {
    const scenarios = options.scenarios ? await parseScenarios(options.scenarios, "test.yaml") : [];
    const simulator = await startSimulator({ scenarios });
    return new TestAgency(options.store ?? await openStore(MEMORY), simulator, options);
  }

  /** An agent from YAML; tools of the test's own are added by name. */
  async agent(yaml: string, name = "tester"): Promise<AgentConfig> {
    const config = await parseAgentFile(yaml, `agents/${name}.yaml`);
    const extra = Object.keys(this.#options.tools ?? {}).map((tool) => ({
      kind: "tool" as const,
      name: tool,
    }));
    const hasExtra = name === "tester" ? !this.#options.childTools : this.#options.childTools;
    return hasExtra ? { ...config, tools: [...config.tools, ...extra] } : config;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator.close();
    if (!this.#options.store) await this.store[Symbol.asyncDispose]();
  }
}
