import assert from "node:assert/strict";
import { systemHost } from "../../lib/core/mod.ts";
import { listMistralModels } from "../../lib/providers/mod.ts";
import { type Fault, hang, json, startFaultServer, status } from "../support/fault_server.ts";
import { API_KEY, failureOf } from "./calls.ts";

async function list(fault: Fault, options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  await using server = await startFaultServer(fault);
  const models = await listMistralModels({
    host: systemHost(),
    apiKey: API_KEY,
    serverUrl: server.url,
    ...options,
  });
  return { models, request: server.requests[0]! };
}

Deno.test("listMistralModels() lists ids and aliases", async () => {
  const card = { object: "model", type: "base", capabilities: { completion_chat: true }, deprecation: null };
  const { models, request } = await list(json({
    object: "list",
    data: [
      { ...card, id: "mistral-small-2603", aliases: ["mistral-small-latest"] },
      {
        ...card,
        id: "ft:x",
        type: "fine-tuned",
        root: "open-mistral-7b",
        owned_by: "me",
        archived: false,
        job: "j",
        created: 1,
      },
    ],
  }));
  assert.deepEqual(models, [
    { id: "mistral-small-2603", aliases: ["mistral-small-latest"] },
    { id: "ft:x", aliases: [] },
  ]);
  assert.deepEqual([request.method, request.path, request.headers["authorization"]], [
    "GET",
    "/v1/models",
    `Bearer ${API_KEY}`,
  ]);
});

Deno.test("listMistralModels() understands the shorter lists of local servers", async () => {
  const { models } = await list(
    json({ object: "list", data: [{ id: "llama3.2:latest", object: "model", created: 1 }] }),
  );
  assert.deepEqual(models, [{ id: "llama3.2:latest", aliases: [] }]);
});

Deno.test("listMistralModels() reports failures like chat() does", async () => {
  const error = await failureOf(list(status(401)));
  assert.match(
    error.message,
    /^Cannot call 127\.0\.0\.1:\d+: 401: scripted 401\. Try: check MISTRAL_API_KEY$/,
  );
  assert.equal((await failureOf(list(hang(), { timeoutMs: 50 }))).kind, "timeout");
  assert.equal((await failureOf(list(json([])))).kind, "protocol");
});

Deno.test("listMistralModels() throws the signal's reason when aborted", async () => {
  const controller = new AbortController();
  const fault: Fault = async ({ signal }) => {
    controller.abort(new Error("stop"));
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  };
  await assert.rejects(list(fault, { signal: controller.signal }), /stop/);
});
