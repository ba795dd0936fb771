import assert from "node:assert/strict";
import { TestServer } from "./support.ts";

const get = (...headers: readonly string[]) =>
  ["GET /healthz HTTP/1.1", ...headers, "Connection: close", "", ""].join("\r\n");

Deno.test("a foreign, missing or second Host and a foreign Origin are refused before anything else", async () => {
  await using server = await TestServer.start({ allowedHosts: ["studio.example"] });
  const own = `127.0.0.1:${server.server.port}`;
  for (
    const [status, ...headers] of [
      [200, `Host: ${own}`],
      [200, "Host: localhost:9"],
      [200, "Host: [::1]:80"],
      [200, "Host: STUDIO.example."],
      [403, "Host: evil.example"],
      [403, "Host: 127.0.0.1.evil.example"],
      [403, "Host: evil.example:80@127.0.0.1"],
      [403, "Host: 10.1.2.3"],
      [403, "Host: "],
      [403],
      [403, `Host: ${own}`, "Host: evil.example"],
      [403, `Host: ${own}`, `Host: ${own}`],
      [200, `Host: ${own}`, `Origin: http://${own}`],
      [403, `Host: ${own}`, "Origin: http://evil.example"],
      [403, `Host: ${own}`, "Origin: http://127.0.0.1:1"],
      [403, `Host: ${own}`, "Origin: null"],
      [403, `Host: ${own}`, `Origin: http://${own}`, `Origin: http://${own}`],
      // A proxy that nobody trusts cannot say what this server is called.
      [403, `Host: ${own}`, "X-Forwarded-Host: evil.example", "Origin: http://evil.example"],
    ] as const
  ) {
    const answer = await server.raw(get(...headers));
    assert.equal(answer.status, status, headers.join(" | "));
    assert.match(answer.body, status === 200 ? /"status":"ok"/ : /"detail":"(Host|Origin) /);
    assert.doesNotMatch(answer.head, /access-control/i);
  }
});

Deno.test("nothing but a path is asked for", async () => {
  await using server = await TestServer.start();
  for (const target of ["http://evil.example/runs", "*"]) {
    const { status, body } = await server.raw(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    assert.deepEqual([status, body.includes("must be a path")], [400, true]);
  }
});
