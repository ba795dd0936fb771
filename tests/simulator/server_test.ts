import assert from "node:assert/strict";
import { connect } from "node:net";
import { AgentOpError } from "../../lib/core/mod.ts";
import { SIM_MODELS, startSimulator } from "../../lib/simulator/mod.ts";
import { BODY_MAX_BYTES } from "../../lib/simulator/http_body.ts";
import { events, type Json, TestSimulator, user } from "./support.ts";

Deno.test("startSimulator() lists models with aliases and capabilities, one entry for each name", async () => {
  await using sim = await TestSimulator.start();
  const list = await (await sim.request("GET", "/v1/models")).json();
  const ids = list.data.map((model: Json) => model.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of SIM_MODELS) assert.ok(ids.includes(id));
  for (const model of list.data) for (const alias of model.aliases) assert.ok(ids.includes(alias), alias);
  const small = list.data.find((model: Json) => model.id === "mistral-small-latest");
  assert.equal(small.capabilities.function_calling, true);
  assert.equal(small.capabilities.completion_fim, false);
  assert.ok(small.max_context_length > 100_000);
  assert.deepEqual(await (await sim.request("GET", "/v1/models/mistral-small-latest")).json(), small);
  const unknown = await sim.request("GET", "/v1/models/gpt");
  assert.deepEqual([unknown.status, await unknown.json()], [404, { detail: "Model not found" }]);
});

Deno.test("startSimulator() embeds texts as unit vectors, similar ones near each other", async () => {
  await using sim = await TestSimulator.start();
  const input = ["the red kettle boils", "a red kettle boils fast", "quarterly tax report", ""];
  const body = await (await sim.request("POST", "/v1/embeddings", { model: "mistral-embed", input })).json();
  const vectors: number[][] = body.data.map((item: { embedding: number[] }) => item.embedding);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  for (const vector of vectors) {
    assert.equal(vector.length, 1024);
    assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-5);
  }
  assert.ok(dot(vectors[0]!, vectors[1]!) > 0.5);
  assert.ok(Math.abs(dot(vectors[0]!, vectors[2]!)) < 0.2);
  assert.ok(body.usage.prompt_tokens > 0 && body.usage.total_tokens === body.usage.prompt_tokens);
  const again =
    await (await sim.request("POST", "/v1/embeddings", { model: "mistral-embed", input: input[0] })).json();
  assert.deepEqual(again.data[0].embedding, vectors[0]);
  for (
    const bad of [{ model: "mistral-small-latest" }, { input: "x" }, {
      model: "mistral-small-latest",
      input: [1],
    }, {
      model: "mistral-small-latest",
      input: Array(513).fill("x"),
    }]
  ) {
    const response = await sim.request("POST", "/v1/embeddings", bad);
    assert.equal(response.status, 422);
    assert.ok(Array.isArray((await response.json()).detail));
  }
});

Deno.test("startSimulator() completes code between prompt and suffix, streamed or not", async () => {
  await using sim = await TestSimulator.start();
  const request = { model: "codestral-latest", prompt: "function f() {\n  ", suffix: "\n}", max_tokens: 200 };
  const whole = await (await sim.request("POST", "/v1/fim/completions", request)).json();
  assert.match(whole.choices[0].message.content, /return undefined;/);
  const streamed = await (await sim.request("POST", "/v1/fim/completions", { ...request, stream: true }))
    .text();
  const text = events(streamed).map((event) =>
    typeof event === "string" ? "" : (event.choices as { delta: { content: string } }[])[0]!.delta.content
  ).join("");
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(
    (await sim.request("POST", "/v1/fim/completions", { model: "mistral-small-latest" })).status,
    422,
  );
});

Deno.test("startSimulator() answers 404, 405 and 401 in JSON", async () => {
  await using sim = await TestSimulator.start({ apiKey: "right" });
  const right = { headers: { authorization: "Bearer right" } };
  const cases: readonly (readonly [string, string, RequestInit, number])[] = [
    ["GET", "/", right, 404],
    ["GET", "/v1/nope", right, 404],
    ["GET", "/v1/chat/completions", right, 405],
    ["DELETE", "/v1/models/x", right, 405],
    ["GET", "/v1/models", { headers: { authorization: "Bearer wrong" } }, 401],
    ["GET", "/v1/models", { headers: { authorization: "Basic right" } }, 401],
    ["GET", "/v1/models", right, 200],
  ];
  for (const [method, path, init, status] of cases) {
    const response = await sim.request(method, path, undefined, init);
    assert.equal(response.status, status, `${method} ${path}`);
    assert.equal(typeof (await response.json()), "object");
  }
  const bare = await fetch(`${sim.simulator.url}/v1/models`);
  assert.deepEqual([bare.status, await bare.json()], [401, { detail: "Unauthorized" }]);
  await using open = await TestSimulator.start();
  for (const init of [{}, { headers: { authorization: "Bearer any" } }]) {
    const response = await fetch(`${open.simulator.url}/v1/models`, init);
    assert.equal(response.status, 200, "without a key of its own it takes any and none");
    await response.body?.cancel();
  }
});

Deno.test("startSimulator() answers 422 in FastAPI's shape for a body of the wrong form", async () => {
  await using sim = await TestSimulator.start();
  const good = { model: "mistral-small-latest", messages: [user("x")] };
  const call = (over: Json) => ({ role: "assistant", tool_calls: [over] });
  const cases: readonly (readonly [unknown, readonly (string | number)[]])[] = [
    [{ messages: good.messages }, ["body", "model"]],
    [{ model: "mistral-small-latest" }, ["body", "messages"]],
    [{ ...good, model: 7 }, ["body", "model"]],
    [{ ...good, messages: "x" }, ["body", "messages"]],
    [{ ...good, messages: [] }, ["body", "messages"]],
    [{ ...good, messages: [{ role: "robot", content: "" }] }, ["body", "messages", 0, "role"]],
    [{ ...good, messages: [{ role: "user", content: 5 }] }, ["body", "messages", 0, "user", "content"]],
    [{ ...good, messages: [call({ id: 5, function: { name: "f", arguments: "" } })] }, [
      "body",
      "messages",
      0,
      "assistant",
      "tool_calls",
      0,
      "id",
    ]],
    [{ ...good, messages: [call({ id: "abcdefghi" })] }, [
      "body",
      "messages",
      0,
      "assistant",
      "tool_calls",
      0,
      "function",
    ]],
    [{ ...good, temperature: 1.6 }, ["body", "temperature"]],
    [{ ...good, temperature: "hot" }, ["body", "temperature"]],
    [{ ...good, top_p: -1 }, ["body", "top_p"]],
    [{ ...good, max_tokens: 1.5 }, ["body", "max_tokens"]],
    [{ ...good, stream: "yes" }, ["body", "stream"]],
    [{ ...good, tool_choice: "maybe" }, ["body", "tool_choice"]],
    [{ ...good, tools: [{ type: "function", function: {} }] }, ["body", "tools", 0, "function", "name"]],
    [{ ...good, response_format: { type: "xml" } }, ["body", "response_format", "type"]],
    [{ ...good, stop: [1] }, ["body", "stop", 0]],
    ["{broken", ["body", 0]],
    [[], ["body"]],
  ];
  for (const [body, loc] of cases) {
    const response = await sim.request("POST", "/v1/chat/completions", body);
    const { detail } = await response.json();
    assert.equal(response.status, 422, JSON.stringify(body));
    assert.deepEqual(detail[0].loc, loc);
    assert.deepEqual(Object.keys(detail[0]).sort(), ["input", "loc", "msg", "type"]);
  }
});

Deno.test("startSimulator() answers 400 for tool ids and message orders that Mistral refuses", async () => {
  await using sim = await TestSimulator.start();
  const calling = (id: string) => ({
    role: "assistant",
    content: "",
    tool_calls: [{ id, function: { name: "f", arguments: "{}" } }],
  });
  const result = (id: string) => ({ role: "tool", tool_call_id: id, content: "r" });
  const cases: readonly (readonly [readonly Json[], string])[] = [
    [[user("x"), calling("call_1"), result("call_1")], "3280"],
    [[user("x"), calling("abcDEF123"), result("abcDEF12")], "3280"],
    [[user("x"), { role: "assistant", content: "y" }], "3230"],
    [[user("x"), result("abcDEF123")], "3230"],
    [[user("x"), calling("abcDEF123"), user("y")], "3230"],
  ];
  for (const [messages, code] of cases) {
    const response = await sim.post({ model: "mistral-small-latest", messages });
    const body = await response.json();
    assert.deepEqual(
      [response.status, body.object, body.code],
      [400, "error", code],
      JSON.stringify(messages),
    );
  }
  const fine = await sim.post({
    model: "mistral-small-latest",
    messages: [user("x"), calling("abcDEF123"), result("abcDEF123")],
  });
  assert.equal(fine.status, 200);
  await fine.body?.cancel();
});

Deno.test("startSimulator() refuses a body beyond the limit and goes on serving", async () => {
  await using sim = await TestSimulator.start();
  const huge = { model: "mistral-small-latest", messages: [user("x".repeat(BODY_MAX_BYTES))] };
  // The server may close before all is sent: either way the client must not get an answer.
  const status = await sim.post(huge).then(
    (response) => response.body?.cancel().then(() => response.status),
    () => 413,
  );
  assert.equal(status, 413);
  assert.equal((await sim.ask({ messages: [user("hi")] })).finish_reason, "stop");
});

Deno.test("startSimulator() is not shaken by deep or odd JSON", async () => {
  await using sim = await TestSimulator.start();
  const deep =
    `{"model":"mistral-small-latest","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":${
      '{"a":'.repeat(5000)
    }1${"}".repeat(5000)}}}]}`;
  const response = await sim.request("POST", "/v1/chat/completions", deep);
  await response.body?.cancel();
  assert.equal(response.status, 422);
  const brackets = await sim.ask({ messages: [user(`${"[".repeat(300)}\\"${"{".repeat(300)}`)] });
  assert.equal(brackets.finish_reason, "stop");
  const odd =
    '{"model":"mistral-small-latest","messages":[{"role":"user","content":"x"}],"__proto__":{"stream":true}}';
  const plain = await sim.request("POST", "/v1/chat/completions", odd);
  assert.equal(plain.headers.get("content-type"), "application/json");
  await plain.body?.cancel();
});

Deno.test("startSimulator() counts requests and tells what answered them", async () => {
  const told: unknown[] = [];
  await using sim = await TestSimulator.start({
    onRequest: ({ number, method, path, answeredBy }) => {
      told.push([number, method, path, answeredBy]);
      throw new Error("an onlooker's bug");
    },
  });
  await sim.ask({ messages: [user("hi")] });
  await (await sim.request("GET", "/v1/models")).body?.cancel();
  await (await sim.post({ model: "sim-429", messages: [user("hi")] })).body?.cancel();
  await (await sim.request("GET", "/nope")).body?.cancel();
  assert.deepEqual(told, [
    [1, "POST", "/v1/chat/completions", "rules"],
    [2, "GET", "/v1/models", "models"],
    [3, "POST", "/v1/chat/completions", "fault 429 before rules"],
    [4, "GET", "/nope", "error 404"],
  ]);
  assert.equal(sim.simulator.requests, 4);
});

Deno.test("startSimulator() names a port that is taken", async () => {
  const first = await startSimulator();
  try {
    await assert.rejects(startSimulator({ port: first.port }), (error) => {
      assert.ok(error instanceof AgentOpError);
      assert.match(
        error.message,
        /^Cannot start the simulator on 127\.0\.0\.1:\d+: the port is taken\. Try: /,
      );
      return true;
    });
  } finally {
    await first.close();
  }
});

Deno.test("close() ends idle, half-open, hanging and streaming connections, and may be called twice", async () => {
  const sim = await TestSimulator.start();
  const half = connect(sim.simulator.port, "127.0.0.1");
  const halfClosed = new Promise<void>((resolve) => {
    half.on("close", () => resolve());
    half.on("error", () => {});
  });
  await new Promise<void>((resolve) =>
    half.write("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n", () => resolve())
  );
  await sim.ask({ messages: [user("keeps its connection alive")] });
  const stalled = await sim.post({ model: "sim-stall", stream: true, messages: [user("x")] });
  const body = stalled.text();
  let announced = () => {};
  const hanging = new Promise<void>((resolve) => announced = resolve);
  const second = await TestSimulator.start({ onRequest: () => announced() });
  const silent = second.post({ model: "sim-hang", messages: [user("x")] });
  await hanging;
  await Promise.all([
    assert.rejects(body, TypeError),
    assert.rejects(silent, TypeError),
    sim.simulator.close(),
    second.simulator.close(),
  ]);
  await halfClosed;
  await sim.simulator.close();
  await assert.rejects(sim.post({ model: "mistral-small-latest", messages: [user("x")] }), TypeError);
});
