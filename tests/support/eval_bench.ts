import { join } from "node:path";
import { type ExperimentReport, experimentReport, type GateChoice, loadSuiteOf } from "../../lib/app/mod.ts";
import { evaluate } from "../../lib/app/mod.ts";
import { readConfig } from "../../lib/cli/config.ts";
import { Context } from "../../lib/cli/context.ts";
import { type Experiment, type Store, systemHost } from "../../lib/core/mod.ts";
import type { EvalOptions } from "../../lib/evals/mod.ts";
import { parseScenarios, type Simulator, startSimulator } from "../../lib/simulator/mod.ts";

/** Says its prompt, and "wrong" where the model is called large. */
const SCENARIO = `
name: wrong
match: { model: "*large*" }
steps: [{ text: "wrong" }]
---
name: echo
steps: [{ text: "It is {{prompt}}." }]
`;
const AGENT = "model: mistral-small-latest\ninstructions: You repeat.\n";

export interface EvalBenchOptions {
  readonly scenario?: string;
  readonly agent?: string;
}

/** A folder with an agent and suites, its store, and a simulator that answers. */
export class EvalBench implements AsyncDisposable {
  private constructor(
    readonly context: Context,
    readonly store: Store,
    readonly simulator: Simulator,
    readonly folder: string,
  ) {}

  static async open({ scenario = SCENARIO, agent = AGENT }: EvalBenchOptions = {}): Promise<EvalBench> {
    const folder = await Deno.makeTempDir({ prefix: "agentop-evals-" });
    await Deno.writeTextFile(join(folder, "echo.yaml"), agent);
    const simulator = await startSimulator({ scenarios: await parseScenarios(scenario, "test.yaml") });
    const env: Record<string, string> = {
      MISTRAL_SERVER_URL: simulator.url,
      MISTRAL_API_KEY: "test",
      MISTRAL_RETRY_MAX_ATTEMPTS: "1",
      HOME: folder,
    };
    const config = readConfig({ home: folder, store: join(folder, "agentop.db") }, (name) => env[name]);
    const context = new Context({}, systemHost(), config);
    return new EvalBench(context, await context.app.store(), simulator, folder);
  }

  async write(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await Deno.writeTextFile(path, text);
    return path;
  }

  /** Runs a suite written as YAML; its agent is `./echo.yaml`. */
  async evaluate(yaml: string, options: Partial<EvalOptions> = {}): Promise<Experiment> {
    const loaded = await loadSuiteOf(this.context.app, await this.write("suite.yaml", yaml));
    return await evaluate(this.context.app, loaded, options);
  }

  async report(experiment: Experiment, gate?: GateChoice): Promise<ExperimentReport> {
    return await experimentReport(this.context.app, experiment.experimentId, gate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context[Symbol.asyncDispose]();
    await this.simulator.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}
