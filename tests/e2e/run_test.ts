import assert from "node:assert/strict";
import { join } from "node:path";
import { parseScenarios, type Simulator, startSimulator } from "../../lib/simulator/mod.ts";
import { CliHome } from "../support/cli.ts";

const AGENT = "model: mistral-small-latest\ntools: [calculator]\n";

async function simulator(
  scenario?: unknown,
  options: { apiKey?: string } = {},
): Promise<Simulator & AsyncDisposable> {
  const scenarios = scenario === undefined ? [] : await parseScenarios(JSON.stringify(scenario), "e2e.yaml");
  const sim = await startSimulator({ scenarios, ...options });
  return Object.assign(sim, { [Symbol.asyncDispose]: () => sim.close() });
}

async function homeWith(agents: Readonly<Record<string, string>>): Promise<CliHome> {
  const home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  for (const [name, text] of Object.entries(agents)) {
    await Deno.writeTextFile(join(home.path, "agents", `${name}.yaml`), text);
  }
  return home;
}

/** Lines of a child's stdout as they come. */
async function* linesOf(child: Deno.ChildProcess): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

const text = async (stream: ReadableStream<Uint8Array>) => await new Response(stream).text();

Deno.test("run --json prints the contract's object, and show --json everything behind it", async () => {
  await using home = await homeWith({ sums: AGENT });
  await using sim = await simulator();
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const done = await home.run(
    [
      "run",
      "sums",
      "What is 17% of 240?",
      "--json",
      "--user",
      "ada",
      "--group",
      "g",
      "--tag",
      "a=b",
      "--set",
      "seed=3",
    ],
    { env },
  );
  assert.equal(done.code, 0, done.stderr);
  assert.equal(done.stderr, "");
  const run = done.json();
  assert.deepEqual(Object.keys(run), [
    "runId",
    "agent",
    "status",
    "output",
    "model",
    "steps",
    "llmCalls",
    "toolCalls",
    "attempts",
    "durationMs",
    "usage",
    "costUsd",
    "costKnown",
    "estimatedCostUsd",
    "finishReason",
    "warnings",
    "tree",
    "error",
  ]);
  assert.match(run.runId, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(
    [run.agent, run.status, run.steps, run.llmCalls, run.toolCalls, run.attempts, run.costKnown, run.error],
    ["sums", "completed", 3, 2, 1, 2, true, null],
  );
  assert.match(run.output, /40\.8/);
  assert.equal(run.usage.totalTokens, run.usage.inputTokens + run.usage.outputTokens);

  const shown = (await home.run(["show", run.runId.slice(0, 18), "--json"], { env })).json();
  assert.deepEqual(Object.keys(shown).sort(), [
    "attempts",
    "diffs",
    "evaluations",
    "messages",
    "run",
    "snapshots",
    "spans",
    "toolCalls",
  ]);
  assert.deepEqual([shown.run.userId, shown.run.group, shown.run.tags], ["ada", "g", { a: "b" }]);
  assert.equal(shown.run.config.parameters.seed, 3);
  assert.deepEqual(shown.messages.map((it: { role: string }) => it.role), [
    "user",
    "assistant",
    "tool",
    "assistant",
  ]);
  const [call] = shown.toolCalls;
  assert.deepEqual([call.toolName, call.result, call.isError, call.source], [
    "calculator",
    "40.8",
    false,
    "live",
  ]);
  assert.equal(call.messageId, shown.messages[1].messageId);
  assert.deepEqual(shown.attempts.map((it: { statusCode: number }) => it.statusCode), [200, 200]);
  assert.equal(shown.snapshots.length, 3);
});

Deno.test("run takes its prompt from stdin or a file, and prints only the answer when nobody watches", async () => {
  await using home = await homeWith({ echo: "model: sim-echo\n" });
  await using sim = await simulator();
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const piped = await home.run(["run", "echo"], { env, stdin: "from the pipe" });
  assert.equal(piped.code, 0, piped.stderr);
  assert.match(piped.stdout, /from the pipe/);
  await Deno.writeTextFile(join(home.path, "p.txt"), "from a file");
  assert.match((await home.run(["run", "echo", "--file", "p.txt"], { env })).stdout, /from a file/);
  const empty = await home.run(["run", "echo"], { env, stdin: " " });
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /^agentop: Cannot run echo: the prompt is empty\. Try: .+\n$/);
});

Deno.test("run --jsonl and --json escape what a terminal obeys and JSON leaves as it is", async () => {
  await using home = await homeWith({ sums: AGENT });
  await using sim = await simulator();
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const prompt = "a\x7f\x9b31m\u202eb\u2066c\u2028d\u{e0041}e";
  for (const flag of ["--jsonl", "--json"]) {
    const { code, stdout } = await home.run(["run", "sums", prompt, flag], { env });
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /[\x7f-\x9f\p{Cf}\p{Zl}]/u);
    assert(JSON.stringify(JSON.parse(stdout.split("\n")[0]!)).includes("\u202eb"));
  }
});

Deno.test("run --jsonl prints one event per line, from run_start to the final state", async () => {
  await using home = await homeWith({ sums: AGENT });
  await using sim = await simulator();
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const { code, stdout } = await home.run(["run", "sums", "What is 2 + 2?", "--jsonl"], { env });
  assert.equal(code, 0);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(events[0].type, "run_start");
  assert.deepEqual([events.at(-1).type, events.at(-1).status], ["run_update", "completed"]);
  assert(events.some((it) => it.type === "delta"));
  assert.equal(new Set(events.map((it) => it.runId)).size, 1);
});

Deno.test("without a key the simulator answers, and that is said once", async () => {
  await using home = await CliHome.create();
  const { code, stdout, stderr } = await home.run(["run", "main", "What is 6 * 7?"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /42/);
  assert.equal(stderr.match(/simulator/g)?.length, 1);
});

Deno.test("run ends with the contract's exit codes, one line on stderr, and a defined state", async () => {
  await using home = await homeWith({
    refused: "model: sim-401\n",
    loops: "model: sim-loop\ntools: [calculator]\n",
    busy: "model: sim-503\nretry: { maxAttempts: 2, minWaitSeconds: 0 }\n",
    plain: AGENT,
  });
  await using sim = await simulator();
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "wrong-key-123" };
  const cases = [
    [["run", "refused", "hi"], 1, /MISTRAL_API_KEY/],
    [["run", "busy", "hi"], 1, /503/],
    [["run", "loops", "1 + 1?"], 3, /same call/],
    [["run", "loops", "1 + 1?", "--max-steps", "2"], 3, /limit of 2 steps/],
    [["run", "plain", "hi", "--budget", "0.0000001"], 3, /budget/i],
    [["run", "nobody", "hi"], 2, /Cannot find agent "nobody"/],
    [["run", "plian", "hi"], 2, /Try: plain/],
    [["run", "plain", "hi", "--set", "temprature=1"], 2, /Try: --set temperature/],
    [["run", "plain", "hi", "--set", "x"], 2, /has no "="/],
    [["run", "plain", "hi", "--max-steps", "many"], 2, /--max-steps: it must be/],
    [["run", "plain", "hi", "--approve", "maybe"], 2, /--approve: it must be/],
    [["run", "no/such/file.yaml", "hi"], 2, /there is no such file/],
    [["show", "ffffffff"], 2, /no run has this id/],
    [["frobnicate"], 2, /unknown command/],
  ] as const;
  for (const [args, code, message] of cases) {
    const result = await home.run(args, { env });
    assert.equal(result.code, code, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, message);
    assert.match(result.stderr, /^agentop: [^\n]+\n$/, args.join(" "));
    assert.doesNotMatch(result.stderr + result.stdout, /wrong-key-123/);
  }
  const bad = await home.run(["runs"], { env: { MISTRAL_RETRY_MAX_ATTEMPTS: "abc" } });
  assert.deepEqual([bad.code, /Cannot use MISTRAL_RETRY_MAX_ATTEMPTS/.test(bad.stderr)], [2, true]);
  const gone = await home.run(["run", "busy", "hi", "--json"], {
    env: { ...env, MISTRAL_SERVER_URL: "http://127.0.0.1:1" },
  });
  assert.deepEqual([gone.code, gone.json().status, gone.json().attempts], [1, "failed", 2]);
});

Deno.test("-v prints a structured line for each retry", async () => {
  await using home = await homeWith({ flaky: "model: mistral-small-latest\nretry: { minWaitSeconds: 0 }\n" });
  await using sim = await simulator({
    name: "f",
    steps: [{ faults: [{ status: 429, retryAfter: 0 }], text: "fine" }],
  });
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const { code, stderr } = await home.run(["run", "flaky", "hi", "-v"], { env });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^agentop: retry .*attempt=1 .*statusCode=429/m);
});

Deno.test("watch follows a run of another process, and stop ends it as cancelled", async () => {
  await using home = await homeWith({ slow: "model: sim-hang\n" });
  await using sim = await simulator();
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const running = home.start(["run", "slow", "hello", "--jsonl"], { env });
  const lines = linesOf(running);
  let runId = "";
  for await (const line of lines) {
    const event = JSON.parse(line);
    runId = event.runId;
    if (event.type === "span_start" && event.span.kind === "attempt") break;
  }
  const watching = home.run(["watch", runId, "--json"], { env });
  const stopped = await home.run(["stop", runId, "--json"], { env });
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.equal(stopped.json().status, "cancelled");
  const watched = await watching;
  assert.deepEqual([watched.code, watched.json().status], [130, "cancelled"]);
  assert.equal((await running.status).code, 130);
  await running.stderr.cancel();
  const again = await home.run(["stop", runId], { env });
  assert.equal(again.code, 2);
  assert.match(again.stderr, /it has ended already: cancelled/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} cancels the run, keeps what it had, and exits with 130`, async () => {
    await using home = await homeWith({ slow: "model: sim-hang\n" });
    await using sim = await simulator();
    const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
    const running = home.start(["run", "slow", "hello", "--jsonl"], { env });
    let isAsked = false;
    for await (const line of linesOf(running)) {
      if (!isAsked && /"kind":"attempt"/.test(line)) {
        running.kill(signal);
        isAsked = true; // a second time would not wait for it
      }
      if (/"status":"cancelled"/.test(line)) break;
    }
    assert.equal((await running.status).code, 130);
    assert.match(await text(running.stderr), /resume/);
    const shown = (await home.run(["show", "last", "--json"], { env })).json();
    assert.equal(shown.run.status, "cancelled");
    assert(shown.spans.every((span: { endTime: string | null }) => span.endTime !== null));
  });
}

Deno.test("after kill -9 the run is interrupted, and resume finishes it without repeating finished steps", async () => {
  await using home = await homeWith({ sums: AGENT });
  const scenario = {
    name: "s",
    steps: [
      { toolCalls: [{ name: "calculator", arguments: { expression: "6 * 7" } }] },
      { faults: [{ hang: true }], text: "It is 42." },
    ],
  };
  await using sim = await simulator(scenario);
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const running = home.start(["run", "sums", "six times seven?", "--jsonl"], { env });
  let finished = 0;
  for await (const line of linesOf(running)) {
    const event = JSON.parse(line);
    if (event.type === "snapshot") finished = event.step;
    if (finished === 2 && event.type === "span_start" && event.span.kind === "attempt") break;
  }
  running.kill("SIGKILL");
  await running.status;
  await running.stderr.cancel();
  const listed = (await home.run(["runs", "--json"], { env })).json();
  assert.equal(listed[0].status, "interrupted");
  const resumed = await home.run(["resume", "last", "--json"], { env });
  assert.equal(resumed.code, 0, resumed.stderr);
  const run = resumed.json();
  assert.deepEqual([run.status, run.output, run.toolCalls], ["completed", "It is 42.", 1]);
  const verified = await home.run(["db", "verify"], { env });
  assert.equal(verified.code, 0, verified.stdout);
});

Deno.test("demo runs three agents to the end, offline, and says what to try next", async () => {
  await using home = await CliHome.create();
  const { code, stdout, stderr } = await home.run(["demo"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /36,034\.80/);
  assert.match(stdout, /429/);
  assert.match(stdout, /Try next:/);
  const runs = (await home.run(["runs", "--json"])).json();
  assert.equal(runs.length, 4);
  assert(runs.every((run: { status: string }) => run.status === "completed"));
});

Deno.test("the workbench says what to do where there is no terminal", async () => {
  await using home = await CliHome.create();
  for (const args of [[], ["tui"]]) {
    const { code, stderr, stdout } = await home.run(args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(
      stderr,
      /^agentop: Cannot open the workbench: this is not a terminal\. Try: agentop demo[^\n]*\n$/,
    );
  }
});

Deno.test("prices.yaml in the home folder prices models of one's own", async () => {
  await using home = await homeWith({ own: "model: house-model\nlimits: { budgetUsd: 5 }\n" });
  await using sim = await simulator();
  const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
  const unknown = await home.run(["run", "own", "hi"], { env });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /the price of house-model is unknown/);
  const prices = "models:\n  - { id: house-model, source: us, inputPerMillion: 1000, outputPerMillion: 0 }\n";
  await Deno.writeTextFile(join(home.path, "prices.yaml"), prices);
  const run = (await home.run(["run", "own", "hi", "--json"], { env })).json();
  assert.equal(run.costUsd, run.usage.inputTokens / 1000);
  await Deno.writeTextFile(join(home.path, "prices.yaml"), "models: 3\n");
  assert.match(
    (await home.run(["run", "own", "hi"], { env })).stderr,
    /prices\.yaml:1: models must be a list/,
  );
});
