import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Store } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { CliHome } from "../support/cli.ts";
import { completion, MODEL, Passage, user } from "./passage.ts";

const delta = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ model: MODEL, choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;

async function inFolder(work: (storePath: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "studio.db"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a stream passes from its first byte to its last while somebody else holds the store, and is on record afterwards", () =>
  inFolder(async (storePath) => {
    await using it = await Passage.open({ storePath });
    await (await it.chat([user("before")])).text();
    await it.calls.settled();
    const go = Promise.withResolvers<void>();
    it.answer = () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode(delta("four")));
            await go.promise;
            controller.enqueue(new TextEncoder().encode(delta("teen", "stop") + "data: [DONE]\n\n"));
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      );
    using other = new DatabaseSync(storePath);
    other.exec("BEGIN IMMEDIATE");
    const response = await it.chat([user("7 and 7?")], { more: { stream: true } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader.read()).value, delta("four"));
    go.resolve();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
    assert.match(rest, /teen.*\[DONE\]/s);
    const known = await it.store.listRuns();
    assert.deepEqual(known.runs.map(({ prompt }) => prompt), ["before"], "nothing could be written");
    other.exec("COMMIT");
    const runs = await it.runs();
    assert.deepEqual(
      runs.map(({ prompt, status, output, totals }) => [prompt, status, output, totals.steps]),
      [
        ["before", "completed", "hello", 1],
        ["7 and 7?", "completed", "fourteen", 1],
      ],
    );
    assert.equal((await it.store.verify()).ok, true);
  }));

Deno.test("another thread holds calls against a budget too, and gives a cache what it keeps at once", () =>
  inFolder(async (storePath) => {
    await using it = await Passage.open({ storePath, mode: "cache" });
    const ask = async (content: string) => {
      const response = await it.chat([user(content)], { more: { max_tokens: 5 } });
      return [response.status, response.headers.get("x-agentop-cache"), await response.text()];
    };
    const first = await ask("hi");
    assert.deepEqual(await ask("hi"), [200, "hit", first[2]]);
    await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1e-9 });
    const [status, , refusal] = await ask("something else");
    assert.equal(status, 402);
    assert.match(refusal as string, /within the budget/);
    const unread = await fetch(`${it.url}/v1/chat/completions`, { method: "POST", body: "{}" });
    await unread.body?.cancel();
    assert.equal(unread.status, 402);
    assert.equal(it.asked.length, 1);
    assert.deepEqual((await it.runs()).map(({ status, error }) => [status, error?.type]), [
      ["completed", undefined],
      ["completed", undefined],
      ["failed", "budget"],
    ]);
  }));

Deno.test("a call under way is not taken for one whose process died, by whoever looks", () =>
  inFolder(async (storePath) => {
    await using it = await Passage.open({ storePath });
    const end = Promise.withResolvers<void>();
    it.answer = () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode(delta("half")));
            await end.promise;
            controller.enqueue(new TextEncoder().encode(delta(" and half", "stop")));
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      );
    const response = await it.chat([user("slow?")], { more: { stream: true } });
    await told(it.store);
    assert.equal(await it.store.recoverInterrupted(), 0);
    end.resolve();
    await response.text();
    assert.deepEqual((await it.runs()).map(({ status, output }) => [status, output]), [
      ["completed", "half and half"],
    ]);
  }));

Deno.test("calls that end together are each a run with its own answer", () =>
  inFolder(async (storePath) => {
    await using it = await Passage.open({ storePath });
    it.answer = ({ body }) => Response.json(completion(JSON.parse(body).messages[0].content));
    const asked = Array.from({ length: 40 }, (_, n) => `question ${n}`);
    const got = await Promise.all(asked.map(async (text) => {
      const response = await it.chat([user(text)]);
      return (await response.json()).choices[0].message.content;
    }));
    assert.deepEqual(got, asked);
    const runs = await it.runs();
    assert.deepEqual(runs.map(({ output }) => output).toSorted(), asked.toSorted());
    assert.ok(runs.every(({ prompt, output, status }) => prompt === output && status === "completed"));
  }));

Deno.test("a call whose proxy is killed is an interrupted run, with what had been answered", async () => {
  await using home = await CliHome.create();
  const end = Promise.withResolvers<void>();
  const upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.text();
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode(delta("half of")));
        await end.promise;
        controller.close();
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  await using store = await openStore(home.storePath);
  const to = `http://127.0.0.1:${upstream.addr.port}`;
  const proxy = home.start(["--json", "proxy", "--port", "0", "--upstream", to]);
  const lines = proxy.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) said += (await lines.read()).value ?? "\n";
  const response = await fetch(`${JSON.parse(said).url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, stream: true, messages: [user("all of it?")] }),
  });
  const reader = response.body!.getReader();
  await reader.read();
  await told(store);
  proxy.kill("SIGKILL");
  await Promise.all([
    reader.read().catch(() => {}),
    proxy.status,
    lines.cancel(),
    proxy.stderr.cancel(),
    proxy.stdin.abort().catch(() => {}),
  ]);
  end.resolve();
  await upstream.shutdown();
  await store.recoverInterrupted();
  const { runs: [run, ...others] } = await store.listRuns();
  assert.deepEqual([others.length, run!.status, run!.prompt], [0, "interrupted", "all of it?"]);
  const { spans } = await store.loadTrace(run!.traceId);
  const call = [...spans.values()].find(({ kind }) => kind === "llm")!;
  assert.match(JSON.stringify(call.outputMessages), /half of/);
  assert.deepEqual((await store.verify()).problems, []);
});

/** Resolves when the text that came so far can be read. */
async function told(store: Store): Promise<void> {
  for (;;) {
    const changed = Promise.withResolvers<void>();
    const stop = store.onChange(() => changed.resolve());
    const { runs: [run] } = await store.listRuns();
    if (run && (await store.partials(run.traceId)).length > 0) return stop();
    await changed.promise;
    stop();
  }
}
