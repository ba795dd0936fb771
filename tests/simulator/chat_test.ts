import assert from "node:assert/strict";
import fc from "fast-check";
import { complete } from "../../lib/simulator/completion.ts";
import { readChatBody } from "../../lib/simulator/chat_body.ts";
import { countTokens, tokenize } from "../../lib/simulator/tokens.ts";
import { completionBody, completionChunks } from "../../lib/simulator/wire.ts";
import { fakeHost } from "../support/fake_host.ts";
import { CALCULATOR, events, type Json, playAgent, TestSimulator, tool, user } from "./support.ts";

const SIX_TIMES_SEVEN = { messages: [user("What is 6 * 7?")], tools: [CALCULATOR] };

Deno.test("chat gives the same bytes for the same seed and request, other ids for another seed", async () => {
  const requests: readonly Json[] = [
    { model: "mistral-small-latest", messages: [user("Hello")] },
    { model: "mistral-small-latest", messages: [user("Hello")], stream: true },
    { model: "mistral-small-latest", ...SIX_TIMES_SEVEN },
    { model: "mistral-small-latest", ...SIX_TIMES_SEVEN, random_seed: 5 },
    { model: "sim-parallel", ...SIX_TIMES_SEVEN, stream: true },
  ];
  const play = async (seed: number, order: readonly Json[]) => {
    await using sim = await TestSimulator.start({ seed });
    const texts = new Map<Json, string>();
    for (const request of order) texts.set(request, await (await sim.post(request)).text());
    return texts;
  };
  const [first, backwards, other] = await Promise.all([
    play(1, requests),
    play(1, requests.toReversed()),
    play(2, requests),
  ]);
  for (const request of requests) {
    assert.equal(first.get(request), backwards.get(request));
    assert.notEqual(first.get(request), other.get(request));
  }
  assert.notEqual(first.get(requests[2]!), first.get(requests[3]!));
});

Deno.test("chat calls the tool a prompt suggests, then answers with its result", async () => {
  await using sim = await TestSimulator.start();
  const { answer, messages } = await playAgent(sim, SIX_TIMES_SEVEN, (name, args) => {
    assert.deepEqual([name, args], ["calculator", { expression: "6 * 7" }]);
    return "42";
  });
  assert.equal(answer.content, "6 * 7 = 42.");
  const call = (messages[1] as { tool_calls: { id: string }[] }).tool_calls[0]!;
  assert.match(call.id, /^[a-zA-Z0-9]{9}$/);
});

Deno.test("chat explains that it is the simulator and quotes the prompt", async () => {
  await using sim = await TestSimulator.start();
  const answer = await sim.ask({ messages: [user("Tell me a\n story")], tools: [CALCULATOR] });
  assert.match(answer.content, /simulator/);
  assert.match(answer.content, /"Tell me a story"/);
  assert.match(answer.content, /calculator/);
});

Deno.test("chat honours max_tokens, for text and for tool calls", async () => {
  await using sim = await TestSimulator.start();
  for (const max_tokens of [0, 1, 7]) {
    const answer = await sim.ask({ messages: [user("Hello")], max_tokens });
    assert.equal(answer.finish_reason, "length");
    assert.equal(answer.usage.completion_tokens, max_tokens);
    assert.equal(countTokens(answer.content), max_tokens);
  }
  const call = await sim.ask({ ...SIX_TIMES_SEVEN, max_tokens: 2 });
  assert.deepEqual([call.finish_reason, call.tool_calls], ["length", null]);
  const enough = await sim.ask({ messages: [user("Hello")], max_tokens: 500 });
  assert.equal(enough.finish_reason, "stop");
});

Deno.test("chat cuts at the first stop word", async () => {
  await using sim = await TestSimulator.start();
  const messages = [user("alpha beta gamma")];
  const answer = await sim.ask({ model: "sim-echo", messages, stop: ["gamma", " beta"] });
  assert.deepEqual([answer.content, answer.finish_reason], ["alpha", "stop"]);
  assert.equal((await sim.ask({ model: "sim-echo", messages, stop: "zeta" })).content, "alpha beta gamma");
});

Deno.test("chat obeys tool_choice and parallel_tool_calls", async () => {
  await using sim = await TestSimulator.start();
  const other = tool("lookup", {
    word: { type: "string", minLength: 3 },
    count: { type: "integer", minimum: 5 },
  });
  const tools = [CALCULATOR, other];
  const names = async (body: Json) =>
    (await sim.ask({ tools, ...body })).tool_calls?.map((call) => call.function.name) ?? null;
  const sums = { messages: [user("What is 6 * 7?")] };
  const chat = { messages: [user("Hi")] };
  assert.deepEqual(await names(sums), ["calculator"]);
  assert.equal(await names({ ...sums, tool_choice: "none" }), null);
  assert.equal(await names(chat), null);
  assert.deepEqual(await names({ ...chat, tool_choice: "any" }), ["calculator"]);
  assert.deepEqual(await names({ ...chat, tool_choice: "required" }), ["calculator"]);
  const choice = { type: "function", function: { name: "lookup" } };
  assert.deepEqual(await names({ ...sums, tool_choice: choice }), ["lookup"]);
  assert.deepEqual(await names({ ...chat, model: "sim-parallel" }), ["calculator", "lookup"]);
  assert.deepEqual(await names({ ...chat, model: "sim-parallel", parallel_tool_calls: false }), [
    "calculator",
  ]);
  const forced = await sim.ask({ ...chat, tools, tool_choice: choice });
  assert.deepEqual(JSON.parse(forced.tool_calls![0]!.function.arguments), { word: "Hi.", count: 5 });
});

Deno.test("chat with response_format answers with JSON that fits", async () => {
  await using sim = await TestSimulator.start();
  const schema = {
    type: "object",
    properties: {
      title: { type: "string" },
      score: { type: "number", minimum: 0, maximum: 1 },
      tags: { type: "array", items: { enum: ["a", "b"] } },
    },
    required: ["title", "score", "tags"],
    additionalProperties: false,
  };
  const format = { type: "json_schema", json_schema: { name: "x", schema, strict: true } };
  const answer = JSON.parse(
    (await sim.ask({ messages: [user("Rate it")], response_format: format })).content,
  );
  assert.deepEqual(Object.keys(answer), ["title", "score", "tags"]);
  assert.ok(
    answer.score >= 0 && answer.score <= 1 && answer.tags.every((tag: string) => tag === "a" || tag === "b"),
  );
  const object = JSON.parse(
    (await sim.ask({ messages: [user("Rate it")], response_format: { type: "json_object" } })).content,
  );
  assert.equal(object.prompt, "Rate it");
});

Deno.test("chat continues an assistant message with prefix", async () => {
  await using sim = await TestSimulator.start();
  const messages = [user("Write code"), { role: "assistant", content: "```ts\n", prefix: true }];
  const answer = await sim.ask({ messages });
  assert.ok(answer.content.startsWith("```ts\n") && answer.content.length > 10);
});

Deno.test("chat models behave as their name says", async () => {
  await using sim = await TestSimulator.start();
  const tools = [CALCULATOR, tool("ping", { host: { type: "string" } })];
  assert.equal((await sim.ask({ model: "sim-echo", messages: [user("äöü 🙂")] })).content, "äöü 🙂");
  const thought = await sim.ask({ model: "sim-think", messages: [user("x")] }) as unknown as {
    content: { type: string }[];
  };
  assert.deepEqual(thought.content.map((chunk) => chunk.type), ["thinking", "text"]);
  const both = await playAgent(sim, { model: "sim-parallel", messages: [user("go")], tools }, () => "ok");
  assert.deepEqual([both.calls, both.answer.content], [["calculator", "ping"], "All 2 tools have answered."]);
  const args: unknown[] = [];
  const loop = playAgent(
    sim,
    { model: "sim-loop", messages: [user("go")], tools },
    (_name, given) => `${args.push(given)}`,
    5,
  );
  await assert.rejects(
    loop,
    /no answer after 5 calls: calculator, calculator, calculator, calculator, calculator/,
  );
  assert.deepEqual(new Set(args.map((value) => JSON.stringify(value))).size, 1);
  const long = await sim.ask({ model: "sim-long", messages: [user("go")] });
  assert.ok(long.content.length > 100_000);
  assert.equal(
    (await sim.ask({ model: "sim-long", messages: [user("go")], max_tokens: 50 })).finish_reason,
    "length",
  );
});

Deno.test("chat keeps the pace it is asked for, and a step's own pace before it", async () => {
  const host = fakeHost();
  const steps = [{ text: "one two three", latencyMs: 5, tokensPerSecond: 10 }];
  await using sim = await TestSimulator.start({
    host,
    latencyMs: 100,
    tokensPerSecond: 50,
    scenarios: [{ name: "p", match: { prompt: "own" }, steps }],
  });
  const waits = async (body: Json) => {
    host.waits.length = 0;
    await (await sim.post({ model: "sim-echo", ...body })).text();
    return [...host.waits];
  };
  assert.deepEqual(await waits({ messages: [user("a b c")], stream: true }), [100, 20, 20, 20, 20]);
  assert.deepEqual(await waits({ messages: [user("a b c")] }), [100, 60]);
  assert.deepEqual(await waits({ model: "mistral-small-latest", messages: [user("own")], stream: true }), [
    5,
    100,
    100,
    100,
    100,
  ]);
});

Deno.test("chat streams the same answer that it gives whole", () => {
  const word = fc.string({ maxLength: 30 });
  fc.assert(
    fc.property(
      word,
      word,
      fc.option(fc.nat(20)),
      fc.array(fc.tuple(word, word), { maxLength: 2 }),
      (text, think, limit, calls) => {
        const body = readChatBody({
          model: "mistral-small-latest",
          messages: [user("x")],
          ...(limit === null ? {} : { max_tokens: limit }),
        });
        const toolCalls = calls.map(([name, args]) => ({ name, arguments: args }));
        const completion = complete(body, { text, think, toolCalls }, {
          prefix: "",
          seed: 1,
          cachedTokens: 0,
        });
        const whole = (completionBody(completion).choices as Json[])[0] as {
          message: Json;
          finish_reason: string;
        };
        const chunks = [...completionChunks(completion)].map((chunk) =>
          (chunk.choices as { delta: Json; finish_reason: string | null }[])[0]!
        );
        let said = "";
        let thought = "";
        for (const { delta: { content } } of chunks) {
          if (typeof content === "string") said += content;
          else thought += (content as { thinking: { text: string }[] }[])[0]!.thinking[0]!.text;
        }
        const parts = typeof whole.message.content === "string"
          ? ["", whole.message.content]
          : [(whole.message.content as Json[])[0], (whole.message.content as Json[])[1]].map((chunk) =>
            chunk === undefined
              ? ""
              : chunk.type === "text"
              ? chunk.text
              : (chunk.thinking as { text: string }[])[0]!.text
          );
        assert.deepEqual([thought, said], parts);
        assert.deepEqual(chunks.at(-1)!.delta.tool_calls ?? null, whole.message.tool_calls);
        assert.deepEqual(chunks.map((chunk) => chunk.finish_reason), [
          ...Array(chunks.length - 1).fill(null),
          whole.finish_reason,
        ]);
        if (limit !== null) assert.ok(completion.usage.completion_tokens <= limit);
      },
    ),
  );
});

Deno.test("tokenize() loses nothing, counts at least the words, and about four characters each in prose", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
    const tokens = tokenize(text);
    assert.equal(tokens.join(""), text);
    assert.equal(countTokens(text), tokens.length);
    assert.ok(tokens.length >= (text.match(/\S+/g)?.length ?? 0));
  }));
  const prose =
    "A retry that comes at once meets the same trouble, so it should wait. Each wait is longer than the last.";
  assert.ok(prose.length / countTokens(prose) > 3 && prose.length / countTokens(prose) < 5);
});

Deno.test("chat survives any JSON body: an answer or an error, never a crash", async () => {
  await using sim = await TestSimulator.start();
  const field = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant([user("x")]), fc.constant("m"));
  const keys = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "stop",
    "max_tokens",
    "stream",
    "response_format",
    "random_seed",
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.record(Object.fromEntries(keys.map((key) => [key, field])), { requiredKeys: [] }),
      async (body) => {
        const response = await sim.post(body as Json);
        await response.text();
        assert.ok(
          [200, 400, 422].includes(response.status),
          `${response.status} for ${JSON.stringify(body)}`,
        );
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("chat streams end with finish reason, usage and [DONE]", async () => {
  await using sim = await TestSimulator.start();
  const list = events(
    await (await sim.post({ model: "mistral-small-latest", messages: [user("Hi")], stream: true })).text(),
  );
  const last = list.at(-2) as { choices: { finish_reason: string }[]; usage: Json };
  assert.equal(list.at(-1), "[DONE]");
  assert.equal(last.choices[0]!.finish_reason, "stop");
  assert.ok(Number(last.usage.total_tokens) > 0);
});
