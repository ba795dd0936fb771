import assert from "node:assert/strict";
import { applyOverrides, loadAgentFile, parseAgentFile } from "../../lib/agent/mod.ts";
import { AgentOpError } from "../../lib/core/mod.ts";

async function refused(yaml: string, message: RegExp): Promise<void> {
  await assert.rejects(parseAgentFile(yaml, "agents/x.yaml"), (error: unknown) => {
    assert(error instanceof AgentOpError, String(error));
    assert.equal(error.exitCode, 2);
    assert.match(error.message, message);
    assert.equal(error.message.includes("\n"), false);
    return true;
  });
}

Deno.test("parseAgentFile() reads everything an agent file may say", async () => {
  const config = await parseAgentFile(
    `name: researcher
model: mistral-small-latest
instructions: |
  You answer with figures.
parameters: { temperature: 0.2, maxTokens: 1024, seed: 7 }
tools:
  - calculator
  - read_file: { root: ./data }
  - http_get: { allow: [api.example.org] }
  - agent: writer
memory: { window: 40, keyValue: true }
limits: { maxSteps: 12, budgetUsd: 0.05, timeoutSeconds: 120, maxToolOutputBytes: 65536 }
retry: { maxAttempts: 4, minWaitSeconds: 0.5, maxWaitSeconds: 20 }
approve: ask
`,
    "/home/agents/researcher.yaml",
  );
  assert.deepEqual(config, {
    name: "researcher",
    model: "mistral-small-latest",
    instructions: "You answer with figures.\n",
    parameters: { temperature: 0.2, maxTokens: 1024, seed: 7 },
    tools: [
      { kind: "tool", name: "calculator" },
      { kind: "tool", name: "read_file", config: { root: "./data" } },
      { kind: "tool", name: "http_get", config: { allow: ["api.example.org"] } },
      { kind: "agent", name: "writer" },
    ],
    memory: { window: 40, keyValue: true },
    limits: {
      maxSteps: 12,
      timeoutSeconds: 120,
      toolTimeoutSeconds: 60,
      maxToolOutputBytes: 65536,
      budgetUsd: 0.05,
    },
    retry: { maxAttempts: 4, minWaitSeconds: 0.5, maxWaitSeconds: 20 },
    approve: "ask",
    baseDir: "/home/agents",
  });
});

Deno.test("parseAgentFile() fills what is left out: environment before built-in defaults, the file before both", async () => {
  const bare = await parseAgentFile("instructions: hi\n", "agents/small-talk.yaml");
  assert.deepEqual([bare.name, bare.model, bare.parameters], [
    "small-talk",
    "mistral-large-latest",
    { temperature: 0.6, maxTokens: 2048 },
  ]);
  const env = { model: "m", maxTokens: 5, temperature: 0 };
  const given = await parseAgentFile("parameters: { maxTokens: 9 }\n", "a.yaml", env);
  assert.deepEqual([given.model, given.parameters], ["m", { temperature: 0, maxTokens: 9 }]);
});

Deno.test("parseAgentFile() names file, line, key and what would be right", async () => {
  await refused(
    `name: x\nlimits:\n  maxSteps: ten\n`,
    /^Cannot load agents\/x\.yaml:3: limits\.maxSteps must be a positive integer: got "ten"\.$/,
  );
  await refused("model: [1]\n", /x\.yaml:1: model must be text: got \[1\]\.$/);
  await refused(
    "name: x\ninstrucions: hi\n",
    /x\.yaml:2: instrucions is not a known key: did you mean "instructions"\?/,
  );
  await refused(
    "limits:\n  maxStep: 3\n",
    /x\.yaml:2: limits\.maxStep is not a known key: did you mean "maxSteps"\?/,
  );
  await refused(
    "tools:\n  - calculator\n  - calculater\n",
    /x\.yaml:3: tools\[1\] names no tool: got "calculater", did you mean "calculator"\?/,
  );
  await refused("tools:\n  - read_file: { rot: . }\n", /x\.yaml:2: tools\[0\] \(read_file\)/);
  await refused("tools: [calculator, calculator]\n", /second tool named "calculator"/);
  await refused("tools: [{ agent: ../x }]\n", /must name an agent/);
  await refused("a: [\n", /x\.yaml:\d+: this is not YAML/);
  await refused("just text\n", /x\.yaml:1: the file must be a map/);
  await refused("", /x\.yaml:1: the file must be a map/);
  await refused("approve: maybe\n", /approve must be ask, auto or never: got "maybe"/);
  await refused("parameters: { temperature: 9 }\n", /must be a number from 0 to 1\.5: got 9/);
  await refused("__proto__: { polluted: 1 }\n", /not a known key/);
});

Deno.test("loadAgentFile() says what to do about a file that is not there", async () => {
  await assert.rejects(loadAgentFile("no/such/agent.yaml"), /there is no such file\. Try: agentop agents/);
});

Deno.test("applyOverrides() sets parameters and refuses what it does not know", async () => {
  const config = await parseAgentFile("model: a\n", "a.yaml");
  const next = await applyOverrides(config, {
    model: "b",
    temperature: "0",
    maxTokens: "12",
    seed: "3",
    instructions: "x=y",
  });
  assert.deepEqual([next.model, next.instructions, next.parameters], ["b", "x=y", {
    temperature: 0,
    maxTokens: 12,
    seed: 3,
  }]);
  await assert.rejects(
    applyOverrides(config, { temprature: "1" }),
    /no such parameter. Try: --set temperature=…/,
  );
  await assert.rejects(
    applyOverrides(config, { maxTokens: "many" }),
    /must be a positive integer: got "many"/,
  );
  await assert.rejects(applyOverrides(config, { __proto__x: "1" }), /no such parameter/);
});
