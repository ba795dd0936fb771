import assert from "node:assert/strict";
import { AgentOpError } from "../../lib/core/mod.ts";
import { loadScenarios, parseScenarios, type Scenario, startSimulator } from "../../lib/simulator/mod.ts";

import { compileScenario } from "../../lib/simulator/scenario_match.ts";
import { CALCULATOR, playAgent, system, TestSimulator, user } from "./support.ts";

const WEATHER = `name: weather
match: { model: "magistral-*", agent: weather, prompt: "rain|sun", hasTool: get_weather }
steps:
  - think: The user asks about {{prompt | match:rain|sun}}.
    toolCalls:
      - name: get_weather
        arguments: { city: "{{prompt | match:\\\\bin (\\\\w+)}}", days: "{{text:3}}" }
  - text: "It says: {{toolResult | upper}}"
    usage: { promptTokens: 100, completionTokens: 20, cachedTokens: 64 }
    finishReason: model_length
`;

const GET_WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
  },
};

Deno.test("startSimulator() plays a scenario step by step, filling in templates", async () => {
  await using sim = await TestSimulator.start({ scenarios: await parseScenarios(WEATHER, "w.yaml") });
  const messages = [system("A weather agent"), user("Will it rain in Lyon?")];
  const seen: unknown[] = [];
  const request = { model: "magistral-small-latest", messages, tools: [GET_WEATHER] };
  const { answer } = await playAgent(sim, request, (_name, args) => {
    seen.push(args);
    return "dry";
  });
  assert.deepEqual(seen, [{ city: "Lyon", days: 3 }]);
  assert.equal(answer.content, "It says: DRY");
  assert.equal(answer.finish_reason, "model_length");
  assert.deepEqual(answer.usage, {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 64 },
  });
});

Deno.test("compileScenario() takes patterns that look at each character once", () => {
  const hostile = "a".repeat(50_000) + "b";
  const steps = [{ text: "hi" }];
  const matches = (match: Scenario["match"], model = "m") =>
    compileScenario({ name: "slow", steps, ...(match === undefined ? {} : { match }) }).matches(
      { model, tools: [] } as unknown as Parameters<ReturnType<typeof compileScenario>["matches"]>[0],
      { system: hostile, prompt: hostile, firstPrompt: hostile } as Parameters<
        ReturnType<typeof compileScenario>["matches"]
      >[1],
    );
  // Fails by never ending.
  assert.equal(matches({ prompt: "(a+)+c" }), false);
  assert.equal(matches({ agent: "^(a|aa)+$", prompt: "a" }), true, "of the first 8,000 characters");
  assert.equal(matches({ model: "a*".repeat(20) + "c" }, hostile), false);
  assert.equal(matches({ model: "MISTRAL-*-latest" }, "mistral-small-latest"), true);
  assert.throws(() => matches({ prompt: "(?!a)b" }), /without look-around and back-references/);
});

Deno.test("startSimulator() leaves a scenario whose match fails in one point", async () => {
  const told: string[] = [];
  await using sim = await TestSimulator.start({
    scenarios: await parseScenarios(WEATHER, "w.yaml"),
    onRequest: (request) => void told.push(request.answeredBy),
  });
  const fitting = {
    model: "magistral-small-latest",
    messages: [system("weather"), user("sun in Rome?")],
    tools: [GET_WEATHER],
  };
  await sim.ask(fitting);
  await sim.ask({ ...fitting, model: "codestral-latest" });
  await sim.ask({ ...fitting, messages: [system("cooking"), user("sun in Rome?")] });
  await sim.ask({ ...fitting, messages: [system("weather"), user("snow in Rome?")] });
  await sim.ask({ ...fitting, tools: [CALCULATOR] });
  assert.deepEqual(told, ["scenario weather step 1", "rules", "rules", "rules", "rules"]);
});

Deno.test("startSimulator() counts steps over the conversation, or over the turn", async () => {
  const steps = [{ text: "one" }, { text: "two" }];
  const scenarios: Scenario[] = [
    { name: "c", match: { prompt: "^count" }, steps },
    { name: "t", per: "turn", match: { prompt: "^turn" }, steps },
  ];
  await using sim = await TestSimulator.start({ scenarios });
  const talk = async (first: string, second: string) => {
    const messages = [user(first)];
    const one = await sim.ask({ messages });
    messages.push({ role: "assistant", content: one.content }, user(second));
    const two = await sim.ask({ messages });
    messages.push({ role: "assistant", content: two.content }, user(second));
    return [one.content, two.content, (await sim.ask({ messages })).content];
  };
  const [a, b, c] = await talk("count", "anything");
  assert.deepEqual([a, b], ["one", "two"]);
  assert.match(c!, /simulator/i);
  assert.deepEqual(await talk("turn 1", "turn 2"), ["one", "one", "one"]);
});

Deno.test("startSimulator() deals out a step's faults once per conversation, then answers, then starts over", async () => {
  const scenarios: Scenario[] = [{
    name: "f",
    steps: [{ faults: [{ status: 500 }, { status: 503 }], text: "ok" }],
  }];
  await using sim = await TestSimulator.start({ scenarios });
  const statuses = async (content: string, count: number, headers = {}) => {
    const list: number[] = [];
    for (let i = 0; i < count; i++) {
      const response = await sim.post({ model: "mistral-small-latest", messages: [user(content)] }, {
        headers,
      });
      await response.body?.cancel();
      list.push(response.status);
    }
    return list;
  };
  assert.deepEqual(await statuses("a", 1), [500]);
  assert.deepEqual(await statuses("b", 3), [500, 503, 200]);
  assert.deepEqual(await statuses("a", 3), [503, 200, 500]);
  const traced = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
  assert.deepEqual(await statuses("a", 3, traced), [500, 503, 200]);
});

Deno.test("startSimulator() sends arguments that are not JSON when the scenario says so", async () => {
  const scenarios: Scenario[] = [{
    name: "bad",
    steps: [{ toolCalls: [{ name: "no_such_tool", arguments: '{"a": ' }] }],
  }];
  await using sim = await TestSimulator.start({ scenarios });
  const answer = await sim.ask({ messages: [user("x")] });
  assert.deepEqual(answer.tool_calls?.map((call) => call.function), [{
    name: "no_such_tool",
    arguments: '{"a": ',
  }]);
  assert.equal(answer.finish_reason, "tool_calls");
});

Deno.test("startSimulator() refuses a scenario with a bad pattern or template", async () => {
  const bad = (scenario: Scenario) => startSimulator({ scenarios: [scenario] });
  await assert.rejects(
    bad({ name: "p", match: { prompt: "(" }, steps: [{}] }),
    /scenario "p": match\.prompt must be a regular/,
  );
  await assert.rejects(
    bad({ name: "t", steps: [{ text: "{{nope}}" }] }),
    /scenario "t": steps\[0\]\.text has a bad template/,
  );
});

Deno.test("parseScenarios() reads several documents and every kind of fault", async () => {
  const faults = [
    { status: 429, retryAfter: 1 },
    { status: 503, retryAfter: "Wed, 21 Oct 2026 07:28:00 GMT" },
    { hang: true },
    { hangMidStream: 2 },
    { cut: 5 },
    { eof: 1 },
    { badJson: true },
    { badChunk: 0 },
    { dripMs: 20 },
  ];
  const yaml = `name: one\nsteps: [{ text: hi }]\n---\nname: two\nsteps:\n  - faults: ${
    JSON.stringify(faults)
  }\n`;
  const scenarios = await parseScenarios(yaml, "x.yaml");
  assert.deepEqual(scenarios.map((scenario) => scenario.name), ["one", "two"]);
  assert.deepEqual(scenarios[1]?.steps[0]?.faults, faults);
});

Deno.test("parseScenarios() names file, line, field and value of the first mistake", async () => {
  const cases: readonly (readonly [string, string])[] = [
    ["name: a\nsteps:\n  - text: [1]\n", "Cannot load s.yaml:3: steps[0].text must be text: got [1]."],
    [
      "name: a\nsteps:\n  - text: hi\n    latencyMs: -5\n",
      "Cannot load s.yaml:4: steps[0].latencyMs must be at least 0: got -5.",
    ],
    [
      "name: a\nstep: []\nsteps: [{}]\n",
      'Cannot load s.yaml:2: step is not a known key: did you mean "steps"?',
    ],
    [
      "name: a\nsteps:\n  - text: hi\n    faults:\n      - { status: 200 }\n",
      "Cannot load s.yaml:5: steps[0].faults[0].status must be at least 400: got 200.",
    ],
    [
      "name: a\nsteps:\n  - faults:\n      - { cut: 1, eof: 1 }\n",
      'Cannot load s.yaml:4: steps[0].faults[0] must be exactly one of status, hang, hangMidStream, cut, eof, badJson, badChunk, dripMs: got {"cut":1,"eof":1}.',
    ],
    ["name: a\nsteps: []\n", "Cannot load s.yaml:2: steps must not be empty: got []."],
    [
      "name: a\nper: week\nsteps: [{}]\n",
      'Cannot load s.yaml:2: per must be conversation or turn: got "week".',
    ],
    ["\n\nsteps: [{}]\n", "Cannot load s.yaml:3: name is missing."],
    [
      "name: a\nmatch:\n  prompt: '('\nsteps: [{}]\n",
      'Cannot load s.yaml:3: match.prompt must be a regular expression: got "(". Try: RE2, without look-around and back-references',
    ],
    [
      "name: a\nsteps:\n  - toolCalls:\n      - name: t\n        arguments:\n          x: '{{csv.sum}}'\n",
      'Cannot load s.yaml:6: steps[0].toolCalls[0].arguments.x has a bad template: {{csv.sum}}: "csv.sum" needs an argument.',
    ],
    [
      "name: ok\nsteps: [{}]\n---\nname: b\nsteps: 5\n",
      "Cannot load s.yaml:5: steps must be a list: got 5. Try: a list: one entry a line, each after a dash",
    ],
    [
      "just text",
      'Cannot load s.yaml:1: the file must be a map: got "just text". Try: name: hello, and below it steps: [{ text: Hi }]',
    ],
  ];
  for (const [yaml, message] of cases) {
    await assert.rejects(parseScenarios(yaml, "s.yaml"), (error) => {
      assert.ok(error instanceof AgentOpError);
      assert.equal(error.message, message);
      assert.equal(error.exitCode, 2);
      return true;
    });
  }
});

Deno.test("parseScenarios() reports broken YAML by line, and files without a scenario", async () => {
  await assert.rejects(
    parseScenarios("name: a\nsteps: [\n", "s.yaml"),
    /Cannot load s\.yaml:2: \[ opens here and is never closed/,
  );
  await assert.rejects(
    parseScenarios("name: a\nname: b\nsteps: [{}]\n", "s.yaml"),
    /s\.yaml:2: "name" is here twice: first on line 1/,
  );
  await assert.rejects(parseScenarios("# nothing\n", "s.yaml"), /it holds no scenario/);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${
    "bcdefgh".split("").map((k, i) => `${k}: &${k} [${Array(9).fill(`*${"abcdefg"[i]}`).join(",")}]`).join(
      "\n",
    )
  }\n`;
  await assert.rejects(
    parseScenarios(bomb, "s.yaml"),
    /s\.yaml:2: references \(\*name\) to other references make it too large/,
  );
});

Deno.test("loadScenarios() reads files and folders in order, and names what it cannot read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/b.yml`, "name: b\nsteps: [{}]\n");
    await Deno.writeTextFile(`${folder}/a.yaml`, "name: a\nsteps: [{}]\n");
    await Deno.writeTextFile(`${folder}/notes.txt`, "not a scenario");
    const names = (await loadScenarios([`${folder}/b.yml`, `${folder}/`])).map((scenario) => scenario.name);
    assert.deepEqual(names, ["b", "a", "b"]);
    await assert.rejects(
      loadScenarios([`${folder}/none.yaml`]),
      /Cannot load scenarios from .*none\.yaml: .*Try: /,
    );
    await Deno.writeTextFile(`${folder}/big.yaml`, `# ${"x".repeat(1_000_001)}`);
    await assert.rejects(loadScenarios([`${folder}/big.yaml`]), /larger than 1 MB/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
