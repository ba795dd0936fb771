import { join } from "node:path";
import { parseScenarios, startSimulator } from "../../lib/simulator/mod.ts";
import { CliHome } from "../../tests/support/cli.ts";
import type { SoakResult } from "./check.ts";

const KILLS_PER_RUN_MAX = 6;
const TRIES_MAX = 20;
const LINES = 8;
const AGENT =
  "model: mistral-small-latest\napprove: auto\ntools: [calculator, { write_file: { root: ../out, append: true } }]\n";

function scenario(): string {
  const steps: unknown[] = [];
  for (let line = 0; line < LINES; line++) {
    const content = { path: "log.txt", content: `line ${line}\n`, append: true };
    steps.push({ toolCalls: [{ name: "write_file", arguments: content }] });
    steps.push({ toolCalls: [{ name: "calculator", arguments: { expression: `${line} + 1` } }] });
  }
  return JSON.stringify({ name: "soak", steps: [...steps, { text: "done" }] });
}

/**
 * Kills the program again and again in the middle of runs and resumes them: no step that was told of is lost, no tool that cannot be
 * repeated is repeated, every run ends completed, every store verifies.
 */
export async function kills(untilMs: number): Promise<SoakResult> {
  const simulator = await startSimulator({
    scenarios: await parseScenarios(scenario(), "soak.yaml"),
    latencyMs: 15,
  });
  const soak = new Kills({ MISTRAL_SERVER_URL: simulator.url, MISTRAL_API_KEY: "soak" });
  try {
    do await soak.one(); while (performance.now() < untilMs);
  } finally {
    await simulator.close();
  }
  return {
    check: "kill -9 in runs",
    tried: `${soak.kills} kills of ${soak.runs} runs`,
    problems: soak.problems,
    worst: `${soak.triesMax} starts for one run`,
    promise: "no step that was told of is lost; what cannot be repeated is not; the run completes",
  };
}

class Kills {
  readonly #env: Readonly<Record<string, string>>;
  readonly problems: string[] = [];
  kills = 0;
  runs = 0;
  triesMax = 0;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  async one(): Promise<void> {
    this.runs++;
    await using home = await CliHome.create();
    await Deno.mkdir(join(home.path, "agents"));
    await Deno.mkdir(join(home.path, "out"));
    await Deno.writeTextFile(join(home.path, "agents", "writer.yaml"), AGENT);
    const env = this.#env;
    await home.run(["trust", "agents"], { env });
    let args = ["run", "writer", "go", "--jsonl"];
    let [told, tries, status] = [0, 0, ""];
    for (; tries < TRIES_MAX && status !== "completed"; tries++) {
      const killAfterMs = tries < KILLS_PER_RUN_MAX ? 150 + Math.random() * 900 : undefined;
      told = Math.max(told, await this.#attempt(home, args, killAfterMs));
      const shown = await home.run(["show", "last", "--json"], { env });
      if (shown.code !== 0) continue; // killed before the run was stored
      const { run } = shown.json();
      status = run.status;
      if (run.steps < told) {
        this.problems.push(`${run.runId}: ${told} steps were told of, ${run.steps} are stored`);
      }
      args = ["resume", "last", "--jsonl"];
    }
    this.triesMax = Math.max(this.triesMax, tries);
    if (status !== "completed") this.problems.push(`a run ended as "${status}"`);
    const log = await Deno.readTextFile(join(home.path, "out", "log.txt")).catch(() => "");
    const written = log.trim().split("\n");
    if (new Set(written).size !== written.length) {
      this.problems.push(`a line was written twice: ${written.join(" | ")}`);
    }
    const verified = await home.run(["db", "verify"], { env });
    if (verified.code !== 0) {
      this.problems.push(`the store does not verify: ${verified.stdout}${verified.stderr}`);
    }
  }

  /** Starts the program, kills it after `killAfterMs`, and returns the last step it told of. */
  async #attempt(home: CliHome, args: readonly string[], killAfterMs: number | undefined): Promise<number> {
    const child = home.start(args, { env: this.#env });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => {
      child.kill("SIGKILL");
      this.kills++;
    }, killAfterMs);
    const output = await new Response(child.stdout).text();
    await Promise.all([child.stderr.cancel(), child.stdin.abort().catch(() => {})]);
    await child.status;
    clearTimeout(timer);
    const told = [...output.matchAll(/"type":"snapshot".*?"step":(\d+)/g)].map((match) => Number(match[1]));
    return Math.max(0, ...told);
  }
}
