import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { ATTR, type Span, type Store } from "../../lib/core/mod.ts";
import { parseFault } from "../../lib/simulator/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { CliHome } from "../support/cli.ts";
import { completion, MODEL, Passage, user } from "./passage.ts";

/** What one call of these costs: 10 tokens in, 5 out. */
async function costOfOne(it: Passage): Promise<number> {
  await (await it.chat([user("hello")], { more: { max_tokens: 5 } })).text();
  return (await it.runs())[0]!.totals.costUsd;
}

Deno.test("a call that a budget has no money for does not go on, and its run and its program hear why", async () => {
  await using it = await Passage.open();
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1e-9 });
  const response = await it.chat([user("hello")], { more: { max_tokens: 5 } });
  assert.equal(response.status, 402);
  assert.match(
    (await response.json()).detail,
    /Cannot call the model within the budget .* per day for all runs/,
  );
  assert.equal(it.asked.length, 0);
  const [run] = await it.runs();
  assert.deepEqual([run!.status, run!.error?.type, run!.totals.costUsd], ["failed", "budget", 0]);
  const [state] = await it.store.listBudgets(await windows());
  assert.deepEqual([state!.spentUsd, state!.reservedUsd], [0, 0]);
});

Deno.test("however many programs call at once, proxied calls stay within a budget", async () => {
  await using it = await Passage.open();
  const one = await costOfOne(it);
  const limitUsd = 100 * one;
  await it.store.saveBudget({ scope: `model:${MODEL}`, per: "day", limitUsd });
  const statuses = await Promise.all(Array.from({ length: 60 }, async (_, n) => {
    const response = await it.chat([user(`question ${n} ${"long ".repeat(n)}`)], {
      more: { max_tokens: 50 },
    });
    await response.body?.cancel();
    return response.status;
  }));
  assert.ok(statuses.includes(402) && statuses.includes(200), `${new Set(statuses)}`);
  await it.calls.settled();
  const [state] = await it.store.listBudgets(await windows());
  assert.ok(state!.spentUsd <= limitUsd, `${state!.spentUsd} of ${limitUsd}`);
  assert.equal(state!.reservedUsd, 0, "what was set aside is free again");
});

Deno.test("a call of an agent that has a budget of its own leaves others alone", async () => {
  await using it = await Passage.open();
  await it.store.saveBudget({ scope: "agent:greedy", per: "month", limitUsd: 1e-9 });
  const ask = async (agent: string) => {
    const response = await it.chat([user(`I am ${agent}`)], { headers: { "x-agentop-agent": agent } });
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual([await ask("greedy"), await ask("modest")], [402, 200]);
});

Deno.test("faults between a program and its model server do not free it of a budget, unless the call never goes on", async () => {
  const faults = ["429", "cut:2"].map((text) => parseFault(text)!);
  await using it = await Passage.open({ mode: "fault", faults });
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1e-9 });
  const ask = async () => {
    const response = await it.chat([user("hello")]);
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual([await ask(), await ask(), await ask()], [429, 402, 402]);
  assert.equal(it.asked.length, 0);
});

Deno.test("what cannot be read does not pass a budget", async () => {
  await using it = await Passage.open();
  const send = async (body: string | Uint8Array<ArrayBuffer>, encoding?: string) => {
    const response = await fetch(`${it.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(encoding === undefined ? {} : { "content-encoding": encoding }),
      },
      body,
    });
    await response.body?.cancel();
    return response.status;
  };
  const text = JSON.stringify({ model: MODEL, messages: [user("hello")] });
  const bomb = new Uint8Array(gzipSync(text + " ".repeat(33 * 1024 * 1024)));
  const all = async () => [
    await send(bomb, "gzip"),
    await send(text, "deflate"),
    await send(text, "gzip, identity"),
    await send(text, "gzip"),
    await send("{}"),
  ];
  assert.deepEqual(await all(), [200, 200, 200, 200, 200], "without a budget all of it passes");
  assert.equal(it.asked.length, 5);
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  assert.deepEqual(await all(), [413, 415, 415, 400, 402]);
  assert.equal(it.asked.length, 5);
  assert.deepEqual(await it.runs(), []);
});

Deno.test("each of the answers that are asked for counts, by whatever name their length is limited", async () => {
  await using it = await Passage.open();
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  const reserved = async (more: Record<string, unknown>) => {
    const before = (await it.runs()).length;
    await (await it.chat([user(`question ${before}`)], { more })).text();
    return (await callOf(it, before)).attributes[ATTR.reservedUsd] as number;
  };
  const [one, thousand] = [await reserved({ max_tokens: 1 }), await reserved({ max_tokens: 1001 })];
  assert.ok(one > 0 && thousand > one);
  const isAlike = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} and ${b}`);
  isAlike(await reserved({ max_completion_tokens: 1001 }), thousand);
  isAlike(await reserved({ max_tokens: 1, max_completion_tokens: 1001 }), thousand);
  isAlike(await reserved({ max_tokens: 1, n: 101 }), one + (thousand - one) / 10);
  isAlike(await reserved({ max_tokens: 1, n: 1e9 }), one + (thousand - one) * 127 / 1000);
  isAlike(await reserved({ max_tokens: 1, n: -5 }), one);
  isAlike(await reserved({ max_tokens: 1, n: 2, best_of: 101 }), one + (thousand - one) / 10);
});

Deno.test("every prompt of a list is answered, and one list of tokens is one prompt", async () => {
  await using it = await Passage.open();
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  const reserved = async (prompt: unknown, maxTokens: number) => {
    const before = (await it.runs()).length;
    await (await fetch(`${it.url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: MODEL, prompt, max_tokens: maxTokens }),
    })).text();
    return (await callOf(it, before)).attributes[ATTR.reservedUsd] as number;
  };
  const outputs = async (prompt: unknown) => await reserved(prompt, 1001) - await reserved(prompt, 1);
  const one = await outputs("a");
  for (const [prompt, count] of [[["a", "b", "c"], 3], [[[1, 2], [3]], 2], [[1, 2, 3], 1]] as const) {
    const found = await outputs(prompt);
    assert.ok(Math.abs(found - count * one) < 1e-12, `${JSON.stringify(prompt)}: ${found} and ${one}`);
  }
});

Deno.test("a request to an agent has a model of an unknown price until it is answered", async () => {
  await using it = await Passage.open();
  const ask = () =>
    fetch(`${it.url}/v1/agents/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ agent_id: "ag:1", messages: [user("hello")] }),
    });
  await (await ask()).text();
  const [answered] = await it.runs();
  assert.ok(answered!.totals.costUsd > 0 && answered!.totals.unknownCostCalls === 0);
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  const refused = await ask();
  assert.equal(refused.status, 402);
  assert.match((await refused.json()).detail, /its price is unknown/);
  assert.equal(it.asked.length, 1);
});

Deno.test("what a lost call may have cost is spent, and so is what nobody counted the tokens of", async (t) => {
  const stream = (...parts: string[]) =>
    new Response(parts.join(""), { headers: { "content-type": "text/event-stream" } });
  const delta = (content: string, finish: string | null = null) =>
    `data: ${JSON.stringify({ model: MODEL, choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;
  const { usage: _, ...uncounted } = completion("hello");
  const answers: Record<string, Passage["answer"]> = {
    "a stream without usage": () => stream(delta("hello", "stop"), "data: [DONE]\n\n"),
    "a document without usage": () => Response.json(uncounted),
    "a stream that is cut": () => stream(delta("hello")),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await t.step(name, async () => {
      await using it = await Passage.open();
      await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
      it.answer = answer;
      await (await it.chat([user("hello")])).text();
      await isSpent(it, await callOf(it));
    });
  }
  await t.step("a server that hangs up", async () => {
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const to = `http://127.0.0.1:${server.addr.port}`;
    const hungUp = (async () => {
      using connection = await server.accept();
      await connection.read(new Uint8Array(65_536));
    })();
    await using it = await Passage.open({ also: [to] });
    await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
    const response = await it.chat([user("hello")], { headers: { "x-agentop-upstream": to } });
    await response.body?.cancel();
    await hungUp;
    assert.equal(response.status, 502);
    await isSpent(it, await callOf(it));
  });
  await t.step("a client that does not wait", async () => {
    await using it = await Passage.open();
    await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
    const late = Promise.withResolvers<Response>();
    const asked = Promise.withResolvers<void>();
    it.answer = () => (asked.resolve(), late.promise);
    const gone = new AbortController();
    const call = fetch(`${it.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: MODEL, messages: [user("hello")] }),
      signal: gone.signal,
    });
    await asked.promise;
    gone.abort();
    await assert.rejects(call);
    while ((await it.runs())[0]?.status !== "failed") await new Promise((resolve) => setTimeout(resolve, 5));
    await isSpent(it, await callOf(it));
    late.resolve(Response.json(completion("late")));
  });
});

Deno.test("a call that never reached its server, or that it refused, costs nothing", async () => {
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const nowhere = `http://127.0.0.1:${closed.addr.port}`;
  closed.close();
  await using it = await Passage.open({ also: [nowhere] });
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  const unreachable = await it.chat([user("a")], { headers: { "x-agentop-upstream": nowhere } });
  await unreachable.body?.cancel();
  it.answer = () => new Response("busy", { status: 503 });
  const refused = await it.chat([user("b")]);
  await refused.text();
  assert.deepEqual([unreachable.status, refused.status], [502, 503]);
  assert.deepEqual((await it.runs()).map(({ totals }) => [totals.costUsd, totals.unknownCostCalls]), [
    [0, 0],
    [0, 0],
  ]);
  assert.deepEqual(await stateOf(it.store), { spentUsd: 0, reservedUsd: 0 });
});

Deno.test("kill -9 of a proxy does not free what its call may have cost", async () => {
  await using home = await CliHome.create();
  const [asked, end] = [Promise.withResolvers<void>(), Promise.withResolvers<Response>()];
  const upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.text();
    asked.resolve();
    return await end.promise;
  });
  await home.withStore((store) => store.saveBudget({ scope: "all", per: "day", limitUsd: 1 }));
  const to = `http://127.0.0.1:${upstream.addr.port}`;
  const proxy = home.start(["--json", "proxy", "--port", "0", "--upstream", to]);
  const lines = proxy.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) said += (await lines.read()).value ?? "\n";
  const call = fetch(`${JSON.parse(said).url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, messages: [user("hello")] }),
  }).catch(() => undefined);
  await asked.promise;
  proxy.kill("SIGKILL");
  await Promise.all([call, proxy.status, lines.cancel(), proxy.stderr.cancel()]);
  await proxy.stdin.abort().catch(() => {});
  end.resolve(new Response());
  await upstream.shutdown();
  await using store = await openStore(home.storePath);
  await store.recoverInterrupted();
  const { runs: [run] } = await store.listRuns();
  const { spans } = await store.loadTrace(run!.traceId);
  const reservedUsd = [...spans.values()].find(({ kind }) => kind === "llm")!.attributes[ATTR.reservedUsd];
  assert.ok(typeof reservedUsd === "number" && reservedUsd > 0);
  assert.equal(run!.status, "interrupted");
  const state = await stateOf(store);
  assert.deepEqual(state, { spentUsd: state.spentUsd, reservedUsd: 0 });
  assert.ok(Math.abs(state.spentUsd - reservedUsd) < 1e-9, `${state.spentUsd} of ${reservedUsd}`);
  assert.deepEqual((await store.verify()).problems, []);
});

/** The model call of the nth run. */
async function callOf(it: Passage, n = 0): Promise<Span> {
  const { spans } = await it.store.loadTrace((await it.runs())[n]!.traceId);
  return [...spans.values()].find(({ kind }) => kind === "llm")!;
}

/** Of unknown cost, and its estimate is spent. */
async function isSpent(it: Passage, call: Span): Promise<void> {
  const estimate = call.attributes[ATTR.estimatedCostUsd];
  assert.equal(call.cost?.usd, null);
  assert.ok(typeof estimate === "number" && estimate > 0);
  const { spentUsd, reservedUsd } = await stateOf(it.store);
  assert.ok(Math.abs(spentUsd - estimate) < 1e-9 && spentUsd > 0, `${spentUsd}, not ${estimate}`);
  assert.equal(reservedUsd, 0);
}

async function stateOf(store: Store) {
  const { spentUsd, reservedUsd } = (await store.listBudgets(await windows()))[0]!;
  return { spentUsd, reservedUsd };
}

async function windows() {
  const { budgetWindows } = await import("../../lib/analysis/mod.ts");
  return budgetWindows(Date.now(), "UTC");
}
