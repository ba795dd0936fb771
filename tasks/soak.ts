/**
 * Kills the program again and again in the middle of runs, resumes them, and checks what the project promises: no acknowledged step
 * is lost, no tool that cannot be repeated is repeated, every run ends completed, every store verifies. Then many
 * processes write into one store at once. Arguments: how many runs, how many writers.
 *
 * @module
 */
import { join } from "node:path";
import { parseScenarios, startSimulator } from "../lib/simulator/mod.ts";
import { CliHome } from "../tests/support/cli.ts";
import { manyWriters } from "./soak/writers.ts";

const RUNS = Number(Deno.args[0] ?? 30);
const WRITERS = Number(Deno.args[1] ?? 64);
const KILLS_PER_RUN_MAX = 6;
const TRIES_MAX = 20;
const LINES = 8;

const steps: unknown[] = [];
for (let line = 0; line < LINES; line++) {
  const content = { path: "log.txt", content: `line ${line}\n`, append: true };
  steps.push({ toolCalls: [{ name: "write_file", arguments: content }] });
  steps.push({ toolCalls: [{ name: "calculator", arguments: { expression: `${line} + 1` } }] });
}
const scenario = JSON.stringify({ name: "soak", steps: [...steps, { text: "done" }] });
const AGENT =
  "model: mistral-small-latest\napprove: auto\ntools: [calculator, { write_file: { root: ../out, append: true } }]\n";

const simulator = await startSimulator({
  scenarios: await parseScenarios(scenario, "soak.yaml"),
  latencyMs: 15,
});
const env = { MISTRAL_SERVER_URL: simulator.url, MISTRAL_API_KEY: "soak" };
const problems: string[] = [];
let kills = 0;

/** Starts the program, kills it after `killAfterMs`, and returns the last step it told of. */
async function attempt(
  home: CliHome,
  args: readonly string[],
  killAfterMs: number | undefined,
): Promise<number> {
  const child = home.start(args, { env });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => {
    child.kill("SIGKILL");
    kills++;
  }, killAfterMs);
  const output = await new Response(child.stdout).text();
  await child.stderr.cancel();
  await child.status;
  clearTimeout(timer);
  const told = [...output.matchAll(/"type":"snapshot".*?"step":(\d+)/g)].map((match) => Number(match[1]));
  return Math.max(0, ...told);
}

async function soakOne(): Promise<void> {
  await using home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.mkdir(join(home.path, "out"));
  await Deno.writeTextFile(join(home.path, "agents", "writer.yaml"), AGENT);
  let args = ["run", "writer", "go", "--jsonl"];
  let told = 0;
  let status = "";
  for (let tries = 0; tries < TRIES_MAX && status !== "completed"; tries++) {
    const killAfterMs = tries < KILLS_PER_RUN_MAX ? 150 + Math.random() * 900 : undefined;
    told = Math.max(told, await attempt(home, args, killAfterMs));
    const shown = await home.run(["show", "last", "--json"], { env });
    if (shown.code !== 0) continue; // killed before the run was stored
    const { run } = shown.json();
    status = run.status;
    if (run.steps < told) problems.push(`${run.runId}: ${told} steps were told of, ${run.steps} are stored`);
    args = ["resume", "last", "--jsonl"];
  }
  if (status !== "completed") problems.push(`a run ended as "${status}"`);
  const written = (await Deno.readTextFile(join(home.path, "out", "log.txt")).catch(() => "")).trim().split(
    "\n",
  );
  if (new Set(written).size !== written.length) {
    problems.push(`a line was written twice: ${written.join(" | ")}`);
  }
  const verified = await home.run(["db", "verify"], { env });
  if (verified.code !== 0) problems.push(`the store does not verify: ${verified.stdout}${verified.stderr}`);
}

for (let run = 0; run < RUNS; run++) await soakOne();
await simulator.close();
const writers = await manyWriters(WRITERS);
problems.push(...writers.problems);
console.log(
  `${RUNS} runs, ${kills} kills, ${WRITERS} writers at once (longest write ${writers.longestMs} ms)`,
);
console.log(`${problems.length} problems`);
for (const problem of problems) console.error(problem);
Deno.exit(problems.length === 0 ? 0 : 1);
