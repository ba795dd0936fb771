import assert from "node:assert/strict";
import { createApiKey } from "../../lib/app/mod.ts";
import { ROUTES } from "../../lib/server/mod.ts";
import { ATTR } from "../../lib/core/mod.ts";
import { completion, MODEL, Passage, user } from "./passage.ts";

Deno.test("a program that goes on before its first call is written is still one run", async () => {
  await using it = await Passage.open();
  const write = it.store.write.bind(it.store);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  it.store.write = async (...given) => {
    await released;
    return await write(...given);
  };
  const call = { id: "abcdefghi", type: "function", function: { name: "add", arguments: "{}" } };
  it.answer = () => Response.json(completion(null, [call]));
  await (await it.chat([user("1 and 2?")])).text();
  it.answer = () => Response.json(completion("3"));
  const asked = { role: "assistant", content: "", tool_calls: [call] };
  const results = { role: "tool", tool_call_id: "abcdefghi", content: "three" };
  await (await it.chat([user("1 and 2?"), asked, results])).text();
  release();
  const runs = await it.runs();
  assert.deepEqual(runs.map(({ status, output, totals }) => [status, output, totals.llmCalls]), [
    ["completed", "3", 2],
  ]);
});

Deno.test("an agent loop of another program reads as one run, with its tools between the calls", async () => {
  await using it = await Passage.open();
  const call = { id: "abcdefghi", type: "function", function: { name: "add", arguments: '{"a": 1}' } };
  it.answer = () => Response.json(completion(null, [call]));
  const question = [{ role: "system", content: "Add." }, user("1 and 2?")];
  const first = await (await it.chat(question, { more: { tools: [{ type: "function" }], temperature: 0.1 } }))
    .json();
  assert.equal(first.choices[0].message.tool_calls[0].function.arguments, '{"a": 1}');
  const [waiting] = await it.runs();
  assert.equal(waiting!.status, "running", "its program is expected to come back");
  it.answer = () => Response.json(completion("3"));
  const asked = { role: "assistant", content: "", tool_calls: [call] };
  await (await it.chat([...question, asked, { role: "tool", tool_call_id: "abcdefghi", content: "three" }]))
    .text();
  await (await it.chat([user("something else")])).text();
  const [run, other, ...rest] = await it.runs();
  assert.deepEqual([run!.origin, run!.status, run!.output, run!.prompt], [
    "proxy",
    "completed",
    "3",
    "1 and 2?",
  ]);
  assert.deepEqual([rest.length, other!.prompt, other!.status], [0, "something else", "completed"]);
  assert.deepEqual([run!.totals.llmCalls, run!.totals.toolCalls, run!.totals.usage.inputTokens], [2, 1, 20]);
  assert.ok(run!.totals.costUsd > 0 && run!.totals.unknownCostCalls === 0);
  const { spans } = await it.store.loadTrace(run!.traceId);
  const steps = [...spans.values()].filter((span) => span.step !== undefined).sort((a, b) =>
    a.step! - b.step!
  );
  assert.deepEqual(steps.map(({ kind, status }) => [kind, status]), [["llm", "ok"], ["tool", "ok"], [
    "llm",
    "ok",
  ]]);
  assert.deepEqual(steps[1]!.attributes[ATTR.toolCallArguments], { a: 1 });
  assert.equal(steps[0]!.attributes[ATTR.requestTemperature], 0.1);
  assert.equal((await it.store.verify()).ok, true);
});

Deno.test("a streamed answer passes byte for byte, at once, and is told while it comes", async () => {
  await using it = await Passage.open();
  const chunk = (delta: unknown, more: Record<string, unknown> = {}) =>
    `data: ${
      JSON.stringify({ id: "s", model: MODEL, choices: [{ index: 0, delta, finish_reason: null, ...more }] })
    }\r\n\r\n`;
  const texts = [
    chunk({ role: "assistant", content: "hal" }),
    ": a comment\n\n" + chunk({ content: [{ type: "text", text: "lo é" }] }),
    `data: ${
      JSON.stringify({
        choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      })
    }\n\ndata: [DONE]\n\n`,
  ];
  const go = Promise.withResolvers<void>();
  it.answer = () =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode(texts[0]!));
          await go.promise;
          for (const text of texts.slice(1)) controller.enqueue(new TextEncoder().encode(text));
          controller.close();
        },
      }),
      { headers: { "content-type": "text/event-stream", "x-request-id": "r1" } },
    );
  const response = await it.chat([user("hi")], { more: { stream: true } });
  assert.equal(response.headers.get("x-request-id"), "r1");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let got = (await reader.read()).value!;
  assert.equal(got, texts[0], "it does not wait for the rest");
  go.resolve();
  for (let part = await reader.read(); !part.done; part = await reader.read()) got += part.value;
  assert.equal(got, texts.join(""));
  const [run] = await it.runs();
  assert.deepEqual([run!.status, run!.output, run!.finishReason], ["completed", "hallo é", "stop"]);
  assert.equal(run!.totals.usage.outputTokens, 2);
});

Deno.test("what the server refuses comes back as it is, without the key that it repeats on record; a retry is a further step", async () => {
  await using it = await Passage.open();
  const body = '{"message":"bad key sk-very-secret-1"}';
  it.answer = () =>
    new Response(body, { status: 401, headers: { "content-type": "application/json", "retry-after": "7" } });
  const headers = { authorization: "Bearer sk-very-secret-1" };
  const refused = await it.chat([user("hi")], { headers });
  assert.deepEqual([refused.status, refused.headers.get("retry-after"), await refused.text()], [
    401,
    "7",
    body,
  ]);
  const [failed] = await it.runs();
  assert.deepEqual([failed!.status, failed!.error!.type], ["failed", "401"]);
  assert.doesNotMatch(
    JSON.stringify([...(await it.store.loadTrace(failed!.traceId)).spans.values()]),
    /very-secret/,
  );
  it.answer = () => Response.json(completion("there"));
  await (await it.chat([user("hi")], { headers })).text();
  const [run, ...others] = await it.runs();
  assert.deepEqual([others.length, run!.status, run!.output, run!.totals.llmCalls], [
    0,
    "completed",
    "there",
    2,
  ]);
});

Deno.test("the caller's key goes on, this server's headers do not, and a redirect is not followed", async () => {
  await using it = await Passage.open({ apiKey: "operator" });
  it.answer = () => new Response(null, { status: 307, headers: { location: "http://169.254.169.254/" } });
  const response = await fetch(`${it.url}/v1/models?limit=1`, {
    headers: { authorization: "Bearer mine", "x-agentop-run": "k", "x-forwarded-for": "1.2.3.4" },
    redirect: "manual",
  });
  assert.deepEqual([response.status, response.headers.get("location")], [307, "http://169.254.169.254/"]);
  await response.body?.cancel();
  const [asked] = it.asked;
  assert.equal(asked!.path, "/v1/models?limit=1");
  assert.deepEqual(
    ["authorization", "x-agentop-run", "x-forwarded-for"].map((name) => asked!.headers.get(name)),
    ["Bearer mine", null, null],
  );
  assert.equal((await it.runs()).length, 0);
});

Deno.test("a key of this server opens it and goes no further: the operator's own key does", async () => {
  await using it = await Passage.open({ apiKey: "operator", auth: "on" });
  const { text } = await createApiKey({ store: it.store, host: it.app.host }, "client", "write");
  const denied = await it.chat([user("hi")], { headers: { authorization: "Bearer nobody" } });
  assert.equal(denied.status, 401);
  await denied.body?.cancel();
  assert.equal(it.asked.length, 0);
  await (await it.chat([user("hi")], { headers: { authorization: `Bearer ${text}` } })).text();
  assert.equal(it.asked[0]!.headers.get("authorization"), "Bearer operator");
});

Deno.test("a key of this server beside the caller's own opens it, and the caller's own goes on", async () => {
  await using it = await Passage.open({ apiKey: "operator", auth: "on" });
  const { text } = await createApiKey({ store: it.store, host: it.app.host }, "client", "write");
  const headers = { "x-api-key": text, authorization: "Bearer callers-own" };
  await (await it.chat([user("hi")], { headers })).text();
  await (await it.chat([user("hi")], { headers: { "x-api-key": text } })).text();
  assert.deepEqual(it.asked.map(({ headers }) => headers.get("authorization")), [
    "Bearer callers-own",
    "Bearer operator",
  ]);
  assert.ok(it.asked.every(({ headers }) => !headers.has("x-api-key")));
});

Deno.test("in cache mode another query is another request", async () => {
  await using it = await Passage.open({ mode: "cache" });
  const ask = async (query: string) => {
    const response = await fetch(`${it.url}/v1/chat/completions${query}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: MODEL, messages: [user("hi")] }),
    });
    await response.text();
    await it.runs();
    return response.headers.get("x-agentop-cache");
  };
  assert.deepEqual([await ask("?v=1"), await ask("?v=2"), await ask("?v=1"), await ask("")], [
    null,
    null,
    "hit",
    null,
  ]);
});

Deno.test("in cache mode an answer comes from the store at no cost, streamed or not; what is not there fails if told so", async () => {
  await using it = await Passage.open({ mode: "cache", onMiss: "forward" });
  const first = await (await it.chat([user("hi")], { more: { temperature: 0 } })).text();
  await it.runs();
  it.answer = () => new Response("gone", { status: 500 });
  // The order of keys says nothing.
  const again = await fetch(`${it.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ temperature: 0, messages: [user("hi")], model: MODEL }),
  });
  assert.deepEqual([await again.text(), again.headers.get("x-agentop-cache")], [first, "hit"]);
  assert.equal(it.asked.length, 1);
  const [paid, free] = await it.runs();
  assert.ok(paid!.totals.costUsd > 0);
  assert.deepEqual([free!.totals.costUsd, free!.output], [0, "hello"]);

  await using strict = await Passage.open({ mode: "cache", onMiss: "fail" });
  const missed = await strict.chat([user("never asked")]);
  assert.equal(missed.status, 404);
  assert.match((await missed.json()).detail, /No answer to this request is on record/);
  assert.equal(strict.asked.length, 0);
});

Deno.test("runs are told apart by a header, named by others, and routes that are not read pass and are said once", async () => {
  await using it = await Passage.open();
  for (const text of ["one", "two"]) {
    await (await it.chat([user(text)], {
      headers: {
        "x-agentop-run": "job-7",
        "x-agentop-agent": "sorter",
        "x-agentop-group": "nightly",
        "x-agentop-user": "ada",
      },
    })).text();
  }
  for (let i = 0; i < 2; i++) {
    await (await fetch(`${it.url}/v1/files`, { method: "POST", body: "raw bytes" })).text();
  }
  const [run, ...others] = await it.runs();
  assert.equal(others.length, 0);
  assert.deepEqual([run!.agent, run!.group, run!.userId, run!.totals.llmCalls], [
    "sorter",
    "nightly",
    "ada",
    2,
  ]);
  assert.deepEqual(it.notes, ["/v1/files"]);
  assert.equal(it.asked.at(-1)!.body, "raw bytes");
});

Deno.test("a program that stops reading an endless stream leaves a failed call with what had come, and the server is let go", async () => {
  await using it = await Passage.open();
  const begin = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "half" } }] })}\n\n`;
  it.answer = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(begin));
        },
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  const response = await it.chat([user("endless")], { more: { stream: true } });
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  const failed = async () => {
    for (;;) {
      const [run] = await it.runs();
      if (run?.status === "failed") return run;
      const changed = Promise.withResolvers<void>();
      const stop = it.store.onChange(() => changed.resolve());
      if ((await it.runs())[0]?.status !== "failed") await changed.promise;
      stop();
    }
  };
  const run = await failed();
  assert.equal(run.error!.type, "cancelled");
  const { spans } = await it.store.loadTrace(run.traceId);
  const llm = [...spans.values()].find(({ kind }) => kind === "llm")!;
  assert.match(JSON.stringify(llm.outputMessages), /half/);
});

Deno.test("what is no request for a model passes: broken JSON, lists, hostile keys", async () => {
  await using it = await Passage.open();
  it.answer = () => Response.json({ ok: true });
  for (const body of ["{", "[]", '{"__proto__":{"model":"x"}}', '{"model":1,"messages":[]}', ""]) {
    const response = await fetch(`${it.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    assert.equal(response.status, 200, body);
    await response.body?.cancel();
  }
  assert.equal((await it.runs()).length, 0);
  assert.equal(({} as { model?: string }).model, undefined);
});

Deno.test("beside the API, a proxy takes what has no route of its own, and no method of one that has", async () => {
  await using it = await Passage.open({ beside: ROUTES });
  const asked = async (method: string, path: string) => {
    const response = await fetch(it.url + path, { method, redirect: "manual" });
    await response.body?.cancel();
    return [response.status, it.asked.splice(0).map((one) => one.path)];
  };
  assert.deepEqual(await asked("GET", "/v1/models"), [200, ["/v1/models"]]);
  assert.deepEqual(await asked("POST", "/v1/traces"), [415, []]);
  assert.deepEqual(await asked("GET", "/v1/traces"), [405, []]);
  assert.deepEqual(await asked("GET", "/runs"), [200, []]);
  assert.deepEqual(await asked("GET", "/"), [302, []]);
  await (await it.chat([user("hello")])).text();
  assert.deepEqual((await it.runs()).map(({ output }) => output), ["hello"]);
});
