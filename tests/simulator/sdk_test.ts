/** Every kind of answer and of trouble, as the official SDK sees it. */
import assert from "node:assert/strict";
import { MistralCore } from "@mistralai/mistralai/core.js";
import { chatComplete } from "@mistralai/mistralai/funcs/chatComplete.js";
import { chatStream } from "@mistralai/mistralai/funcs/chatStream.js";
import { embeddingsCreate } from "@mistralai/mistralai/funcs/embeddingsCreate.js";
import { fimComplete } from "@mistralai/mistralai/funcs/fimComplete.js";
import { modelsList } from "@mistralai/mistralai/funcs/modelsList.js";
import { modelsRetrieve } from "@mistralai/mistralai/funcs/modelsRetrieve.js";
import { SIM_MODELS, type Simulator, startSimulator } from "../../lib/simulator/mod.ts";

const quiet = { group: () => {}, groupEnd: () => {}, log: () => {} };

async function withClient(use: (client: MistralCore, simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator();
  try {
    const options = {
      apiKey: "any",
      serverURL: simulator.url,
      debugLogger: quiet,
      retryConfig: { strategy: "none" as const },
    };
    await use(new MistralCore(options), simulator);
  } finally {
    await simulator.close();
  }
}

const messages = (content: string) => [{ role: "user" as const, content }];
const tools = [
  {
    type: "function" as const,
    function: {
      name: "calculator",
      parameters: {
        type: "object",
        properties: { expression: { type: "string" } },
        required: ["expression"],
      },
    },
  },
  {
    type: "function" as const,
    function: {
      name: "ping",
      parameters: { type: "object", properties: { count: { type: "integer" } }, required: ["count"] },
    },
  },
];

/** What a stream says, put together. */
async function read(client: MistralCore, request: Parameters<typeof chatStream>[1]) {
  const result = await chatStream(client, request);
  if (!result.ok) throw result.error;
  const seen = {
    text: "",
    thinking: "",
    calls: [] as { id?: string; name: string; args: unknown }[],
    finish: null as string | null,
    usage: undefined as unknown,
    chunks: 0,
  };
  for await (const { data } of result.value) {
    seen.chunks++;
    seen.usage = data.usage ?? seen.usage;
    const choice = data.choices[0]!;
    seen.finish = choice.finishReason ?? seen.finish;
    const content = choice.delta.content;
    if (typeof content === "string") seen.text += content;
    else {
      for (const chunk of content ?? []) {
        if (chunk.type === "thinking") {
          for (const part of chunk.thinking) if (part.type === "text") seen.thinking += part.text;
        }
      }
    }
    for (const call of choice.delta.toolCalls ?? []) {
      seen.calls.push({
        ...(call.id === undefined ? {} : { id: call.id }),
        name: call.function.name,
        args: JSON.parse(call.function.arguments as string),
      });
    }
  }
  return seen;
}

Deno.test("SDK chatComplete reads text, thinking, tool calls and usage", async () => {
  await withClient(async (client) => {
    const complete = async (model: string, content: string) => {
      const result = await chatComplete(client, { model, messages: messages(content), tools });
      if (!result.ok) throw result.error;
      return { choice: result.value.choices[0]!, usage: result.value.usage };
    };
    const text = await complete("sim-echo", "Hello");
    assert.deepEqual([text.choice.message?.content, text.choice.finishReason], ["Hello", "stop"]);
    assert.equal(text.usage.totalTokens, text.usage.promptTokens! + text.usage.completionTokens!);
    const details =
      (text.usage as unknown as { prompt_tokens_details: { cached_tokens: number } }).prompt_tokens_details;
    assert.equal(details.cached_tokens, 0);
    const thought = await complete("sim-think", "Hello");
    assert.deepEqual((thought.choice.message?.content as { type: string }[]).map((chunk) => chunk.type), [
      "thinking",
      "text",
    ]);
    const called = await complete("sim-parallel", "6 * 7 and ping");
    assert.equal(called.choice.finishReason, "tool_calls");
    assert.deepEqual(called.choice.message?.toolCalls?.map((call) => [call.function.name, call.index]), [[
      "calculator",
      0,
    ], ["ping", 1]]);
    assert.ok(called.choice.message?.toolCalls?.every((call) => /^[a-zA-Z0-9]{9}$/.test(call.id!)));
  });
});

Deno.test("SDK chatStream reads text, thinking, tool calls and usage", async () => {
  await withClient(async (client) => {
    const text = await read(client, { model: "sim-echo", messages: messages("Hello there, reader") });
    assert.deepEqual([text.text, text.finish], ["Hello there, reader", "stop"]);
    assert.ok(text.chunks > 4 && text.usage !== undefined);
    const thought = await read(client, { model: "sim-think", messages: messages("Hello") });
    assert.ok(thought.thinking.length > 10);
    assert.equal(thought.text, "I thought about it: Hello");
    const called = await read(client, { model: "sim-parallel", messages: messages("What is 6 * 7?"), tools });
    assert.deepEqual(called.calls.map(({ name, args }) => [name, args]), [["calculator", {
      expression: "6 * 7",
    }], ["ping", { count: 1 }]]);
    assert.deepEqual([called.finish, called.text], ["tool_calls", ""]);
    const long = await read(client, { model: "sim-long", messages: messages("go"), maxTokens: 300 });
    assert.equal(long.finish, "length");
  });
});

Deno.test("SDK round trip of a tool call and its result is accepted", async () => {
  await withClient(async (client) => {
    const first = await chatComplete(client, {
      model: "mistral-small-latest",
      messages: messages("What is 6 * 7?"),
      tools,
    });
    if (!first.ok) throw first.error;
    const message = first.value.choices[0]!.message!;
    const call = message.toolCalls![0]!;
    const second = await chatComplete(client, {
      model: "mistral-small-latest",
      tools,
      messages: [...messages("What is 6 * 7?"), { ...message, role: "assistant" }, {
        role: "tool",
        toolCallId: call.id!,
        name: "calculator",
        content: "42",
      }],
    });
    if (!second.ok) throw second.error;
    assert.equal(second.value.choices[0]!.message?.content, "6 * 7 = 42.");
  });
});

Deno.test("SDK response format, tool choice and other parameters are understood", async () => {
  await withClient(async (client) => {
    const schemaDefinition = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
    const result = await chatComplete(client, {
      model: "mistral-small-latest",
      messages: messages("Judge"),
      responseFormat: {
        type: "json_schema",
        jsonSchema: { name: "verdict", schemaDefinition, strict: true },
      },
      temperature: 0.2,
      topP: 0.9,
      randomSeed: 3,
      safePrompt: true,
      stop: ["never"],
    });
    if (!result.ok) throw result.error;
    assert.deepEqual(JSON.parse(result.value.choices[0]!.message?.content as string), { ok: true });
    const forced = await read(client, {
      model: "mistral-small-latest",
      messages: messages("Hi"),
      tools,
      toolChoice: { type: "function", function: { name: "ping" } },
    });
    assert.deepEqual(forced.calls.map((call) => call.name), ["ping"]);
  });
});

Deno.test("SDK lists models, embeds and completes code", async () => {
  await withClient(async (client) => {
    const list = await modelsList(client);
    if (!list.ok) throw list.error;
    const cards = list.value.data?.filter((model) => model.type === "base") ?? [];
    const small = cards.find((model) => model.id === "mistral-small-latest");
    assert.deepEqual(small?.aliases, ["mistral-small-2603"]);
    assert.equal(small?.capabilities.functionCalling, true);
    assert.ok(SIM_MODELS.every((id) => cards.some((model) => model.id === id)));
    const one = await modelsRetrieve(client, { modelId: "codestral-latest" });
    assert.ok(one.ok && one.value.type === "base" && one.value.capabilities.completionFim);
    const embedded = await embeddingsCreate(client, { model: "mistral-embed", inputs: ["a", "b"] });
    assert.ok(
      embedded.ok && embedded.value.data.length === 2 && embedded.value.data[1]!.embedding!.length === 1024,
    );
    const code = await fimComplete(client, { model: "codestral-latest", prompt: "f(", suffix: ")" });
    assert.ok(code.ok && typeof code.value.choices[0]!.message?.content === "string");
  });
});

Deno.test("SDK sees every fault as the reference notes say", async () => {
  await withClient(async (client) => {
    const errorOf = async (model: string) => {
      const result = await chatComplete(client, { model, messages: messages("x") });
      return result.ok ? undefined : result.error as Error & { statusCode?: number; headers?: Headers };
    };
    for (const status of [401, 429, 500, 503]) {
      assert.equal((await errorOf(`sim-${status}`))?.statusCode, status);
    }
    assert.equal((await errorOf("sim-429-2"))?.headers?.get("retry-after"), "2");
    assert.deepEqual([(await errorOf("sim-422"))?.name, (await errorOf("sim-422"))?.statusCode], [
      "HTTPValidationError",
      422,
    ]);
    await assert.rejects(() => errorOf("sim-badjson").then((error) => Promise.reject(error)), SyntaxError);
    await assert.rejects(() => errorOf("sim-cut").then((error) => Promise.reject(error)), TypeError);
    const request = (model: string) => ({ model, messages: messages("x") });
    await assert.rejects(read(client, request("sim-cut")), TypeError);
    await assert.rejects(read(client, request("sim-badchunk")));
    await assert.rejects(read(client, request("sim-badjson")));
    const ended = await read(client, request("sim-eof"));
    assert.deepEqual([ended.finish, ended.chunks], [null, 3]);
  });
});

Deno.test("SDK call that hangs ends with its signal", async () => {
  await withClient(async (client) => {
    const leaving = new AbortController();
    const silent = chatComplete(client, { model: "sim-hang", messages: messages("x") }, {
      fetchOptions: { signal: leaving.signal },
    });
    leaving.abort();
    const result = await silent;
    assert.ok(!result.ok);
    assert.equal(result.error.name, "RequestAbortedError");
  });
});
