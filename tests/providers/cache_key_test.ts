import assert from "node:assert/strict";
import { ATTR, type EndpointNote, type EndpointNotes, type SpanEnd, systemHost } from "../../lib/core/mod.ts";
import { createMistralProvider, createResilientProvider } from "../../lib/providers/mod.ts";
import { chunk, type Fault, finish, json, sse, startFaultServer } from "../support/fault_server.ts";
import { API_KEY, chatRequest, mistralOn, recordingContext } from "./calls.ts";

const ANSWER = sse(chunk({ role: "assistant", content: "Hello" }), finish());
const KEYED = chatRequest({ promptCacheKey: "agentop-0123" });

const REFUSALS: readonly (readonly [string, Fault])[] = [
  [
    "as FastAPI does",
    json(
      { detail: [{ type: "extra_forbidden", loc: ["body", "prompt_cache_key"], msg: "Extra inputs" }] },
      422,
    ),
  ],
  ["in words", json({ error: { message: "Unrecognized request argument supplied: prompt_cache_key" } }, 400)],
];

/** What several processes share. */
function sharedNotes(): EndpointNotes & { readonly saved: EndpointNote[] } {
  const saved: EndpointNote[] = [];
  return {
    saved,
    saveEndpointNote: (note) => Promise.resolve(void saved.unshift(note)),
    endpointNotes: () => Promise.resolve(saved),
  };
}

function keysSent(server: { readonly requests: readonly { readonly body: string }[] }): unknown[] {
  return server.requests.map(({ body }) => JSON.parse(body).prompt_cache_key);
}

Deno.test("chat() sends the cache key to servers of Mistral's dialect; to others only one that was named", async () => {
  await using server = await startFaultServer(ANSWER);
  const named = chatRequest({ promptCacheKey: "mine", parameters: { promptCacheKey: "mine" } });
  await mistralOn(server).chat(KEYED, recordingContext());
  await mistralOn(server, { dialect: "openai" }).chat(KEYED, recordingContext());
  await mistralOn(server, { dialect: "openai" }).chat(named, recordingContext());
  assert.deepEqual(keysSent(server), ["agentop-0123", undefined, "mine"]);
});

for (const [how, refusal] of REFUSALS) {
  Deno.test(`a server that refuses the cache key ${how} is sent the call again without it, and spared it from then on`, async () => {
    await using server = await startFaultServer(refusal, ANSWER);
    const host = systemHost();
    const notes = sharedNotes();
    const open = () =>
      createResilientProvider(
        createMistralProvider({ host, apiKey: API_KEY, serverUrl: server.url, notes }),
        { host, policy: { maxAttempts: 1, minWaitMs: 60_000 } },
      );
    const provider = open();
    const context = recordingContext();
    const response = await provider.chat(KEYED, context);
    assert.equal(response.finishReason, "stop");
    const ends = context.events.filter((it) => it.type === "span_end") as readonly SpanEnd[];
    assert.deepEqual(
      ends.map(({ attributes = {} }) => [attributes[ATTR.attemptOutcome], attributes[ATTR.statusCode]]),
      [["retry", how === "in words" ? 400 : 422], ["ok", 200]],
    );
    assert.match(ends[0]!.errorMessage!, /it is sent again without prompt_cache_key/);
    assert.equal(ends[0]!.attributes![ATTR.retryDelayMs], 0);
    await provider.chat(KEYED, recordingContext());
    await open().chat(KEYED, recordingContext()); // as another process would
    assert.deepEqual(keysSent(server), ["agentop-0123", undefined, undefined, undefined]);
    assert.equal(notes.saved.length, 1);
    assert.equal(JSON.stringify(notes.saved).includes(API_KEY), false);
  });
}

Deno.test("another 422 is not taken for a refusal of the key, and a refusal without a key ends the call", async () => {
  const other = json({ detail: [{ loc: ["body", "temperature"], msg: "too hot" }] }, 422);
  const blind = json({ detail: [{ loc: ["body", "prompt_cache_key"], msg: "no" }] }, 422);
  await using server = await startFaultServer(other, blind, ANSWER);
  const host = systemHost();
  const provider = createResilientProvider(mistralOn(server), { host });
  await assert.rejects(provider.chat(KEYED, recordingContext()), /422: temperature: too hot/);
  await assert.rejects(provider.chat(chatRequest(), recordingContext()), /422: prompt_cache_key: no/);
  assert.equal(server.requests.length, 2);
});
