import assert from "node:assert/strict";
import { join } from "node:path";
import {
  evaluateTrained,
  exportFinetune,
  heldAgainst,
  registeredModels,
  resumeTraining,
  TrainingJobs,
  trainingLogs,
  type TrainingOrder,
  trainModel,
} from "../../../lib/app/finetune/mod.ts";
import { App, newRun } from "../../../lib/app/mod.ts";
import { Redactor } from "../../../lib/core/mod.ts";
import { registerModel } from "../../../lib/app/registered_models.ts";
import { parseScenarios, startSimulator } from "../../../lib/simulator/mod.ts";
import { EvalBench } from "../../support/eval_bench.ts";

const SUITE = `
agent: ./echo.yaml
cases:
${
  Array.from({ length: 20 }, (_, n) =>
    `  - { id: c${n}, prompt: "Which city is the capital of Peru (${n})?" }`).join("\n")
}
scorers: [{ contains: Lima }]
gate: { scorer: contains, failBelow: 0.8 }
`;

/** Learns every answer by heart, saves after each line, and goes on from what it saved. Ends after the first where it is told to. */
const TRAINER = `
const [train, output] = [Deno.env.get("AGENTOP_TRAIN"), Deno.env.get("AGENTOP_OUTPUT")];
const path = output + "/model.json";
const known = Deno.env.get("AGENTOP_RESUME") === "1" ? JSON.parse(await Deno.readTextFile(path)) : [];
const lines = (await Deno.readTextFile(train)).trim().split("\\n").map((line) => JSON.parse(line));
console.log("resume", known.length, "of", lines.length, "for", Deno.env.get("AGENTOP_MODEL"));
console.log("environment", Object.keys(Deno.env.toObject()).filter((it) => /KEY|TOKEN/.test(it)).join() || "without keys");
for (const { messages } of lines.slice(known.length)) {
  known.push(messages.at(-1).content);
  await Deno.writeTextFile(path, JSON.stringify(known));
  console.log("\\x1b[2Jstep", known.length);
  if (Deno.env.get("CRASH_AT") === String(known.length)) Deno.exit(7);
  if (Deno.env.get("WAIT_AT") === String(known.length)) await new Promise(() => setInterval(() => {}, 1e6));
}
`;

const signal = new AbortController().signal;

async function bench() {
  const opened = await EvalBench.open();
  await opened.evaluate(`
agent: ./echo.yaml
cases: [{ id: a, prompt: "Say something of bread." }, { id: b, prompt: "What do bees do all day long?" }]
scorers: [completed]
`);
  const { app } = opened.context;
  const data = join(opened.folder, "data");
  await exportFinetune(app, {
    minScores: {},
    labels: {},
    against: ["none"],
    validation: 0,
    out: data,
    signal,
  });
  const trainer = await opened.write("trainer.ts", TRAINER);
  const order: TrainingOrder = {
    model: "echo-2",
    command: `"${Deno.execPath()}" run --quiet --no-config -A "${trainer}"`,
    data,
    folder: opened.folder,
  };
  return { opened, app, order, jobs: new TrainingJobs(app.config.home) };
}

Deno.test("the whole loop: runs become data, a command trains, the new model is served, judged, and can be run", async () => {
  const { opened, app, order, jobs } = await bench();
  await using it = opened;
  // An agent with a budget runs no model whose price nobody knows.
  await it.write(
    "echo.yaml",
    "model: mistral-small-latest\ninstructions: You repeat.\nlimits: { budgetUsd: 0.05 }\n",
  );
  const suite = await it.write("capital.yaml", SUITE);
  // The new model's server, which is another one and takes no key.
  const keys: unknown[] = [];
  await using served = await servedModel(keys);
  const candidate = { model: order.model, serverUrl: served.url, usdPerMillion: 0 };
  const held = await heldAgainst(app, suite, {}, candidate);
  let shown = "";
  const job = await trainModel(app, { ...order, serverUrl: served.url, suite, usdPerMillion: 0 }, {
    signal,
    onText: (text) => shown += text,
  });
  assert.equal(job.status, "trained");
  assert.match(shown, /resume 0 of 2 for echo-2\nenvironment without keys\n.*step 1\n.*step 2\n/s);
  assert.equal(await Deno.readTextFile(jobs.logOf(job.jobId)), shown);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(join(jobs.outputOf(job.jobId), "model.json"))), [
    "It is Say something of bread..",
    "It is What do bees do all day long?.",
  ]);

  const before = await it.report(await it.evaluate(SUITE), held.gate);
  assert.equal(before.gate.verdict, "regression", "the old model does not know");
  const { job: evaluated, report } = await evaluateTrained(app, job, held, { signal });
  assert.equal(report.gate.verdict, "pass");
  assert.deepEqual([evaluated.status, evaluated.verdict], ["evaluated", "pass"]);
  assert.deepEqual(await jobs.resolve("last"), evaluated);
  assert.equal((await registeredModels(app.config.home)).get("echo-2")?.serverUrl, served.url);

  const { config, request } = await newRun(app, {
    agent: join(it.folder, "echo.yaml"),
    prompt: "Which city is the capital of Peru?",
    overrides: { model: "echo-2" },
  });
  const runner = await app.createRunner();
  const run = await runner.run(config, request);
  assert.equal(run.output, "It is Lima.");
  assert.deepEqual([run.totals.costUsd, run.totals.unknownCostCalls], [0, 0], "known to cost nothing");
  assert(keys.length > 0 && keys.every((key) => key === undefined), "the server of another gets no key");
});

async function servedModel(keys: unknown[]) {
  const simulator = await startSimulator({
    lenient: true,
    scenarios: await parseScenarios("name: lima\nsteps: [{ text: It is Lima. }]\n", "served.yaml"),
    onRequest: ({ headers }) => keys.push(headers.authorization),
  });
  return { url: simulator.url, [Symbol.asyncDispose]: () => simulator.close() };
}

Deno.test("a training that fails or is stopped says so, and goes on from its own checkpoint", async () => {
  const { opened, app, order, jobs } = await bench();
  await using _ = opened;
  const failed = await trainModel(app, { ...order, variables: { CRASH_AT: "1" } }, { signal });
  assert.deepEqual([failed.status, failed.attempts.map((it) => it.exitCode)], ["failed", [7]]);
  assert.deepEqual(failed.variables, ["CRASH_AT"], "names alone are kept");
  await assert.rejects(
    resumeTraining(app, failed.jobId, { signal }),
    /Cannot resume echo-2: it was given CRASH_AT, whose values are kept nowhere\. Try: --env CRASH_AT=VALUE/,
  );

  const stop = new AbortController();
  let shown = "";
  const stopped = await resumeTraining(app, failed.jobId, {
    signal: stop.signal,
    variables: { CRASH_AT: "0", WAIT_AT: "2" },
    onText: (text) => {
      shown += text;
      if (shown.includes("step 2")) stop.abort();
    },
  });
  assert.match(shown, /resume 1 of 2/);
  assert.equal(stopped.status, "cancelled");
  assert.equal(await jobs.isHeld(stopped.jobId), false);

  const done = await resumeTraining(app, "last", { signal, variables: { CRASH_AT: "0" } });
  assert.deepEqual([done.status, done.attempts.length], ["trained", 3]);
  assert.deepEqual(await resumeTraining(app, "echo-2", { signal }), done, "what is done is not done again");
});

Deno.test("another process can stop a training and sees that it runs; of a dead one it is said that it was interrupted", async () => {
  const { opened, app, order, jobs } = await bench();
  await using _ = opened;
  let begun = "";
  const training = trainModel(app, { ...order, variables: { WAIT_AT: "1" } }, {
    signal,
    onText: async () => {
      const { jobId, status } = await jobs.resolve("last");
      if (begun !== "") return;
      begun = status;
      await assert.rejects(
        resumeTraining(app, jobId, { signal, variables: { WAIT_AT: "1" } }),
        /another process does/,
      );
      await jobs.requestStop(jobId);
    },
  });
  const job = await training;
  assert.deepEqual([begun, job.status], ["running", "cancelled"]);
  await jobs.write({ ...job, status: "running" });
  assert.equal((await jobs.resolve(job.jobId)).status, "interrupted");
});

Deno.test("trainModel() begins with nothing that cannot be trained on", async () => {
  const { opened, app, order, jobs } = await bench();
  await using it = opened;
  await assert.rejects(
    trainModel(app, { ...order, data: it.folder }, { signal }),
    /train\.jsonl: there is no such file\. Try: agentop export finetune/,
  );
  await assert.rejects(
    trainModel(app, { ...order, model: "../x" }, { signal }),
    /that cannot be the name of a model/,
  );
  const bad = join(it.folder, "bad");
  await Deno.mkdir(bad);
  const lines = [
    ['{"messages":[{"role":"user","content":"a"}]}', /line 1: no question/],
    [
      '{"messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{}]}]}',
      /line 1: no line of/,
    ],
    ["[]", /line 1: no line of/],
  ] as const;
  for (const [line, expected] of lines) {
    await Deno.writeTextFile(join(bad, "train.jsonl"), `${line}\n`);
    await assert.rejects(trainModel(app, { ...order, data: bad }, { signal }), expected);
  }
  assert.deepEqual(await jobs.list(), []);
  const job = await trainModel(app, { ...order, command: "exit 3" }, { signal });
  const path = join(order.data, "train.jsonl");
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).split("\n")[0]!);
  await assert.rejects(
    resumeTraining(app, job.jobId, { signal }),
    /Cannot resume echo-2: .*data is not what it was/,
  );
});

Deno.test("no training takes the name of a model that has a known price", async () => {
  const { opened, app, order, jobs } = await bench();
  await using _ = opened;
  const serverUrl = "http://127.0.0.1:9/v1";
  for (const model of ["mistral-small-latest", "Mistral-Small-Latest", "mistralai/mistral-large-latest"]) {
    const expected = new RegExp(
      `Cannot register ${model}: that is the name of a model with a known price\\. Try: `,
    );
    await assert.rejects(trainModel(app, { ...order, model, serverUrl }, { signal }), expected);
    await assert.rejects(registerModel(app.config.home, { name: model, serverUrl }), expected);
  }
  assert.deepEqual([await jobs.list(), (await registeredModels(app.config.home)).size], [[], 0]);
});

Deno.test("a key that a command holds, or prints in pieces, is neither shown nor kept", async () => {
  const { opened, app, order, jobs } = await bench();
  await using _ = opened;
  const key = "sk-abcdefghijklmnop";
  const command = `printf 'key sk-abcdef'; sleep 0.3; printf 'ghijklmnop end\\n'; sleep 0.3; printf 'sk-'`;
  const redactor = new Redactor([{ name: "MISTRAL_API_KEY", value: key }]);
  await using other = new App(app.config, { host: app.host, redactor });
  let shown = "";
  const secret = `: ${key}; ${command}`;
  const job = await trainModel(other, { ...order, command: secret }, {
    signal,
    onText: (text) => shown += text,
  });
  assert.equal(shown, "key [redacted MISTRAL_API_KEY] end\nsk-");
  assert.equal(await Deno.readTextFile(jobs.logOf(job.jobId)), shown, "nor kept");
  const kept = await Deno.readTextFile(join(jobs.folderOf(job.jobId), "job.json"));
  assert(!kept.includes(key) && !JSON.stringify(job).includes(key), kept);
  assert.match(job.command, /^: \[redacted MISTRAL_API_KEY\]; printf/);

  await jobs.write({ ...job, status: "failed" });
  await assert.rejects(
    resumeTraining(other, job.jobId, { signal }),
    /Cannot resume echo-2: its command held a secret, which is kept nowhere\. Try: --command/,
  );
  await assert.rejects(
    resumeTraining(other, job.jobId, { signal, command: "true" }),
    /Cannot resume echo-2: that is not the command that it was trained with/,
  );
  const again = await resumeTraining(other, job.jobId, { signal, command: secret });
  assert.deepEqual([again.status, again.attempts.length], ["trained", 2]);

  await Deno.writeTextFile(jobs.logOf(job.jobId), `old ${key}\n`); // before it was known for a key
  assert.equal((await trainingLogs(app.config, redactor))[0]!.log, "old [redacted MISTRAL_API_KEY]\n");
});

Deno.test("heldAgainst() refuses before the training what would end the evaluation after it", async () => {
  const { opened, app, order } = await bench();
  await using it = opened;
  const suite = await it.write("capital.yaml", SUITE);
  const candidate = { model: order.model, serverUrl: "http://127.0.0.1:9/v1", usdPerMillion: 0 };
  const { serverUrl: _, ...nowhere } = candidate;
  const { usdPerMillion: __, ...unpriced } = candidate;
  await assert.rejects(
    heldAgainst(app, suite, {}, nowhere),
    /nobody said where it is served\. Try: --server/,
  );
  await assert.rejects(
    heldAgainst(app, suite, {}, unpriced),
    /Cannot hold echo-2 against a suite: nobody said what it costs\. Try: --price USD, .*: 0 for a server of your own/,
  );
  const command = await it.write(
    "command.yaml",
    SUITE.replace("contains: Lima", "command: cat").replace("scorer: contains", "scorer: command"),
  );
  await assert.rejects(heldAgainst(app, command, {}, candidate), /runs a command\. Try: --allow-commands/);
  await registerModel(app.config.home, {
    name: "echo-2",
    serverUrl: candidate.serverUrl,
    usdPerMillion: 2,
    pricedOn: "2026-01-01",
  });
  app.forgetPrices();
  assert.deepEqual(
    (await heldAgainst(app, suite, {}, unpriced)).variants,
    ["./echo.yaml"],
    "its price is known",
  );
});

Deno.test("heldAgainst() runs the variants in which the new model replaces the old one", async () => {
  const { opened, app, order } = await bench();
  await using it = opened;
  const suite = await it.write(
    "sizes.yaml",
    SUITE.replace(
      "agent: ./echo.yaml\n",
      `variants:
  - { name: small, agent: ./echo.yaml, set: { model: mistral-small-latest } }
  - { name: cold, agent: ./echo.yaml, set: { model: mistral-small-latest, temperature: "0" } }
  - { name: large, agent: ./echo.yaml, set: { model: mistral-large-latest } }
`,
    ),
  );
  const candidate = { model: order.model, serverUrl: "http://127.0.0.1:9/v1", usdPerMillion: 0 };
  const variants = async (base?: string) =>
    (await heldAgainst(app, suite, {}, { ...candidate, ...(base === undefined ? {} : { base }) })).variants;
  assert.deepEqual(await variants(), ["small", "cold"], "large is small once its model is replaced");
  assert.deepEqual(await variants("mistralai/mistral-large-latest"), ["large"]);
  assert.deepEqual(await variants("Mistral-7B-v0.3"), ["small", "cold"], "no variant runs on it");
});
