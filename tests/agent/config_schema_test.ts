import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  type AgentConfig,
  agentConfigOf,
  agentOnRecord,
  applyOverrides,
  asRunConfig,
  overrideKeys,
  parseAgentFile,
} from "../../lib/agent/mod.ts";
import { AgentOpError } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";

/** As a store gives it back: another object with the same JSON. */
function stored(config: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(config));
}

Deno.test("agentConfigOf() gives back what was resolved, and nothing for what is no configuration of ours", async () => {
  const agent = await parseAgentFile(
    "model: m\nparameters: { seed: 1, stop: [x] }\ntools: [calculator, { agent: writer }]\nretry: { maxAttempts: 2 }\n",
    "a.yaml",
  );
  assert.deepEqual(await agentConfigOf({ config: stored(agent) }), agent);
  assert.equal(
    await agentConfigOf({ config: asRunConfig(agent) }),
    agent,
    "what was resolved here is not read again",
  );
  const config = stored(agent);
  assert.equal(
    await agentConfigOf({ config }),
    await agentConfigOf({ config }),
    "the same object is checked once",
  );
  assert.deepEqual(await agentConfigOf({ config: stored({ ...agent, later: true }) }), agent);
  const foreign: readonly Record<string, unknown>[] = [
    {},
    { model: "m", tools: [] },
    { ...agent, model: 7 },
    { ...agent, limits: { ...agent.limits, maxSteps: "many" } },
    { ...agent, limits: null },
    { ...agent, parameters: { temperature: 9 } },
    { ...agent, tools: [{ kind: "shell", name: "sh" }] },
    { ...agent, tools: ["calculator"] },
    { ...agent, approve: "yes" },
    { ...agent, memory: [] },
  ];
  for (const config of foreign) {
    assert.equal(await agentConfigOf({ config }), undefined, JSON.stringify(config));
  }
  await assert.rejects(
    agentOnRecord({ runId: "r", origin: "otlp", config: {} }, { verb: "replay", remedy: "--agent AGENT" }),
    (error) => {
      assert(error instanceof AgentOpError);
      assert.equal(
        error.reason,
        "Cannot replay r: its agent configuration is not on record (it was not run here: origin otlp)",
      );
      return error.remedy === "--agent AGENT";
    },
  );
});

Deno.test("agentConfigOf() holds a run from before outputs had a ceiling to it; a file is told", async () => {
  const agent = await parseAgentFile("model: m\n", "a.yaml");
  const config = { ...agent, limits: { ...agent.limits, maxToolOutputBytes: 50_000_000 } };
  assert.equal((await agentConfigOf({ config: stored(config) }))?.limits.maxToolOutputBytes, 10_000_000);
  const file = "model: m\nlimits: { maxToolOutputBytes: 50000000 }\n";
  await assert.rejects(parseAgentFile(file, "a.yaml"), /must be at most 10,000,000/);
});

Deno.test("agentConfigOf() knows every agent of the stores that older releases wrote", async () => {
  const stores = new URL("../fixtures/stores/", import.meta.url);
  for (const { name } of Deno.readDirSync(stores)) {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "a.db");
      await Deno.writeFile(path, gunzipSync(await Deno.readFile(new URL(name, stores))));
      await using store = await openStore(path);
      for (const run of (await store.listRuns({ limit: 100 })).runs) {
        assert.deepEqual(await agentConfigOf(run), run.config, `${name} ${run.runId}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

Deno.test("every key of --set takes what fits and says what does not", async () => {
  const agent = await parseAgentFile("model: m\n", "a.yaml");
  const fits: Readonly<Record<string, readonly [text: string, value: unknown, bad: string, must: RegExp]>> = {
    temperature: ["0.3", 0.3, "2", /must be a number from 0 to 1\.5: got "2"/],
    topP: ["1", 1, "x", /must be a number from 0 to 1/],
    maxTokens: ["7", 7, "7.5", /must be a positive integer/],
    seed: ["0", 0, "-1", /must not be negative/],
    toolChoice: ["none", "none", "some", /must be auto, none, any or required/],
    parallelToolCalls: ["false", false, "no", /must be true or false/],
    reasoningEffort: ["high", "high", "1", /must be none, minimal, low, medium, high or xhigh/],
    safePrompt: ["true", true, "", /must be true or false/],
    promptCacheKey: ["42", "42", "two words", /must be off, or a name/],
  };
  assert.deepEqual(await overrideKeys(), ["model", "instructions", ...Object.keys(fits)]);
  for (const [key, [text, value, bad, must]] of Object.entries(fits)) {
    const { parameters }: AgentConfig = await applyOverrides(agent, { [key]: text });
    assert.deepEqual({ ...parameters }, { ...agent.parameters, [key]: value });
    await assert.rejects(applyOverrides(agent, { [key]: bad }), must);
  }
  assert.equal((await applyOverrides(agent, { instructions: "17" })).instructions, "17");
  assert.equal(await applyOverrides(agent, {}), agent);
});
