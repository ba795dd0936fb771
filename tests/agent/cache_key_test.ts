import assert from "node:assert/strict";
import { promptCacheKey } from "../../lib/agent/cache_key.ts";
import { applyOverrides, parseAgentFile } from "../../lib/agent/mod.ts";
import type { Message } from "../../lib/core/mod.ts";
import { createMistralProvider, createResilientProvider } from "../../lib/providers/mod.ts";
import { systemHost } from "../../lib/core/mod.ts";
import { chunk, finish, sse, startFaultServer } from "../support/fault_server.ts";
import { TestAgency } from "../support/test_agency.ts";

const said = (role: Message["role"], content: string): Message => ({
  role,
  parts: [{ type: "text", content }],
});
const INSTRUCTIONS = "You answer with figures. ".repeat(20);
const AGENT = `model: mistral-small-latest\ninstructions: ${INSTRUCTIONS}\n`;

Deno.test("the cache key is the same for one agent, model and beginning, and tells nothing of them", async () => {
  const config = await parseAgentFile(AGENT, "agents/tester.yaml");
  const system = said("system", INSTRUCTIONS);
  const key = promptCacheKey(config, [system, said("user", "a")]);
  assert.match(key!, /^agentop-[0-9a-f]{32}$/);
  assert.equal(promptCacheKey(config, [system, said("user", "b"), said("assistant", "c")]), key);
  assert.notEqual(promptCacheKey({ ...config, model: "mistral-large-latest" }, [system]), key);
  assert.notEqual(promptCacheKey({ ...config, name: "other" }, [system]), key);
  assert.notEqual(promptCacheKey(config, [said("system", "Other.")]), key);
});

Deno.test("promptCacheKey names the key or switches it off, in the file and with --set", async () => {
  const config = await parseAgentFile(`${AGENT}parameters: { promptCacheKey: mine }\n`, "agents/tester.yaml");
  assert.equal(promptCacheKey(config, []), "mine");
  assert.equal(promptCacheKey(await applyOverrides(config, { promptCacheKey: "off" }), []), undefined);
  assert.equal(promptCacheKey(await applyOverrides(config, { promptCacheKey: "42" }), []), "42");
  await assert.rejects(
    applyOverrides(config, { promptCacheKey: "two words" }),
    /Cannot set promptCacheKey: it must be off, or a name/,
  );
});

Deno.test("all calls of a run read their beginning from the cache, and the receipt's lines say how much", async () => {
  const steps = ["1 + 1", "2 + 2"].map((expression) => ({
    toolCalls: [{ name: "calculator", arguments: { expression } }],
  }));
  const scenarios = JSON.stringify({ name: "sums", steps: [...steps, { text: "Done." }] });
  await using agency = await TestAgency.open({ scenarios });
  const config = await agency.agent(`${AGENT}tools: [calculator]\n`);
  const run = await agency.runner.run(config, { prompt: "Add" });
  const off = await agency.runner.run(await applyOverrides(config, { promptCacheKey: "off" }), {
    prompt: "Add",
  });
  const cachedIn = async (traceId: string) =>
    [...(await agency.store.loadTrace(traceId)).spans.values()].filter(({ kind }) => kind === "llm")
      .map(({ cost }) => cost?.quantities["cached_input_tokens"] ?? 0);
  const [first, second, third] = await cachedIn(run.traceId);
  assert.equal(first, 0);
  assert.ok(second! > 0 && third! >= second!, `${second} ${third}`);
  assert.deepEqual(await cachedIn(off.traceId), [0, 0, 0]);
});

Deno.test("tools are sent in the order of their names, whatever the file says", async () => {
  await using server = await startFaultServer(sse(chunk({ role: "assistant", content: "Hi" }), finish()));
  const host = systemHost();
  const provider = createResilientProvider(
    createMistralProvider({ host, apiKey: "k", serverUrl: server.url }),
    { host },
  );
  for (const tools of ["[current_time, calculator]", "[calculator, current_time]"]) {
    await using agency = await TestAgency.open({ provider });
    await agency.runner.run(await agency.agent(`${AGENT}tools: ${tools}\n`), { prompt: "Go" });
  }
  const [first, second] = server.requests.map(({ body }) => JSON.parse(body));
  assert.deepEqual(first.tools.map((it: { function: { name: string } }) => it.function.name), [
    "calculator",
    "current_time",
  ]);
  assert.deepEqual(second, first);
  assert.match(first.prompt_cache_key, /^agentop-/);
});
