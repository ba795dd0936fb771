/** What Mistral's API refuses, the simulator refuses: compared with Mistral's own validators where Python is there. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ApiError } from "../../lib/simulator/api_error.ts";
import { readChatBody } from "../../lib/simulator/chat_body.ts";
import { checkConversation, checkToolName } from "../../lib/simulator/conversation_rules.ts";
import { installValidators, objections, PYTHON } from "./mistral_common.ts";
import { CALCULATOR, type Json, system, TestSimulator, tool, user } from "./support.ts";

const MODEL = "mistral-small-latest";
const THINKER = "magistral-small-latest";
const THOUGHT = { type: "thinking", thinking: [{ type: "text", text: "hm" }] };
const calling = (...ids: readonly string[]): Json => ({
  role: "assistant",
  content: "",
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "calculator", arguments: "{}" } })),
});
const result = (id: string): Json => ({ role: "tool", tool_call_id: id, name: "calculator", content: "1" });
const says = (content: unknown): Json => ({ role: "assistant", content });

Deno.test("the simulator refuses with 400 what the API refuses of a conversation, with its code", async () => {
  await using sim = await TestSimulator.start();
  const image = { type: "image_url", image_url: "https://example.org/x.png" };
  const named = (name: string, args = "{}"): Json => ({
    role: "assistant",
    tool_calls: [{ id: "abcDEF123", function: { name, arguments: args } }],
  });
  const cases: readonly (readonly [string, Json, string])[] = [
    ["a call without its result", { messages: [user("x"), calling("abcDEF123"), user("y")] }, "3230"],
    ["a result of no call", { messages: [user("x"), result("abcDEF123")] }, "3230"],
    ["a result before all", { messages: [result("abcDEF123"), user("x")] }, "3230"],
    ["another's result", { messages: [user("x"), calling("abcDEF123"), result("abcDEF124")] }, "3230"],
    ["a result twice", {
      messages: [user("x"), calling("abcDEF123"), result("abcDEF123"), result("abcDEF123")],
    }, "3230"],
    ["one id for two calls", { messages: [user("x"), calling("abcDEF123", "abcDEF123")] }, "3230"],
    ["instructions after an answer", {
      messages: [user("x"), says("y"), system("z"), user("x")],
    }, "3230"],
    ["the last word to the model", { messages: [user("x"), says("y")] }, "3230"],
    ["an id of six", { messages: [user("x"), calling("call_1"), result("call_1")] }, "3280"],
    ["a name with a dot", { messages: [user("x"), named("functions.calc"), result("abcDEF123")] }, "3280"],
    ["a name of nothing", { messages: [user("x"), named(""), result("abcDEF123")] }, "3280"],
    ["a name of 65", { messages: [user("x"), named("n".repeat(65)), result("abcDEF123")] }, "3280"],
    ["arguments cut off", { messages: [user("x"), named("f", '{"a":'), result("abcDEF123")] }, "3280"],
    ["arguments in a list", { messages: [user("x"), named("f", "[1]"), result("abcDEF123")] }, "3280"],
    ["a tool's name", { messages: [user("x")], tools: [tool("get weather", {})] }, "3280"],
    ["an empty answer", { messages: [user("x"), says(""), user("y")] }, "3240"],
    ["a prefix in the middle", { messages: [user("x"), { ...says("y"), prefix: true }, user("z")] }, "3240"],
    ["reasoning to a plain model", {
      messages: [user("x"), says([THOUGHT, { type: "text", text: "y" }]), user("z")],
    }, "3051"],
    ["an effort to a plain model", { ...plain("ministral-8b-latest"), reasoning_effort: "high" }, "3051"],
    ["a reasoning prompt to a plain model", { ...plain(MODEL), prompt_mode: "reasoning" }, "3051"],
    ["an image to a text model", {
      model: "codestral-latest",
      messages: [{ role: "user", content: [image] }],
    }, "3051"],
    ["an image from the model", { messages: [user("x"), says([image]), user("y")] }, "3051"],
    ["a model that is not there", plain("mistral-smal-latest"), "1500"],
    ["a model that does not chat", plain("mistral-embed"), "1500"],
  ];
  const embedding = await sim.request("POST", "/v1/embeddings", { model: "mistral-embod", input: "x" });
  assert.deepEqual([embedding.status, (await embedding.json()).code], [400, "1500"]);
  for (const [what, body, code] of cases) {
    const response = await sim.post({ model: MODEL, ...body });
    const answer = await response.json();
    assert.deepEqual([response.status, answer.object, answer.code], [400, "error", code], what);
  }
});

Deno.test("the simulator refuses with 422 fields that the API does not know", async () => {
  await using sim = await TestSimulator.start();
  const good = { model: MODEL, messages: [user("x")] };
  const cases: readonly (readonly [Json, readonly (string | number)[]])[] = [
    [{ ...good, seed: 1 }, ["seed"]],
    [{ ...good, stream_options: { include_usage: true } }, ["stream_options"]],
    [{ ...good, messages: [{ ...user("x"), name: "n" }] }, ["messages", 0, "user", "name"]],
    [{ ...good, messages: [user("x"), { ...says("y"), reasoning_content: "z" }, user("w")] }, [
      "messages",
      1,
      "assistant",
      "reasoning_content",
    ]],
    [{ ...good, messages: [{ role: "user", content: [{ type: "text", text: "x", cache: 1 }] }] }, [
      "messages",
      0,
      "user",
      "content",
      0,
      "cache",
    ]],
    [{ ...good, messages: [{ role: "user" }] }, ["messages", 0, "user", "content"]],
    [{ ...good, tools: [{ ...CALCULATOR, strict: true }] }, ["tools", 0, "strict"]],
    [{ ...good, response_format: { type: "text", schema: {} } }, ["response_format", "schema"]],
  ];
  for (const [body, loc] of cases) {
    const response = await sim.post(body);
    const { detail } = await response.json();
    assert.equal(response.status, 422, JSON.stringify(loc));
    assert.deepEqual(detail[0].loc, ["body", ...loc]);
  }
});

Deno.test("the simulator takes reasoning where the model reasons, and models that a scenario names", async () => {
  const named = { name: "own", match: { model: "my-own" }, steps: [{ text: "mine" }] };
  await using sim = await TestSimulator.start({ scenarios: [named] });
  const thinking = [user("x"), says([THOUGHT, { type: "text", text: "y" }]), user("z")];
  const bodies: readonly Json[] = [
    { model: THINKER, messages: thinking },
    { model: THINKER, messages: [user("x"), says([THOUGHT]), user("z")] },
    { model: MODEL, reasoning_effort: "high", messages: thinking },
    { model: "sim-think", messages: thinking },
    plain("my-own"),
    plain("codestral-latest@sim-echo"),
  ];
  for (const body of bodies) {
    const response = await sim.post(body);
    assert.equal(response.status, 200, await response.text());
  }
});

Deno.test("a lenient simulator takes unknown fields and models, any order, ids and names", async () => {
  await using sim = await TestSimulator.start({ lenient: true });
  const response = await sim.post({
    model: "anything",
    seed: 1,
    messages: [result("call_1"), { ...says(""), reasoning: "z" }, system("late"), calling("call_2")],
    tools: [tool("get weather", {})],
  });
  assert.equal(response.status, 200, await response.text());
});

/** Conversations as agents have them, most with a mistake or two. */
const CONVERSATIONS: fc.Arbitrary<readonly Json[]> = fc.tuple(
  wellFormed(),
  fc.array(mistake(), { maxLength: 2 }),
)
  .map(([messages, mistakes]) =>
    mistakes.reduce((list, change) => list.length > 0 ? change(list) : list, messages)
  )
  .filter((messages) => messages.length > 0);

function wellFormed(): fc.Arbitrary<readonly Json[]> {
  const content = fc.constantFrom<unknown>("words", [{ type: "text", text: "words" }]);
  const answer = fc.constantFrom<unknown>("words", [THOUGHT, { type: "text", text: "words" }], [THOUGHT]);
  const asking = content.map((it): Json => ({ role: "user", content: it }));
  const ids = fc.uniqueArray(fc.constantFrom("abcDEF123", "000000001", "zzzzzzzzz"), { minLength: 1 });
  const round = fc.tuple(ids, fc.boolean()).map(([list, backwards]): readonly Json[] => [
    calling(...list),
    ...(backwards ? list.toReversed() : list).map(result),
  ]);
  const turn = fc.tuple(asking, fc.array(round, { maxLength: 2 }), answer)
    .map(([first, rounds, last]) => [first, ...rounds.flat(), says(last)]);
  const ending = fc.oneof(
    asking.map((it) => [it]),
    fc.tuple(asking, round).map(([first, rest]) => [first, ...rest]),
    asking.map((it) => [it, { ...says("begun"), prefix: true }]),
  );
  return fc.tuple(fc.boolean(), fc.array(turn, { maxLength: 2 }), ending)
    .map(([told, turns, end]) => [...(told ? [system("be kind")] : []), ...turns.flat(), ...end]);
}

type Change = (messages: readonly Json[]) => readonly Json[];

function mistake(): fc.Arbitrary<Change> {
  const other = fc.constantFrom<Json>(
    system("more"),
    user("more"),
    says("more"),
    result("abcDEF123"),
    calling("abcDEF123"),
  );
  const change = fc.constantFrom<Json>(
    { tool_call_id: "call_1" },
    { tool_call_id: "abcDEF123" },
    { tool_call_id: null },
    { name: "functions.calculator" },
    { name: "ok-name_1" },
    { prefix: true },
    { prefix: false },
    { content: null },
    { content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] },
    { content: [THOUGHT] },
    { tool_calls: [{ id: "toolong1234", function: { name: "f", arguments: "{}" } }] },
    { tool_calls: [{ id: "abcDEF123", function: { name: "bad name", arguments: "{}" } }] },
    { tool_calls: [{ function: { name: "f", arguments: "{}" } }] },
    { surprise: 1 },
    { role: "robot" },
    { role: "tool" },
    { role: "user" },
  );
  const at = fc.nat(11);
  return fc.oneof<fc.Arbitrary<Change>[]>(
    at.map((i) => (list) => list.toSpliced(i % list.length, 1)),
    at.map((i) => (list) => list.toSpliced(i % list.length, 0, list[i % list.length]!)),
    fc.tuple(at, other).map(([i, message]) => (list) => list.toSpliced(i % (list.length + 1), 0, message)),
    fc.tuple(at, change).map(([i, fields]) => (list) =>
      list.with(i % list.length, { ...list[i % list.length], ...fields })
    ),
    at.map((i) => (list) => list.slice(0, 1 + i)),
  );
}

Deno.test({
  name: "the simulator's rules are those of Mistral's own validators",
  ignore: PYTHON === undefined,
  fn: async (t) => {
    const installed = await installValidators();
    const reason = "reason" in installed ? installed.reason : undefined;
    if (reason !== undefined) console.log(`not compared: mistral-common cannot be installed: ${reason}`);
    await t.step({
      name: "both refuse and accept the same conversations",
      ignore: reason !== undefined,
      fn: async () => {
        if ("reason" in installed) return;
        const tools = fc.constantFrom("calculator", "get weather", "a".repeat(64), "a".repeat(65), "ü", "");
        const sampled = fc.sample(fc.tuple(CONVERSATIONS, tools), { seed: 20261128, numRuns: 3000 });
        const requests = sampled.map(([messages, name]) => ({
          model: THINKER,
          messages,
          tools: [tool(name, {})],
        })).filter(isCovered);
        const verdicts = await objections(installed.folder, requests.map(asTheirs));
        const counts = { taken: 0, refused: 0 };
        for (const [i, request] of requests.entries()) {
          const own = refusal(request);
          assert.equal(
            own === undefined,
            verdicts[i] === null,
            [
              JSON.stringify(request.messages),
              `ours: ${own ?? "taken"}`,
              `theirs: ${verdicts[i] ?? "taken"}`,
            ].join("\n"),
          );
          counts[own === undefined ? "taken" : "refused"]++;
        }
        assert.ok(counts.taken > 200 && counts.refused > 500, JSON.stringify(counts));
      },
    });
  },
});

/** Two rules go beyond the validators: an answer says something, and no result comes before all calls. */
function isCovered({ messages }: { readonly messages: readonly Json[] }): boolean {
  const saysNothing = messages.some(({ role, content, tool_calls: calls }) =>
    role === "assistant" && !content && !calls
  );
  return !saysNothing && messages[0]!.role !== "tool";
}

/** What the package and the API write differently: it has reasoning as text, and no index of calls. */
function asTheirs(request: { readonly messages: readonly Json[] }): Json {
  const messages = request.messages.map((message) => ({
    ...message,
    ...(Array.isArray(message.content)
      ? { content: message.content.map((part) => part === THOUGHT ? { ...part, thinking: "hm" } : part) }
      : {}),
  }));
  return { ...request, messages };
}

function refusal(request: Json): string | undefined {
  try {
    const body = readChatBody(request);
    for (const { name } of body.tools) checkToolName(name);
    checkConversation(body.messages);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return JSON.stringify(error.body);
  }
}

function plain(model: string): Json {
  return { model, messages: [user("x")] };
}
