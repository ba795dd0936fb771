import assert from "node:assert/strict";
import fc from "fast-check";
import { connect, type Socket } from "node:net";
import { type Run, systemHost } from "../../lib/core/mod.ts";
import { startSimulator } from "../../lib/simulator/mod.ts";
import { sampleEvents } from "../support/sample_run.ts";
import { type Json, rawRequest, TestServer } from "./support.ts";

const post = (path: string, headers: readonly string[], body: string) =>
  [
    `POST ${path} HTTP/1.1`,
    "Host: localhost",
    "Content-Type: application/json",
    "Connection: close",
    ...headers,
    "",
    body,
  ].join("\r\n");

async function isWell(server: TestServer): Promise<void> {
  assert.deepEqual(await server.json("/readyz"), { status: "ok" });
}

Deno.test("bodies and headers that are too large, too deep, no JSON or not announced rightly have their status", async () => {
  await using server = await TestServer.start();
  const { port } = server.server;
  const deep = (n: number) => `{"run_id":"x","metrics":${"[".repeat(n)}${"]".repeat(n)}}`;
  const sized = (body: string) => [`Content-Length: ${new TextEncoder().encode(body).length}`];
  const cases: readonly (readonly [string, number, string])[] = [
    ["header over 16 KB", 431, `GET /runs HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(17_000)}\r\n\r\n`],
    ["body announced too large", 413, post("/eval", ["Content-Length: 999999999"], "{}")],
    [
      "body too large, in chunks",
      413,
      post(
        "/eval",
        ["Transfer-Encoding: chunked"],
        `${(70_000).toString(16)}\r\n${"a".repeat(70_000)}\r\n0\r\n\r\n`,
      ),
    ],
    ["nested 64 deep", 422, post("/eval", sized(deep(63)), deep(63))],
    ["nested deeper", 400, post("/eval", sized(deep(64)), deep(64))],
    ["nested very deep", 400, post("/eval", sized(deep(20_000)), deep(20_000))],
    ["no JSON", 400, post("/eval", ["Content-Length: 4"], "{]}x")],
    ["no UTF-8", 400, post("/eval", ["Content-Length: 2"], "\xff\xfe")],
    ["no body", 400, post("/eval", ["Content-Length: 0"], "")],
    ["two lengths", 400, post("/eval", ["Content-Length: 2", "Content-Length: 3"], "{}")],
    [
      "length and chunks",
      400,
      post("/eval", ["Content-Length: 2", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
    ],
    ["compressed", 415, post("/eval", ["Content-Encoding: gzip", "Content-Length: 2"], "{}")],
    ["no HTTP", 400, "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"],
    ["a NUL in the path", 400, "GET /runs/\0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    [
      "a path above the root",
      404,
      "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ],
  ];
  for (const [what, status, request] of cases) {
    const answer = await rawRequest(port, request);
    assert.equal(answer.status, status, `${what}: ${answer.head}`);
    assert.match(answer.body, /"detail":/, what);
  }
  const typed = await fetch(`${server.url}/eval`, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "text/plain" },
  });
  assert.deepEqual([typed.status, (await typed.json()).detail], [
    415,
    "Content-Type must be application/json",
  ]);
  await isWell(server);
});

Deno.test("names like __proto__ change nothing but the answer", async () => {
  await using server = await TestServer.start();
  const [id] = await server.seed({});
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  for (
    const body of [
      `{"run_id":"${id}","metrics":{"__proto__":1,"ok":1}}`,
      `{"run_id":"${id}","metrics":{"constructor":1,"toString":2,"hasOwnProperty":3}}`,
      `{"run_id":"${id}","metrics":{"__proto__":{"polluted":1}}}`,
      `{"run_id":"${id}","metrics":{"a":1},"constructor":{"prototype":{"polluted":1}}}`,
    ]
  ) {
    const response = await server.post("/eval", body);
    assert.ok([200, 400, 422].includes(response.status), await response.text());
  }
  await (await server.get("/runs?__proto__=x&constructor=y&limit=1")).body?.cancel();
  assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), before);
  assert.equal(({} as Json).polluted, undefined);
  await isWell(server);
});

Deno.test("whatever a body is, it is answered in JSON with a status below 500", async () => {
  await using server = await TestServer.start();
  const [id] = await server.seed({});
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.string({ unit: "binary" }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(
          fc.string(),
          fc.constantFrom("run_id", "metrics", "prompt", "__proto__", "overrides", "agent_id"),
        ),
        tie("value"),
        { maxKeys: 4 },
      ),
    ),
  })).value;
  const body = fc.oneof(
    value.map((it) => JSON.stringify(it) ?? "null"),
    value.map((it) => JSON.stringify({ run_id: id, metrics: it })),
    fc.string({ unit: "binary", maxLength: 200 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("/eval", "/replay", "/run"), body, async (path, text) => {
      const response = await server.post(
        path,
        path === "/run" ? `{"agent_id":"nobody","prompt":${text}}` : text,
      );
      const answer = await response.json();
      assert.ok(response.status < 500, `${response.status} ${JSON.stringify(answer)}`);
      if (response.status !== 200) assert.equal(typeof answer.detail, "string");
    }),
    { numRuns: 100 },
  );
  await isWell(server);
});

/** Opens a connection, sends, and says when the other side has closed it. */
function half(port: number, text: string): { readonly socket: Socket; readonly closed: Promise<string> } {
  const socket = connect(port, "127.0.0.1", () => socket.write(text));
  let said = "";
  socket.setEncoding("utf8");
  socket.on("data", (part: string) => void (said += part));
  socket.on("error", () => {});
  return { socket, closed: new Promise((resolve) => socket.on("close", () => resolve(said))) };
}

Deno.test("connections that send half of something are closed, while others are answered", async () => {
  await using server = await TestServer.start({
    limits: { headersTimeoutMs: 300, requestTimeoutMs: 600, idleTimeoutMs: 900 },
  });
  const { port } = server.server;
  const halves = [
    ...Array.from({ length: 60 }, () => "GET /healthz HTTP/1.1\r\nHost: loc"),
    ...Array.from(
      { length: 20 },
      () =>
        "POST /eval HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
    ),
    ...Array.from({ length: 20 }, () => ""),
  ].map((text) => half(port, text));
  await isWell(server);
  const said = await Promise.all(halves.map((it) => it.closed));
  for (const text of said) assert.match(text, /^(|HTTP\/1\.1 40[08] [^]*"detail"[^]*)$/);
  await isWell(server);
});

Deno.test("a reader of events that does not read holds up nobody and is given up", async () => {
  await using server = await TestServer.start({
    limits: { idleTimeoutMs: 500 },
    paces: { read: { perSecond: 1e6, burst: 1e6 } },
  });
  const big = [...sampleEvents({ rounds: 40, chars: 20_000 })];
  await server.store.write(big);
  const id = big.flatMap((it) => it.type === "run_start" ? [it.run.runId] : [])[0]!;
  const deaf = half(server.server.port, `GET /runs/${id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  deaf.socket.pause();
  const text = await (await server.get(`/runs/${id}/events`)).text();
  assert.match(text, /\nevent: end\n/);
  const readers = async () =>
    Number(/^agentop_http_event_readers (\d+)$/m.exec(await (await server.get("/metrics")).text())![1]);
  while (await readers() > 0);
  deaf.socket.destroy();
  await isWell(server);
});

Deno.test("a caller that goes away cancels its run, and a server that closes lets work end first", async () => {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  const simulator = await startSimulator({
    onRequest: () => onAsked(),
    host: { ...systemHost(), sleep: (_ms, signal) => Promise.race([hold.promise, aborted(signal)]) },
    latencyMs: 1,
  });
  const home = await Deno.makeTempDir();
  try {
    await using server = await TestServer.start({}, {
      home,
      useSimulator: false,
      endpoint: { apiKey: "k", serverUrl: simulator.url },
    });
    const gone = new AbortController();
    const left = fetch(`${server.url}/run`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "Hello" }),
      signal: gone.signal,
    }).catch(() => "left");
    await asked;
    gone.abort();
    assert.equal(await left, "left");
    await until(server, (runs) => runs[0]?.status === "cancelled");

    const second = server.post("/run", { prompt: "Hello again" });
    await until(server, (runs) => runs.length === 2);
    const closed = server.server.close();
    await assert.rejects(fetch(`${server.url}/healthz`));
    hold.resolve();
    const response = await second;
    assert.equal(response.status, 200, await response.text());
    await closed;
  } finally {
    await simulator.close();
    await Deno.remove(home, { recursive: true });
  }
});

/** Resolves once the runs in the store are as they should be. */
async function until(server: TestServer, isSo: (runs: readonly Run[]) => boolean): Promise<void> {
  for (;;) {
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    const stop = server.store.onChange(resolve);
    if (isSo((await server.store.listRuns()).runs)) return stop();
    await changed;
    stop();
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}
