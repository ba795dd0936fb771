import assert from "node:assert/strict";
import { parseAllowedHost } from "../../lib/tools/network_guard.ts";
import { context, fails, server, succeeds, tool } from "./support.ts";

const text = (body: BodyInit, init: ResponseInit = {}) =>
  new Response(body, { headers: { "content-type": "text/plain" }, ...init });

/** What a name that resolves nowhere public must never reach. */
const never = () => Promise.reject(new Error("must not be resolved"));

Deno.test("http_get gets text from an allowed host and port", async () => {
  await using web = server(() => Response.json({ ok: true }));
  const get = tool("http_get", { allow: [`127.0.0.1:${web.port}`] });
  const result = await succeeds(get, { url: `${web.url}/a?b=c#d` });
  assert.equal(result.content, 'HTTP 200 application/json\n\n{"ok":true}');
  assert.equal(new URL(web.requests[0]!.url).search, "?b=c");
  assert.deepEqual(result.attributes, { "http.response.status_code": 200 });
});

Deno.test("http_get sends no cookies, credentials or identity", async () => {
  await using web = server(() =>
    text("x", { headers: { "set-cookie": "a=b", "content-type": "text/plain" } })
  );
  const get = tool("http_get", { allow: [`localhost:${web.port}`] });
  for (let i = 0; i < 2; i++) await succeeds(get, { url: `http://localhost:${web.port}/` });
  for (const { headers } of web.requests) {
    assert.deepEqual([...headers.keys()].sort().filter((name) => name !== "connection"), [
      "accept",
      "accept-encoding",
      "host",
      "user-agent",
    ]);
  }
  assert.match(await fails(get, { url: `http://user:pass@localhost:${web.port}/` }), /user name or password/);
});

Deno.test("http_get connects to the address it checked, under the name that was asked", async () => {
  await using web = server(() => text("pinned"));
  let answers = [["127.0.0.1"], ["10.0.0.1"]];
  const resolveHost = () => Promise.resolve(answers.shift() ?? assert.fail("resolved twice"));
  const get = tool("http_get", { allow: [`rebind.example:${web.port}`] }, { resolveHost });
  assert.match((await succeeds(get, { url: `http://rebind.example:${web.port}/` })).content, /pinned$/);
  assert.equal(web.requests[0]!.headers.get("host"), `rebind.example:${web.port}`);
  assert.equal(answers.length, 1, "one resolution per request");
  answers = [];
});

const PRIVATE: readonly string[] = [
  ...["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"],
  ...[
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
  ],
  ...[
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
  ],
  ...[
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fec0::1",
  ],
  ...["ff02::1", "5f00::1", "3fff::1", "not an address"],
];
for (const address of PRIVATE) {
  Deno.test(`http_get refuses a name that resolves to ${address}`, async () => {
    for (const answers of [[address], ["93.184.216.34", address]]) {
      const get = tool("http_get", { allow: ["api.example.org", "*.example.org:8080"] }, {
        resolveHost: () => Promise.resolve(answers),
      });
      const message = /is a [\w]+ address, which is inside this network|has a strange address/;
      assert.match(await fails(get, { url: "https://api.example.org/" }), message);
      assert.match(await fails(get, { url: "http://x.example.org:8080/" }), message);
    }
  });
}

const SPELLINGS: readonly string[] = [
  ...["http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/"],
  ...[
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://localhost/",
    "http://LOCALHOST./",
  ],
  ...["http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"],
  ...[
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://169.254.169.254/",
  ],
  ...["http://2852039166/", "http://api.example.org@127.0.0.1/", "http://127.0.0.1#@api.example.org/"],
  ...["http://127.0.0.1\\@api.example.org/", "http://api.example.org.evil.test/", "http://evilexample.org/"],
  ...[
    "http://example.org/",
    "http://api.example.org:8080/",
    "https://api.example.org:444/",
    "http://api.example.org%00.evil/",
  ],
  ...[
    "file:///etc/passwd",
    "ftp://api.example.org/",
    "data:text/plain,x",
    "javascript:1",
    "gopher://127.0.0.1/",
    "//x",
    "x",
  ],
];
for (const url of SPELLINGS) {
  Deno.test(`http_get connects nowhere for ${url}`, async () => {
    const get = tool("http_get", { allow: ["api.example.org", "*.sub.example.org"] }, { resolveHost: never });
    assert.match(await fails(get, { url }), /^Cannot get the URL: /);
  });
}

Deno.test("http_get refuses private addresses that are allowed without a port", async () => {
  const get = tool("http_get", { allow: ["127.0.0.1", "localhost", "[::1]"] });
  for (const url of ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/"]) {
    assert.match(await fails(get, { url }), /is a loopback address/);
  }
});

Deno.test("http_get follows redirects only where it may go", async () => {
  await using inner = server(() => text("SECRET"));
  await using web = server((request) => {
    const to = new URL(request.url).searchParams.get("to");
    return to === null ? text("arrived") : new Response(null, { status: 302, headers: { location: to } });
  });
  const get = tool("http_get", { allow: [`127.0.0.1:${web.port}`, "api.example.org"] }, {
    resolveHost: () => Promise.resolve(["127.0.0.1"]),
  });
  const go = (to: string) => ({ url: `${web.url}/?to=${encodeURIComponent(to)}` });
  assert.match((await succeeds(get, go("/end"))).content, /arrived$/);
  assert.match(await fails(get, go(`${inner.url}/`)), /not in the allow list/);
  assert.match(await fails(get, go("http://api.example.org/")), /loopback address/);
  assert.match(await fails(get, go("file:///etc/passwd")), /only http and https/);
  assert.match(await fails(get, go("http://[")), /not an absolute URL/);
  assert.equal(inner.requests.length, 0);
});

Deno.test("http_get gives up after five redirects", async () => {
  await using web = server(() => new Response(null, { status: 307, headers: { location: "/again" } }));
  const get = tool("http_get", { allow: [`127.0.0.1:${web.port}`] });
  assert.match(await fails(get, { url: web.url }), /more than 5 redirects/);
  assert.equal(web.requests.length, 6);
});

Deno.test("http_get stops reading an endless body", async () => {
  let sent = 0;
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(120));
      },
    });
  await using web = server(() => text(body()));
  const get = tool("http_get", { allow: [`127.0.0.1:${web.port}`] });
  const result = await succeeds(get, { url: web.url }, context({ maxOutputBytes: 5_000 }));
  assert.ok(new TextEncoder().encode(result.content).length <= 5_000);
  assert.match(result.content, /x\n\[\.\.\. [\d,]+ bytes cut\]$/);
  assert.ok(result.truncatedBytes! > 0);
  assert.ok(sent < 50_000_000, "the connection was closed");
});

Deno.test("http_get counts what it left of a long body", async () => {
  await using web = server(() =>
    text("y".repeat(100_000), { headers: { "content-type": "text/plain", "content-length": "100000" } })
  );
  const get = tool("http_get", { allow: [`127.0.0.1:${web.port}`] });
  const result = await succeeds(get, { url: web.url }, context({ maxOutputBytes: 1_000 }));
  assert.match(result.content, /\[\.\.\. 99,\d{3} bytes cut\]$/);
});

Deno.test("http_get tells failures as failures", async () => {
  await using web = server((request) => {
    switch (new URL(request.url).pathname) {
      case "/404":
        return text("no such page", { status: 404 });
      case "/png":
        return new Response(new Uint8Array([1, 2]), { headers: { "content-type": "image/png" } });
      case "/gzip":
        return new Response(new Uint8Array([31, 139]), {
          headers: { "content-type": "text/plain", "content-encoding": "gzip" },
        });
      default:
        return new Response("caf\xe9".split("").map((c) => c).join(""), {
          headers: { "content-type": "text/html; charset=nonsense" },
        });
    }
  });
  const get = tool("http_get", { allow: [`127.0.0.1:${web.port}`, "127.0.0.1:1"] });
  assert.match(await fails(get, { url: `${web.url}/404` }), /^HTTP 404 text\/plain\n\nno such page$/);
  assert.match(await fails(get, { url: `${web.url}/png` }), /the answer is "image\/png", not text/);
  assert.match(await fails(get, { url: `${web.url}/gzip` }), /compressed the answer unasked/);
  assert.match((await succeeds(get, { url: `${web.url}/` })).content, /café$/);
  assert.match(await fails(get, { url: "http://127.0.0.1:1/" }), /the server refused the connection/);
});

Deno.test("http_get says so when the name has no address", async () => {
  const get = tool("http_get", { allow: ["api.example.org"] }, {
    resolveHost: () => Promise.reject(new Error("ENOTFOUND")),
  });
  assert.match(await fails(get, { url: "https://api.example.org/" }), /"api.example.org" has no address/);
});

Deno.test("http_get stops when aborted, before the answer and within it", async () => {
  const arrived = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<Response>();
  await using web = server(async (request) => {
    if (request.url.endsWith("/never")) {
      arrived.resolve();
      return await hold.promise;
    }
    return text(
      new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("first")) }),
    );
  });
  const get = tool("http_get", { allow: [`127.0.0.1:${web.port}`] });
  const controller = new AbortController();
  const reason = new Error("stop");
  const waiting = get.execute({ url: `${web.url}/never` }, context({ signal: controller.signal }));
  await arrived.promise;
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  hold.resolve(text("late"));

  const timed = tool("http_get", { allow: [`127.0.0.1:${web.port}`], timeoutSeconds: 0.2 });
  assert.match(await fails(timed, { url: `${web.url}/drip` }), /no answer within 0.2 s/);
});

Deno.test("http_get stops waiting for a resolver that hangs", async () => {
  const controller = new AbortController();
  const get = tool("http_get", { allow: ["api.example.org"] }, {
    resolveHost: () => {
      controller.abort(new Error("stop"));
      return new Promise(() => {});
    },
  });
  await assert.rejects(
    get.execute({ url: "https://api.example.org/" }, context({ signal: controller.signal })),
    /stop/,
  );
});

Deno.test("parseAllowedHost() reads hosts and suffixes in one spelling", () => {
  assert.deepEqual(parseAllowedHost("API.Example.org"), {
    name: "api.example.org",
    isSuffix: false,
    port: undefined,
  });
  assert.deepEqual(parseAllowedHost("*.example.org:8443"), {
    name: "example.org",
    isSuffix: true,
    port: 8443,
  });
  assert.deepEqual(parseAllowedHost("0x7f.1:80"), { name: "127.0.0.1", isSuffix: false, port: 80 });
  assert.deepEqual(parseAllowedHost("[::1]:80"), { name: "[::1]", isSuffix: false, port: 80 });
  assert.deepEqual(parseAllowedHost("bücher.example"), {
    name: "xn--bcher-kva.example",
    isSuffix: false,
    port: undefined,
  });
  for (
    const entry of [
      "",
      "*",
      "*.",
      "http://x.org",
      "x.org/path",
      "a b",
      "x.org:0",
      "x.org:99999",
      "a@b",
      "*.*.org",
      "x:y",
    ]
  ) {
    assert.equal(parseAllowedHost(entry), undefined, entry);
  }
});

Deno.test({
  name: "http_get tells when the process itself may not connect",
  permissions: { net: ["127.0.0.1:1"] },
  async fn() {
    const get = tool("http_get", { allow: ["127.0.0.1:2"] }, { denoPath: "/nowhere/deno" });
    assert.match(
      await fails(get, { url: "http://127.0.0.1:2/" }),
      /started without permission for that host/,
    );
  },
});
