import assert from "node:assert/strict";
import { TestServer } from "./support.ts";

Deno.test("GET /runs lists runs newest first, in pages that follow each other", async () => {
  await using server = await TestServer.start();
  const ids = await server.seed({ agent: "a" }, { agent: "b", group: "g" }, { agent: "a" });
  const all = await server.json("/runs");
  assert.deepEqual(all.map((run: { run_id: string }) => run.run_id), ids.toReversed());
  const [run] = all;
  assert.equal(run.agent_id, "a");
  assert.equal(run.user_id, "default");
  assert.equal(run.status, "completed");
  assert.equal(run.start_time, "2026-01-01T02:00:00.000Z");
  assert.ok(run.end_time > run.start_time && run.total_tokens > 0 && run.total_cost > 0);

  const pages: string[] = [];
  for (let path: string | undefined = "/runs?limit=2&agent_id=a"; path !== undefined;) {
    const response: Response = await server.get(path);
    const page = await response.json();
    pages.push(page.map((run: { run_id: string }) => run.run_id).join(" "));
    path = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    if (path !== undefined) assert.ok(response.headers.get("x-next-cursor"));
  }
  assert.deepEqual(pages, [`${ids[2]} ${ids[0]}`]);
  const first = await server.get("/runs?limit=2");
  await first.body?.cancel();
  const rest = await server.json(/^<([^>]+)>/.exec(first.headers.get("link")!)![1]!);
  assert.deepEqual(rest.map((run: { run_id: string }) => run.run_id), [ids[0]]);
  assert.deepEqual((await server.json("/runs?group=g")).map((run: { run_id: string }) => run.run_id), [
    ids[1],
  ]);
  assert.deepEqual(await server.json("/runs?status=failed"), []);
});

Deno.test("GET /runs/{run_id} has config, prompt, answer, messages and tool calls", async () => {
  await using server = await TestServer.start();
  const [id] = await server.seed({ rounds: 2 });
  const run = await server.json(`/runs/${id}`);
  assert.equal(run.run_id, id);
  assert.deepEqual(JSON.parse(run.config).name, "researcher");
  assert.equal(run.initial_prompt, "How many rows?");
  assert.equal(typeof run.final_response, "string");
  assert.deepEqual(run.messages.slice(0, 2).map((it: { role: string }) => it.role), ["system", "user"]);
  assert.deepEqual(Object.keys(run.messages[0]), [
    "message_id",
    "role",
    "content",
    "timestamp",
    "token_count",
    "finish_reason",
  ]);
  assert.ok(run.tool_calls.length > 0);
  for (const call of run.tool_calls) {
    assert.equal(typeof call.call_id, "string");
    assert.equal(typeof call.tool_name, "string");
    assert.equal(typeof call.return_value, "string");
    assert.ok(call.latency_ms > 0);
  }
  const memory = await server.json(`/runs/${id}/memory`);
  assert.ok(memory.length > 0);
  for (const it of memory) {
    assert.equal(it.run_id, id);
    assert.deepEqual(Object.keys(JSON.parse(it.memory_json)), ["messages", "key_values"]);
  }
});

Deno.test("what is asked for wrongly, or is not there, is said with the right status", async () => {
  await using server = await TestServer.start();
  for (
    const [path, status, detail] of [
      ["/runs/abcdef", 404, 'Cannot find run "abcdef": there are no runs yet'],
      ["/nothing", 404, "Not found"],
      ["/runs?limit=0", 422, "query.limit: Too small: expected number to be >=1"],
      ["/runs?cursor=x", 400, 'Cannot list runs: bad cursor "x". Try: the nextCursor of an earlier page'],
      [`/runs/${"a".repeat(40)}`, 422, "path.run_id: Too big: expected string to have <=36 characters"],
    ] as const
  ) {
    const response = await server.get(path);
    assert.deepEqual([path, response.status, await response.json()], [path, status, { detail }]);
  }
  const response = await server.post("/runs", {});
  assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
  assert.deepEqual(await response.json(), { detail: "Method not allowed" });
});

Deno.test("/healthz and /readyz answer", async () => {
  await using server = await TestServer.start();
  assert.deepEqual(await server.json("/healthz"), { status: "ok" });
  assert.deepEqual(await server.json("/readyz"), { status: "ok" });
});
