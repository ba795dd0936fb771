import assert from "node:assert/strict";
import { parseScenarios, startSimulator } from "../../lib/simulator/mod.ts";
import { sampleEvents } from "../support/sample_run.ts";
import { type Json, TestServer } from "./support.ts";

/** A server with a folder of agents of its own, whose model is a simulator that a scenario may rule. */
async function withAgents(
  agents: Readonly<Record<string, string>>,
  work: (server: TestServer, folder: string) => Promise<void>,
  options: { readonly scenarios?: string; readonly approve?: "never" | "auto" } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const scenarios = options.scenarios === undefined
    ? []
    : await parseScenarios(options.scenarios, "test.yaml");
  const simulator = await startSimulator({ scenarios });
  try {
    for (const [name, text] of Object.entries(agents)) {
      await Deno.writeTextFile(`${folder}/${name}.yaml`, text);
    }
    await using server = await TestServer.start(
      options.approve ? { rights: { approve: options.approve } } : {},
      {
        home: `${folder}/home`,
        agentFolders: [folder],
        useSimulator: false,
        endpoint: { provider: "mistral", apiKey: "k", serverUrl: simulator.url } as Json,
      },
    );
    await work(server, folder);
  } finally {
    await simulator.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const PLAIN = "model: mistral-small-latest\ninstructions: Answer.\n";

Deno.test("POST /run answers with the run, under main where no agent is named, and keeps it", () =>
  withAgents({}, async (server) => {
    const response = await server.post("/run", { prompt: "What is 17% of 240?" });
    assert.equal(response.status, 200);
    const body = await response.json();
    assert.match(body.response, /40\.8/);
    assert.ok(body.total_tokens > 0 && body.total_cost > 0);
    const run = await server.json(`/runs/${body.run_id}`);
    assert.deepEqual([run.agent_id, run.user_id, run.status], ["main", "default", "completed"]);
    assert.equal(run.final_response, body.response);
  }));

Deno.test("POST /run takes user, group, agent and overrides, and nothing that it does not know", () =>
  withAgents({ plain: PLAIN }, async (server) => {
    const response = await server.post("/run", {
      prompt: "Hello",
      user_id: "ann",
      group: "g1",
      agent_id: "plain",
      overrides: { temperature: 0, model: "mistral-large-latest" },
    });
    const { run_id } = await response.json();
    const run = await server.json(`/runs/${run_id}`);
    assert.deepEqual([run.user_id, run.group, run.agent_id, run.model], [
      "ann",
      "g1",
      "plain",
      "mistral-large-latest",
    ]);
    assert.equal(JSON.parse(run.config).parameters.temperature, 0);
    for (
      const [body, status, detail] of [
        [{ prompt: "" }, 422, /^body\.prompt: /],
        [{}, 422, /^body\.prompt: /],
        [[], 422, /^body: /],
        [{ prompt: "x", promt: "y" }, 422, /promt/],
        [{ prompt: "x", agent_id: "../plain" }, 422, /agent_id: must be the name of an agent, not a path/],
        [{ prompt: "x", agent_id: "nobody" }, 404, /^Cannot find agent "nobody"/],
        [{ prompt: "x", overrides: { temprature: 1 } }, 400, /Cannot set temprature.*--set temperature/],
        [{ prompt: "x", overrides: { "tools.write_file": "on" } }, 422, /must not give tools/],
        [{ prompt: "x", overrides: { temperature: 9 } }, 400, /Cannot set temperature/],
        ['{"prompt":"x","__proto__":{"agent_id":"y"}}', 422, /__proto__/],
        [{ prompt: "x", overrides: { constructor: "y" } }, 400, /Cannot set constructor: no such parameter/],
        ["{", 400, /^Body is not JSON$/],
      ] as const
    ) {
      const answer = await server.post("/run", body);
      const { detail: said } = await answer.json();
      assert.equal(answer.status, status, JSON.stringify([body, said]));
      assert.match(said, detail);
    }
    assert.equal((await server.json("/runs")).length, 1);
    assert.equal(({} as Json).agent_id, undefined);
  }));

const WRITER = `
model: mistral-small-latest
instructions: Write.
tools:
  - write_file: { root: . }
approve: auto
`;
const WRITES = `
name: writes
match: { model: mistral-small-latest }
steps:
  - toolCalls: [{ name: write_file, arguments: { path: out.txt, content: hi } }]
  - text: done
`;

Deno.test("what a run over HTTP may do is the operator's word: neither file, body nor stored run gives it more", () =>
  withAgents({ writer: WRITER }, async (server, folder) => {
    const response = await server.post("/run", { prompt: "Write", agent_id: "writer" });
    const { run_id } = await response.json();
    const { tool_calls } = await server.json(`/runs/${run_id}`);
    assert.equal(tool_calls.length, 1);
    assert.equal(tool_calls[0].is_error, true);
    assert.match(tool_calls[0].return_value, /never/);
    await assert.rejects(Deno.stat(`${folder}/out.txt`));
    const replayed = await server.post("/replay", { run_id, override_params: { TEMPERATURE: 1 } });
    assert.equal(replayed.status, 200);
    await replayed.body?.cancel();
    await assert.rejects(Deno.stat(`${folder}/out.txt`));
  }, { scenarios: WRITES }));

Deno.test("an operator's --approve auto lets tools of runs over HTTP write", () =>
  withAgents({ writer: WRITER }, async (server, folder) => {
    const response = await server.post("/run", { prompt: "Write", agent_id: "writer" });
    assert.equal(response.status, 200, await response.text());
    assert.equal(await Deno.readTextFile(`${folder}/out.txt`), "hi");
  }, { scenarios: WRITES, approve: "auto" }));

Deno.test("a run that fails or hits a limit is an error that names it", () =>
  withAgents(
    { plain: PLAIN },
    async (server) => {
      const failed = await server.post("/run", { prompt: "Hello", agent_id: "plain" });
      const body = await failed.json();
      assert.deepEqual([failed.status, body.status], [502, "failed"]);
      assert.equal((await server.json(`/runs/${body.run_id}`)).error.message, body.detail);
    },
    {
      scenarios:
        "name: broken\nmatch: { model: mistral-small-latest }\nsteps:\n  - { text: x, faults: [{ status: 401 }] }\n",
    },
  ));

Deno.test("POST /run with stream sends events as they come, the answer last", () =>
  withAgents({}, async (server) => {
    const response = await server.post("/run", { prompt: "What is 17% of 240?", stream: true });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const frames = framesOf(await response.text());
    assert.deepEqual([frames[0]!.event, frames.at(-1)!.event], ["run_start", "result"]);
    const deltas = frames.filter((it) => it.event === "delta").map((it) => it.data.text).join("");
    assert.ok(deltas.includes(frames.at(-1)!.data.response));
    assert.equal(frames[0]!.data.run_id, frames.at(-1)!.data.run_id);
  }));

interface Frame {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Json;
}

function framesOf(text: string): readonly Frame[] {
  return text.split("\n\n").filter((it) => it.includes("data: ")).map((it) => ({
    event: /^event: (.*)$/m.exec(it)![1]!,
    id: /^id: (.*)$/m.exec(it)?.[1],
    data: JSON.parse(/^data: (.*)$/m.exec(it)![1]!),
  }));
}

Deno.test("/runs/{run_id}/events tells all of a run, and goes on after Last-Event-ID", async () => {
  await using server = await TestServer.start();
  const events = [...sampleEvents({ rounds: 3 })];
  for (const event of events) await server.store.write([event]);
  const id = events.flatMap((it) => it.type === "run_start" ? [it.run.runId] : [])[0]!;
  const whole = framesOf(await (await server.get(`/runs/${id}/events`)).text());
  assert.deepEqual([whole[0]!.event, whole.at(-1)!.event], ["run_start", "end"]);
  assert.equal(whole.at(-1)!.data.status, "completed");
  const ended = whole.filter((it) => it.event === "span_end").length;
  assert.equal(whole.filter((it) => it.event === "span_start").length, ended);
  const ids = whole.flatMap((it) => it.id ?? []);
  assert.ok(ids.length > 0);
  const again = await server.get(`/runs/${id}/events`, { "last-event-id": ids.at(-1)! });
  assert.deepEqual([again.status, await again.text()], [204, ""]);
  const [seq] = ids.at(-1)!.split(".").map(Number);
  const rest = framesOf(
    await (await server.get(`/runs/${id}/events`, { "last-event-id": `${seq! - 4}.0` })).text(),
  );
  const count = (frames: readonly Frame[]) => frames.filter((it) => it.event === "span_end").length;
  assert.ok(count(rest) < count(whole), `${count(rest)} of ${count(whole)}`);
  assert.equal(rest.at(-1)!.event, "end");
  assert.equal((await server.get("/runs/abcdef/events")).status, 404);
});

Deno.test("POST /replay takes the variables of old and says what differs", () =>
  withAgents({ plain: PLAIN }, async (server) => {
    const { run_id } = await (await server.post("/run", { prompt: "Hello", agent_id: "plain" })).json();
    const response = await server.post("/replay", {
      run_id,
      override_params: { MISTRAL_MODEL: "mistral-large-latest", TEMPERATURE: 0.1, MAX_TOKENS: "64" },
    });
    const body = await response.json();
    assert.equal(response.status, 200, JSON.stringify(body));
    assert.deepEqual([body.run_id, body.diff.left, body.diff.right], [run_id, run_id, body.new_run_id]);
    assert.equal(typeof body.diff_id, "string");
    const run = await server.json(`/runs/${body.new_run_id}`);
    assert.deepEqual([run.model, run.forked_from.run_id], ["mistral-large-latest", run_id]);
    assert.deepEqual(JSON.parse(run.config).parameters, { maxTokens: 64, temperature: 0.1 });
    assert.deepEqual([body.original_response, body.new_response], [
      (await server.json(`/runs/${run_id}`)).final_response,
      run.final_response,
    ]);
    const unknown = await server.post("/replay", { run_id: "abcdef01" });
    assert.deepEqual([unknown.status, (await unknown.json()).detail], [
      404,
      'Cannot find run "abcdef01": no run has this id',
    ]);
  }));

Deno.test("POST /eval keeps all scores or none; /evals has them with their run", async () => {
  await using server = await TestServer.start();
  const [id, other] = await server.seed({}, { agent: "b" });
  const response = await server.post("/eval", { run_id: id, metrics: { helpful: 0.8, cost: 2 } });
  const body = await response.json();
  assert.deepEqual([response.status, body.run_id, body.metrics_logged], [200, id, 2]);
  const evals = await server.json(`/evals/${id}`);
  assert.deepEqual(evals.map((it: Json) => it.eval_id), body.eval_ids);
  const [first] = evals;
  assert.deepEqual(
    [first.run_id, first.metric_name, first.metric_value, first.agent_id, first.start_time],
    [id, "helpful", 0.8, "researcher", "2026-01-01T00:00:00.000Z"],
  );
  assert.equal((await server.json("/evals?metric_name=cost")).length, 1);
  for (
    const [bad, status] of [
      [{ run_id: other, metrics: {} }, 400],
      [{ run_id: other, metrics: { a: 1, "": 1 } }, 400],
      [{ run_id: other, metrics: { a: "1" } }, 422],
      [{ run_id: "abcdef01", metrics: { a: 1 } }, 404],
      [`{"run_id":"${other}","metrics":{"a":1e999}}`, 422],
    ] as const
  ) {
    const answer = await server.post("/eval", bad);
    assert.equal(answer.status, status, await answer.text());
  }
  assert.deepEqual(await server.json(`/evals/${other}`), []);
});

Deno.test("/stats and /metrics add up what is in the store", async () => {
  await using server = await TestServer.start();
  await server.seed({ model: "mistral-small-latest" }, { model: "mistral-large-latest" });
  const stats = await server.json("/stats");
  assert.deepEqual([stats.runs, stats.runs_without_calls, stats.total.runs], [2, 0, 2]);
  assert.deepEqual(stats.by_day.map((it: Json) => [it.key, it.runs]), [["2026-01-01", 2]]);
  assert.equal(stats.total.usage.total_tokens, stats.by_day[0].usage.total_tokens);
  const response = await server.get("/metrics");
  assert.match(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  assert.match(text, /^agentop_runs\{status="completed"\} 2$/m);
  assert.match(
    text,
    /^agentop_http_request_duration_seconds_count\{route="\/stats",method="GET",status="200"\} 1$/m,
  );
});
