import assert from "node:assert/strict";
import { join } from "node:path";
import { AgentOpError } from "../../lib/core/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { context, fails, server, succeeds, tempFolder, tool } from "./support.ts";

const audio = (bytes: number, headers: Record<string, string> = {}) =>
  new Response(new Uint8Array(bytes).fill(7), { headers: { "content-type": "audio/mpeg", ...headers } });

Deno.test("elevenlabs_speak writes the audio and says what was billed", async () => {
  using folder = tempFolder();
  let body: unknown;
  await using api = server(async (request) => {
    body = await request.json();
    return audio(2_000);
  });
  const speak = tool(
    "elevenlabs_speak",
    { outputDir: "./audio", voice: "voice1", model: "eleven_v3", baseUrl: api.url },
    { baseDir: folder.path, secrets: { ELEVENLABS_API_KEY: "key-1" } },
  );
  const result = await succeeds(speak, { text: "Grüße 👋", path: "a/hello.mp3" });
  assert.equal(result.content, "Wrote 2,000 bytes of speech: a/hello.mp3");
  assert.deepEqual(result.billed, { model: "eleven_v3", quantities: { characters: 7 } });
  assert.equal(Deno.statSync(join(folder.path, "audio/a/hello.mp3")).size, 2_000);
  const [request] = api.requests;
  assert.equal(request!.method, "POST");
  assert.equal(request!.url, `${api.url}/v1/text-to-speech/voice1?output_format=mp3_44100_128`);
  assert.equal(request!.headers.get("xi-api-key"), "key-1");
  assert.deepEqual(body, { text: "Grüße 👋", model_id: "eleven_v3" });
});

Deno.test("elevenlabs_speak takes the credits that the service billed beside the characters", async () => {
  using folder = tempFolder();
  await using api = server(() => audio(1, { "character-cost": "42" }));
  const deps = { baseDir: folder.path, secrets: { ELEVENLABS_API_KEY: "k" } };
  const speak = tool("elevenlabs_speak", { outputDir: ".", baseUrl: api.url }, deps);
  const result = await succeeds(speak, { text: "hi", path: "x.mp3" });
  assert.deepEqual(result.billed?.quantities, { characters: 2, credits: 42 });
});

Deno.test("elevenlabs_speak bills a call whose file cannot be written, and none that was refused", async () => {
  using folder = tempFolder();
  let answer = () => audio(1);
  await using api = server(() => answer());
  const deps = { baseDir: folder.path, secrets: { ELEVENLABS_API_KEY: "k" } };
  const speak = tool("elevenlabs_speak", { outputDir: "./out", baseUrl: api.url }, deps);
  const escaped = await speak.execute({ text: "hello", path: "../x.mp3" }, context());
  assert.match(escaped.content, /must not contain \.\./);
  assert.equal(escaped.billed?.quantities.characters, 5);
  answer = () => new Response("quota exceeded", { status: 401 });
  const refused = await speak.execute({ text: "hello", path: "x.mp3" }, context());
  assert.match(refused.content, /ElevenLabs answered HTTP 401: quota exceeded Try: check the key/);
  assert.equal(refused.billed, undefined);
  answer = () => Response.json({});
  assert.match(await fails(speak, { text: "hello", path: "x.mp3" }), /not audio/);
  assert.match(await fails(speak, { text: "hello", path: "x.exe" }), /must end with \.mp3/);
});

Deno.test("elevenlabs_speak sends the key to no other server", async () => {
  using folder = tempFolder();
  await using other = server(() => audio(1));
  await using api = server(() => Response.redirect(other.url, 307));
  const deps = { baseDir: folder.path, secrets: { ELEVENLABS_API_KEY: "k" } };
  const speak = tool("elevenlabs_speak", { outputDir: ".", baseUrl: api.url }, deps);
  assert.match(await fails(speak, { text: "hello", path: "x.mp3" }), /HTTP 307/);
  assert.equal(other.requests.length, 0);
  for (
    const baseUrl of [
      "https://evil.test",
      "https://elevenlabs.io.evil.test",
      "https://evilelevenlabs.io",
      "http://api.elevenlabs.io",
      "https://x@api.elevenlabs.io",
      "nonsense",
    ]
  ) {
    assert.throws(() => tool("elevenlabs_speak", { outputDir: ".", baseUrl }, deps), AgentOpError, baseUrl);
  }
  tool("elevenlabs_speak", { outputDir: ".", baseUrl: "https://api.eu.residency.elevenlabs.io" }, deps);
});

Deno.test("tools without their key say which variable is missing", async () => {
  const speak = tool("elevenlabs_speak", { outputDir: "." });
  assert.match(await fails(speak, { text: "x", path: "x.mp3" }), /^Skipped: .*ELEVENLABS_API_KEY/);
  assert.match(await fails(tool("wandb_log"), { metrics: { a: 1 } }), /^Skipped: .*WANDB_API_KEY/);
});

Deno.test("hf_list_models asks the hub and prints a line per model", async () => {
  await using hub = server(() =>
    Response.json([
      { id: "mistralai/A", downloads: 12_345, likes: 6, pipeline_tag: "text-generation", private: false },
      { id: "x/\nB" },
    ])
  );
  const list = tool("hf_list_models", null, { secrets: { HF_ENDPOINT: `${hub.url}/`, HF_TOKEN: "hf_1" } });
  const { content } = await succeeds(list, { search: "mistral", author: "mistralai", limit: 5 });
  assert.equal(
    content,
    "mistralai/A\ttext-generation\t12,345 downloads\t6 likes\nx/ B\t-\t0 downloads\t0 likes",
  );
  const url = new URL(hub.requests[0]!.url);
  assert.equal(url.pathname, "/api/models");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    search: "mistral",
    author: "mistralai",
    sort: "downloads",
    direction: "-1",
    limit: "5",
  });
  assert.equal(hub.requests[0]!.headers.get("authorization"), "Bearer hf_1");
});

Deno.test("hf_list_models works without a token and tells strange answers", async () => {
  let answer = (): Response => Response.json([]);
  await using hub = server(() => answer());
  const list = tool("hf_list_models", null, { secrets: { HF_ENDPOINT: hub.url } });
  assert.equal((await succeeds(list, {})).content, "[no model found]");
  assert.equal(hub.requests[0]!.headers.has("authorization"), false);
  answer = () => new Response("<html>");
  assert.match(await fails(list, {}), /not a list of models/);
  answer = () => new Response("slow down", { status: 429 });
  assert.match(await fails(list, {}), /HTTP 429: slow down Try: later/);
  answer = () => new Response(new Uint8Array(9_000_000));
  assert.match(await fails(list, {}), /too large/);
});

/** The two calls of Weights & Biases that the tool makes, with the state they share. */
function wandb() {
  const lines: string[] = [];
  const posts: { path: string; authorization: string | null; body: Record<string, unknown> }[] = [];
  const api = server(async (request) => {
    const path = new URL(request.url).pathname;
    const body = await request.json();
    posts.push({ path, authorization: request.headers.get("authorization"), body });
    if (path === "/graphql") {
      const bucket = {
        id: "1",
        name: body.variables.name,
        historyLineCount: lines.length,
        project: { name: body.variables.project, entity: { name: "team one" } },
      };
      return Response.json({ data: { upsertBucket: { bucket, inserted: lines.length === 0 } } });
    }
    const history = body.files["wandb-history.jsonl"];
    lines.splice(history.offset, Infinity, ...history.content);
    return Response.json({ exitcode: null, limits: {} });
  });
  return { lines, posts, url: api.url, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

Deno.test("wandb_log makes the run and adds one row per call", async () => {
  await using api = wandb();
  const log = tool("wandb_log", undefined, {
    host: fakeHost({ startMs: 1_700_000_000_000 }),
    secrets: { WANDB_API_KEY: "secret", WANDB_PROJECT: "evals", WANDB_BASE_URL: api.url },
  });
  const { content } = await succeeds(log, { metrics: { accuracy: 0.5 } });
  assert.equal(content, "Logged 1 metrics at step 0: team%20one/evals/agentop-0123456789abcdef");
  await succeeds(log, { metrics: { accuracy: 0.75, loss: 1e-3 }, step: 10 });
  assert.deepEqual(api.lines.map((line) => JSON.parse(line)), [
    { accuracy: 0.5, _step: 0, _timestamp: 1_700_000_000 },
    { accuracy: 0.75, loss: 0.001, _step: 10, _timestamp: 1_700_000_000 },
  ]);
  const [upsert, stream] = api.posts;
  assert.equal(upsert!.authorization, `Basic ${btoa("api:secret")}`);
  assert.match(String(upsert!.body.query), /upsertBucket\(input: \{ name: \$name, modelName: \$project/);
  assert.equal(stream!.path, "/files/team%20one/evals/agentop-0123456789abcdef/file_stream");
  assert.equal(stream!.body.complete, true);
  assert.equal(stream!.body.exitcode, 0);
});

Deno.test("wandb_log refuses what is not numbers and tells what the service refused", async () => {
  await using api = server(() => Response.json({ errors: [{ message: "permission denied" }], data: null }));
  const log = tool("wandb_log", { project: "p" }, {
    secrets: { WANDB_API_KEY: "k", WANDB_BASE_URL: api.url },
  });
  assert.match(await fails(log, { metrics: {} }), /at least one metric/);
  assert.match(await fails(log, { metrics: { a: "1" } }), /"metrics.a" must be a number/);
  assert.match(await fails(log, { metrics: { a: 1 } }), /refused the run: permission denied/);
});

Deno.test("service tools stop when aborted", async () => {
  const arrived = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<Response>();
  await using api = server(async () => {
    arrived.resolve();
    return await hold.promise;
  });
  const controller = new AbortController();
  const list = tool("hf_list_models", null, { secrets: { HF_ENDPOINT: api.url } });
  const running = list.execute({}, context({ signal: controller.signal }));
  await arrived.promise;
  controller.abort(new Error("stop"));
  await assert.rejects(running, /stop/);
  hold.resolve(new Response("late"));
});
