import assert from "node:assert/strict";
import { createApiKey } from "../../lib/app/mod.ts";
import { requestHash } from "../../lib/app/proxied/mod.ts";
import { completion, MODEL, Passage, user } from "./passage.ts";

const DEEP = "[".repeat(100_000) + "]".repeat(100_000);

Deno.test("a request nested too deeply to be read passes as it is, unrecorded", async () => {
  await using it = await Passage.open();
  const body = `{"model": "m", "messages": [{"role": "user", "content": "hi"}], "x": ${DEEP}}`;
  const response = await fetch(`${it.url}/v1/chat/completions`, { method: "POST", body });
  assert.equal(response.status, 200);
  await response.body?.cancel();
  assert.equal(it.asked[0]!.body, body);
  await (await it.chat([user("next")])).text();
  assert.deepEqual((await it.runs()).map(({ prompt, status }) => [prompt, status]), [["next", "completed"]]);
});

Deno.test("an answer that cannot be read fails no call after it", async () => {
  await using it = await Passage.open();
  for (const text of [DEEP, JSON.stringify(DEEP)]) {
    it.answer = () =>
      new Response(
        `{"choices": [{"message": {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "function": {"name": "f",
        "arguments": ${text}}}]}}]}`,
        { headers: { "content-type": "application/json" } },
      );
    await (await it.chat([user("deep")])).text();
    it.answer = () => Response.json(completion("fine"));
    await (await it.chat([user("next")])).text();
    assert.deepEqual((await it.runs()).at(-1)!.output, "fine");
  }
});

Deno.test("an answer on record is for the server that gave it", async () => {
  await using other = await Passage.open();
  await using it = await Passage.open({ mode: "cache", also: [other.upstream] });
  it.answer = () => Response.json(completion("from one"));
  other.answer = () => Response.json(completion("from the other"));
  const said = async (headers: Record<string, string> = {}) =>
    (await (await it.chat([user("who?")], { headers })).json()).choices[0].message.content;
  assert.equal(await said(), "from one");
  await it.runs();
  const there = { "x-agentop-upstream": other.upstream };
  assert.equal(await said(there), "from the other");
  await it.runs();
  assert.deepEqual([await said(), await said(there)], ["from one", "from the other"]);
  assert.deepEqual([it.asked.length, other.asked.length], [1, 1]);
});

Deno.test("the operator's key goes out for a key of this server alone, whatever header holds a text", async () => {
  await using it = await Passage.open({ apiKey: "operator" });
  const key = async (headers: Record<string, string>) => {
    await (await it.chat([user("hi")], { headers })).text();
    return it.asked.at(-1)!.headers.get("authorization");
  };
  assert.equal(await key({ "x-api-key": "anything" }), null);
  assert.equal(await key({ "x-api-key": "anything", authorization: "Bearer mine" }), "Bearer mine");
  const { text } = await createApiKey({ store: it.store, host: it.app.host }, "client", "write");
  assert.equal(await key({ "x-api-key": text }), "Bearer operator");
  assert.equal(await key({ "x-api-key": text, authorization: "Bearer mine" }), "Bearer mine");
});

Deno.test("a key that a server repeats is on record nowhere, also where its message is cut", async () => {
  await using it = await Passage.open();
  it.answer = () => new Response("x".repeat(1_990) + "sk-very-secret-1", { status: 401 });
  await (await it.chat([user("hi")], { headers: { authorization: "Bearer sk-very-secret-1" } })).text();
  const [run] = await it.runs();
  assert.doesNotMatch(run!.error!.message, /sk-/);
});

Deno.test("text that is no Unicode, and what steers terminals, is kept as a run that can be read", async () => {
  await using it = await Passage.open();
  const body =
    `{"model": "${MODEL}", "messages": [{"role": "user", "content": "a\\ud800\\u0000\\u001b]0;x\\u0007"}]}`;
  it.answer = () => Response.json(completion("\u001b[2J\u0000"));
  const response = await fetch(`${it.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "x-agentop-user": "\u009b2Jada", "x-agentop-group": "\u009d0;x" },
    body,
  });
  assert.equal(response.status, 200);
  await response.text();
  const [run] = await it.runs();
  assert.equal(run!.status, "completed");
  assert.equal((await it.store.verify()).ok, true);
});

Deno.test("the simulator gives what is on record of the API, and its own first", async () => {
  await using api = await Passage.open();
  await using it = await Passage.open({
    mode: "cache",
    onMiss: "fail",
    answersOf: ["simulator", api.upstream],
  });
  const hash = (server: string) =>
    requestHash(`${server}/v1/chat/completions`, { model: MODEL, messages: [user("who?")] });
  const keep = async (server: string, body: string) =>
    await it.store.saveExchange({
      hash: hash(server),
      traceId: "0".repeat(32),
      status: 200,
      contentType: "application/json",
      body,
      atUs: 1,
    });
  await keep(api.upstream, '"api"');
  assert.equal(await (await it.chat([user("who?")])).json(), "api");
  await keep("simulator", '"simulator"');
  assert.equal(await (await it.chat([user("who?")])).json(), "simulator");
});

Deno.test("callers go on with their own runs alone", async () => {
  await using it = await Passage.open({ auth: "on" });
  const headers = async (name: string) => {
    const { text } = await createApiKey({ store: it.store, host: it.app.host }, name, "write");
    return { "x-api-key": text, "x-agentop-run": "job", "x-agentop-user": name };
  };
  const [ada, bob] = [await headers("ada"), await headers("bob")];
  for (const one of [ada, bob, ada]) await (await it.chat([user("hi")], { headers: one })).text();
  assert.deepEqual((await it.runs()).map(({ userId, totals }) => [userId, totals.llmCalls]), [["ada", 2], [
    "bob",
    1,
  ]]);
});
