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
  await refused(
    "limits: { maxToolOutputBytes: 10000001 }\n",
    /x\.yaml:1: limits\.maxToolOutputBytes must be at most 10,000,000 \(10 MB\): got 10000001\.$/,
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
  await refused(
    "tools:\n  - read_file: { rot: . }\n",
    /x\.yaml:2: tools\[0\]\.read_file\.rot is not a known setting: did you mean "root"\?/,
  );
  await refused("tools: [calculator, calculator]\n", /second tool named "calculator"/);
  await refused("tools: [{ agent: ../x }]\n", /must name an agent/);
  await refused("a: [\n", /x\.yaml:1: \[ opens here and is never closed/);
  await refused("just text\n", /x\.yaml:1: the file must be a map/);
  await refused("", /x\.yaml:1: the file is empty\. Try: model: mistral-small-latest/);
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

Deno.test("parseAgentFile() takes empty keys as left out, those of tools too", async () => {
  const keys = [
    "name",
    "description",
    "instructions",
    "approve",
    "tools",
    "memory",
    "limits",
    "parameters",
    "retry",
  ];
  const bare = await parseAgentFile("model: m\n", "a.yaml");
  for (const key of keys) assert.deepEqual(await parseAgentFile(`model: m\n${key}:\n`, "a.yaml"), bare, key);
  assert.deepEqual(await parseAgentFile("model:\n", "a.yaml"), { ...bare, model: "mistral-large-latest" });
  assert.deepEqual(
    await parseAgentFile("model: m\nlimits:\n  maxSteps:\nparameters: { temperature: }\n", "a.yaml"),
    bare,
  );
  const { tools } = await parseAgentFile(
    "tools:\n  - calculator:\n  - write_file: { root: ., append: }\n",
    "a.yaml",
  );
  assert.deepEqual(tools, [
    { kind: "tool", name: "calculator" },
    { kind: "tool", name: "write_file", config: { root: "." } },
  ]);
});

Deno.test("parseAgentFile() says what tool settings want, in its own words and at their line", async () => {
  await refused(
    "tools:\n  - read_file:\n",
    /x\.yaml:2: tools\[0\]\.read_file\.root is missing\. Try: - read_file: \{ root: \.\/data \}$/,
  );
  await refused("tools:\n  - read_file: { root: }\n", /tools\[0\]\.read_file\.root is missing\. Try: /);
  await refused(
    "tools:\n  - calculator\n  - http_get:\n      timeoutSeconds: 5\n      allow: example.org\n",
    /x\.yaml:5: tools\[1\]\.http_get\.allow must be a list: got "example\.org"\. Try: - http_get: /,
  );
  await refused(
    'tools:\n  - http_get: { allow: ["https://example.org/x"] }\n',
    /x\.yaml:2: tools\[0\]\.http_get\.allow\[0\] must be a host, without https:\/\/ and without a path: got "https/,
  );
  await refused(
    "tools:\n  - run_code: { memoryMb: 1 }\n",
    /tools\[0\]\.run_code\.memoryMb must be a whole number from 16 to \d+: got 1\. Try: /,
  );
  await refused(
    "tools:\n  - calculator: { a: 1 }\n",
    /calculator\.a is not a known setting: this tool has none\./,
  );
  await refused("tools:\n  - agent:\n", /x\.yaml:2: tools\[0\] names no agent\. Try: - agent: writer$/);
  await refused("tools:\n  -\n", /x\.yaml:2: tools\[0\] has no value/);
  await refused(
    "parameters: { seed: 99999999999999999999 }\n",
    /seed is too large: got 99999999999999999999/,
  );
  await refused(
    "retry: { minWaitSeconds: 9, maxWaitSeconds: 1 }\n",
    /minWaitSeconds must not be more than maxWait/,
  );
});

Deno.test("parseAgentFile() calls an agent what its file is called, and says where that is not what is written", async () => {
  const read = async (path: string, yaml: string) => {
    const notes: string[] = [];
    const { name } = await parseAgentFile(
      yaml,
      path,
      {},
      (file) => notes.push(...file.notes.map((it) => it.message)),
    );
    return [name, ...notes];
  };
  assert.deepEqual(await read("agents/a.yaml", "name: a\n"), ["a"]);
  assert.deepEqual(await read("agents/a.yaml", "model: m\nname: b\n"), [
    "a",
    'agents/a.yaml:2: name is "b", but the file\'s name counts: the agent is called "a"',
  ]);
  assert.deepEqual(await read("agents/my agent (1).yml", "model: m\n"), [
    "my-agent-1",
    'agents/my agent (1).yml: its agent is called "my-agent-1": other characters cannot be in a name',
  ]);
});
