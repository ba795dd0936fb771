import assert from "node:assert/strict";
import { fakeHost } from "../support/fake_host.ts";
import { CALCULATOR, type Json, system, TestSimulator, user } from "./support.ts";

const SYSTEM = system("Be kind. ".repeat(80));

function cachedIn(
  { usage }: { readonly usage: { prompt_tokens_details: { cached_tokens: number } } },
): number {
  return usage.prompt_tokens_details.cached_tokens;
}

Deno.test("chat has cached what requests with the same key began with, in blocks of 64", async () => {
  await using sim = await TestSimulator.start();
  const messages: Json[] = [SYSTEM, user("Hello ".repeat(80))];
  const first = await sim.ask({ messages, prompt_cache_key: "a" });
  assert.equal(cachedIn(first), 0);
  messages.push({ role: "assistant", content: first.content }, user("And now?"));
  const second = await sim.ask({ messages, prompt_cache_key: "a" });
  assert.equal(cachedIn(second), first.usage.prompt_tokens - first.usage.prompt_tokens % 64);
  assert.ok(cachedIn(second) > 0 && cachedIn(second) < second.usage.prompt_tokens);
  assert.equal(second.usage.total_tokens, second.usage.prompt_tokens + second.usage.completion_tokens);
  const other = await sim.ask({ messages: [SYSTEM, user("Something else")], prompt_cache_key: "a" });
  assert.ok(cachedIn(other) > 0 && cachedIn(other) < cachedIn(second), "the system message alone");
});

Deno.test("chat has nothing cached for another key, model or set of tools, nor without a key", async () => {
  await using sim = await TestSimulator.start();
  const request = { messages: [SYSTEM, user("Hello")], prompt_cache_key: "a" };
  await sim.ask(request);
  const { prompt_cache_key: _, ...keyless } = request;
  assert.equal(cachedIn(await sim.ask({ ...request, prompt_cache_key: "b" })), 0);
  assert.equal(cachedIn(await sim.ask({ ...request, model: "mistral-medium-latest" })), 0);
  assert.equal(cachedIn(await sim.ask({ ...request, tools: [CALCULATOR] })), 0);
  assert.deepEqual([cachedIn(await sim.ask(keyless)), cachedIn(await sim.ask(keyless))], [0, 0]);
  assert.ok(cachedIn(await sim.ask(request)) > 0);
});

Deno.test("chat forgets what nobody sent for five minutes", async () => {
  const host = fakeHost();
  await using sim = await TestSimulator.start({ host });
  const request = { messages: [SYSTEM, user("Hello")], prompt_cache_key: "a" };
  await sim.ask(request);
  host.advance(4 * 60_000);
  assert.ok(cachedIn(await sim.ask(request)) > 0);
  host.advance(4 * 60_000);
  assert.ok(cachedIn(await sim.ask(request)) > 0, "using it keeps it");
  host.advance(5 * 60_000);
  assert.equal(cachedIn(await sim.ask(request)), 0);
});
