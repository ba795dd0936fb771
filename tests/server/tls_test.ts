import assert from "node:assert/strict";
import { request } from "node:https";
import { rawRequest, TestServer } from "./support.ts";

/** Made for this test alone, and good for nothing else. */
const [cert, key] = await Promise.all(
  ["cert", "key"].map((name) => Deno.readTextFile(new URL(`../fixtures/tls/${name}.pem`, import.meta.url))),
);

function get(
  port: number,
  path: string,
): Promise<{ readonly status: number; readonly sts: unknown; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const ask = request(
      { host: "127.0.0.1", port, path, rejectUnauthorized: false, agent: false },
      async (res) => {
        let body = "";
        for await (const part of res) body += part;
        resolve({ status: res.statusCode!, sts: res.headers["strict-transport-security"], body });
      },
    );
    ask.on("error", reject);
    ask.end();
  });
}

Deno.test("over TLS the same is answered, and what is not TLS is closed", async () => {
  await using server = await TestServer.start({
    tls: { cert: cert!, key: key! },
    limits: { headersTimeoutMs: 300 },
  });
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:/);
  const { port } = server.server;
  const answer = await get(port, "/healthz");
  assert.deepEqual([answer.status, answer.body, answer.sts], [200, '{"status":"ok"}', "max-age=31536000"]);
  assert.equal((await rawRequest(port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")).status, 0);
  assert.equal((await rawRequest(port, "")).status, 0);
});

Deno.test("a certificate that is none is said before anything is listened to", async () => {
  await assert.rejects(TestServer.start({ tls: { cert: "x", key: "y" } }), /Cannot serve over TLS: /);
});
