import assert from "node:assert/strict";
import { join } from "node:path";
import { parseAgentFile } from "../../lib/agent/mod.ts";
import { readConfig } from "../../lib/cli/config.ts";
import { Context } from "../../lib/cli/context.ts";
import type { ReplayOptions } from "../../lib/replay/replay_run.ts";
import { AgentOpError, type Run, type Store, systemHost } from "../../lib/core/mod.ts";
import { comparedSteps } from "../../lib/analysis/mod.ts";
import { parseScenarios, type Simulator, startSimulator } from "../../lib/simulator/mod.ts";

/** Remembers, adds, tells the time. */
export const AGENT = "model: mistral-small-latest\ninstructions: You add.\n" +
  "parameters: { temperature: 0.2 }\ntools: [calculator, current_time]\nmemory: { keyValue: true }\n";
/** Four rounds: remember, add, look at the clock, answer with what the calculator said. */
const SCENARIO = `
name: adder
match: { agent: "You (add|sum)" }
steps:
  - toolCalls: [{ name: memory_set, arguments: { key: a, value: 1 } }]
  - text: Now I add.
    toolCalls: [{ name: calculator, arguments: { expression: 1 + 2 } }]
  - toolCalls: [{ name: current_time, arguments: {} }]
  - text: "The sum is {{toolResult:calculator}}."
`;

export interface BenchOptions {
  readonly agent?: string;
  /** Scenario YAML. */
  readonly scenario?: string;
  readonly signal?: AbortSignal;
}

/** A store with one finished run, the simulator that answered it, and replays of it. */
export class Bench implements AsyncDisposable {
  private constructor(
    readonly context: Context,
    readonly store: Store,
    readonly simulator: Simulator,
    readonly folder: string,
    readonly original: Run,
  ) {}

  static async open({ agent = AGENT, scenario = SCENARIO, signal }: BenchOptions = {}): Promise<Bench> {
    const folder = await Deno.makeTempDir({ prefix: "agentop-replay-" });
    const simulator = await startSimulator({ scenarios: await parseScenarios(scenario, "test.yaml") });
    const env: Record<string, string> = {
      MISTRAL_SERVER_URL: simulator.url,
      MISTRAL_API_KEY: "test",
      HOME: folder,
    };
    const config = readConfig({ home: folder, store: join(folder, "agentop.db") }, (name) => env[name]);
    const context = new Context({}, systemHost(), config);
    const runner = await context.app.createRunner();
    const original = await runner.run(await parseAgentFile(agent, "agents/adder.yaml"), { prompt: "Add." }, {
      ...(signal ? { signal } : {}),
    });
    return new Bench(context, await context.app.store(), simulator, folder, original);
  }

  replay(
    options: Partial<Omit<ReplayOptions, "edits">> & { edits?: Record<number, string> },
    of = this.original,
  ) {
    const edits = new Map(Object.entries(options.edits ?? {}).map(([step, text]) => [Number(step), text]));
    return this.context.app.replay(of.runId, {
      mode: "hybrid",
      tools: "live",
      overrides: {},
      ...options,
      edits,
    });
  }

  async refused(
    options: Parameters<Bench["replay"]>[0],
    expected: RegExp,
    of = this.original,
  ): Promise<void> {
    const before = await this.store.countRuns();
    await assert.rejects(this.replay(options, of), (error) => {
      assert(error instanceof AgentOpError);
      assert.match(error.message, expected);
      assert(!error.message.includes("\n"));
      return true;
    });
    assert.equal(await this.store.countRuns(), before, "nothing is written");
  }

  async steps(run: Run): Promise<readonly string[]> {
    const trace = await this.store.loadTrace(run.traceId);
    return comparedSteps(trace).map((it) => `${it.document.kind} ${it.document.name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context[Symbol.asyncDispose]();
    await this.simulator.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}
