import assert from "node:assert/strict";
import { createApiKey } from "../../lib/app/mod.ts";
import { KEY_ROLES, type KeyRole, nowUs } from "../../lib/core/mod.ts";
import { startServer } from "../../lib/server/mod.ts";
import { ROUTES } from "../../lib/server/routes/mod.ts";
import { TestServer } from "./support.ts";

async function keyFor(server: TestServer, role: KeyRole, name: string = role): Promise<string> {
  return (await createApiKey({ store: server.store, host: server.app.host }, name, role)).text;
}

/** Every route of the table as a request that gets as far as its handler or its schema, and no further. */
const REQUESTS = ROUTES.map((route) => ({
  route,
  path: route.path.replace(/\{\w+\}/g, "abcdef01").replace("*", "x"),
  method: route.method === "*" ? "POST" : route.method,
}));

Deno.test("every route × role: a key opens what its role allows, and nothing else", async () => {
  await using server = await TestServer.start({ auth: "on" });
  for (const role of KEY_ROLES) {
    const key = await keyFor(server, role);
    for (const { route, path, method } of REQUESTS) {
      const isEnough = route.role === "none" || KEY_ROLES.indexOf(role) >= KEY_ROLES.indexOf(route.role);
      for (const headers of [{ "x-api-key": key }, { authorization: `Bearer ${key}` }]) {
        const response = await fetch(server.url + path, { method, headers });
        await response.body?.cancel();
        const what = `${role} ${method} ${path}: ${response.status}`;
        if (isEnough) assert.ok(response.status !== 401 && response.status !== 403, what);
        else assert.equal(response.status, 403, what);
      }
    }
  }
});

Deno.test("every route × bad key: the same 401, whatever is wrong with it", async () => {
  const refused = { perSecond: 1, burst: 1e6 };
  await using server = await TestServer.start({ auth: "on", paces: { refused } });
  const good = await keyFor(server, "admin");
  const revoked = await keyFor(server, "admin", "old");
  await server.store.revokeKey("old", nowUs(server.app.host));
  const headersOf = (response: Response) =>
    JSON.stringify([...response.headers].filter(([name]) => name !== "date"));
  const bad: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ["none", {}, ""],
    ["wrong", { "x-api-key": `agop_${"A".repeat(43)}` }, ""],
    ["revoked", { authorization: `Bearer ${revoked}` }, ""],
    ["in the URL", {}, `?api_key=${good}&x-api-key=${good}&access_token=${good}`],
    ["not a bearer", { authorization: `Basic ${btoa(`x:${revoked}`)}` }, ""],
    ["no password", { authorization: `Basic ${btoa(good)}` }, ""],
    ["not even base64", { authorization: `Basic =${good}` }, ""],
    ["two that differ", { "x-api-key": good, authorization: `Bearer ${revoked}` }, ""],
    ["cut", { "x-api-key": good.slice(0, -1) }, ""],
    ["long", { "x-api-key": good + "A".repeat(5000) }, ""],
    ["in a cookie", { cookie: `x-api-key=${good}` }, ""],
  ];
  for (const { route, path, method } of REQUESTS) {
    const answers = new Set<string>();
    for (const [, headers, query] of bad) {
      const response = await fetch(server.url + path + query, { method, headers });
      answers.add(`${response.status} ${headersOf(response)} ${await response.text()}`);
      if (route.role === "none") assert.ok(response.status < 400, `${path}: ${response.status}`);
    }
    if (route.role === "none") continue;
    assert.equal(answers.size, 1, [...answers].join("\n"));
    assert.match([...answers][0]!, /^401 [^]*A key is needed/, path);
  }
});

Deno.test("a key as a password opens the routes of clients that can send it no other way, and no other route", async () => {
  await using server = await TestServer.start({ auth: "on" });
  const key = await keyFor(server, "write");
  const authorization = `Basic ${btoa(`pk-lf-anything:${key}`)}`;
  const opened: string[] = [];
  for (const { path, method } of REQUESTS.filter(({ route }) => route.role !== "none")) {
    const response = await fetch(server.url + path, { method, headers: { authorization } });
    await response.body?.cancel();
    if (response.status !== 401) opened.push(path);
  }
  assert.deepEqual(opened, ["/api/public/otel/v1/traces"]);
});

Deno.test("what is not there is not told without a key", async () => {
  await using server = await TestServer.start({ auth: "on" });
  for (const [method, path] of [["GET", "/nothing"], ["DELETE", "/runs"], ["OPTIONS", "/run"]]) {
    const response = await fetch(server.url + path, { method: method! });
    assert.equal(response.status, 401, `${method} ${path}`);
    await response.body?.cancel();
  }
});

Deno.test("a key is shown once, kept as its SHA-256, and good for nothing once revoked, also for a server at work", async () => {
  await using server = await TestServer.start({ auth: "on" });
  const services = { store: server.store, host: server.app.host };
  const { key, text } = await createApiKey(services, "dashboard", "read");
  assert.match(text, /^agop_[\w-]{43}$/);
  assert.equal(JSON.stringify(await server.store.listKeys()).includes(text.slice(5, 20)), false);
  assert.equal(await server.store.findKey("00".repeat(32)), undefined);
  await assert.rejects(
    createApiKey(services, "dashboard", "write"),
    /Cannot create the key dashboard: there is one/,
  );
  for (const name of ["", "a b", "x".repeat(65), "-x", "a\x1b"]) {
    await assert.rejects(createApiKey(services, name, "read"), /Cannot create the key/);
  }
  const get = () =>
    server.get("/runs", { "x-api-key": text }).then(async (it) => (await it.text(), it.status));
  assert.equal(await get(), 200);
  await server.store.revokeKey(key.keyId, nowUs(server.app.host));
  assert.equal(await get(), 401);
  await assert.rejects(server.store.revokeKey("dashboard", 1), /Cannot revoke dashboard: no key/);
  const again = await createApiKey(services, "dashboard", "write");
  assert.notEqual(again.key.keyId, key.keyId);
  assert.deepEqual((await server.store.listKeys()).map((it) => it.revokedAtUs !== undefined), [true, false]);
});

Deno.test("keys are needed unless this machine alone can connect, and that cannot be switched off", async () => {
  await using server = await TestServer.start();
  assert.equal(server.server.isGuarded, false);
  const start = (options: Parameters<typeof startServer>[1]) => startServer(server.app, options);
  const base = { port: 0, version: "0" };
  for (
    const options of [
      { hostname: "0.0.0.0", auth: "off" },
      { hostname: "::", auth: "off" },
      { hostname: "127.0.0.1", trustedProxies: ["10.0.0.1"], auth: "off" },
    ] as const
  ) {
    await assert.rejects(start({ ...base, ...options }), /Cannot serve without keys/);
  }
  const behindProxy = await start({ ...base, trustedProxies: ["10.0.0.1"] });
  assert.equal(behindProxy.isGuarded, true);
  await behindProxy.close({ graceMs: 0 });
});

Deno.test("who asks too often waits, and nobody else does", async () => {
  await using server = await TestServer.start({
    auth: "on",
    trustedProxies: ["127.0.0.1"],
    paces: { refused: { perSecond: 1e-6, burst: 3 }, read: { perSecond: 1e-6, burst: 5 } },
  });
  const key = await keyFor(server, "read");
  const from = async (address: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await server.get("/runs", { "x-forwarded-for": address, ...headers });
    await response.body?.cancel();
    return response;
  };
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await from("203.0.113.5")).status);
  assert.deepEqual(statuses, [401, 401, 401, 429]);
  const last = await from("203.0.113.5");
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers.get("retry-after")) >= 1);
  assert.equal((await from("203.0.113.6")).status, 401);
  assert.equal((await from("203.0.113.5", { "x-api-key": key })).status, 200, "a good key is no guess");
  // What a client itself says of where it comes from is before what the proxy adds.
  assert.equal((await from("203.0.113.9, 203.0.113.5")).status, 429);
  const more: number[] = [];
  for (let i = 0; i < 5; i++) more.push((await from(`203.0.113.${10 + i}`, { "x-api-key": key })).status);
  assert.deepEqual(more, [200, 200, 200, 200, 429], "a key has its own pace, wherever it is used");
});
