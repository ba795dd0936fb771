import assert from "node:assert/strict";
import { CliHome } from "../../support/cli.ts";

/** The first line that a process prints. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  reader.releaseLock();
  return text.split("\n")[0]!;
}

Deno.test("serve says where it listens, asks for keys when told to, and ends well on SIGTERM", async () => {
  await using home = await CliHome.create();
  const made = await home.run(["keys", "create", "dashboard", "--role", "read", "--json"]);
  const { key, role } = made.json();
  assert.deepEqual([made.code, role], [0, "read"]);
  const child = home.start(["serve", "--port", "0", "--auth", "on", "--json"]);
  const errors = new Response(child.stderr).text();
  const { url, port, auth } = JSON.parse(await firstLine(child.stdout));
  assert.deepEqual([url, auth], [`http://127.0.0.1:${port}`, "on"]);
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const response = await fetch(`${url}/runs`, { headers });
    return [response.status, await response.json()];
  };
  assert.equal((await ask({}))[0], 401);
  assert.deepEqual(await ask({ "x-api-key": key }), [200, []]);
  // Another process takes it back: the server at work knows at once.
  assert.equal((await home.run(["keys", "revoke", "dashboard"])).code, 0);
  assert.equal((await ask({ "x-api-key": key }))[0], 401);
  child.kill("SIGTERM");
  const { code } = await child.status;
  assert.deepEqual([code, (await errors).includes("at file:")], [0, false]);
  await child.stdin.close();
  const listed = (await home.run(["keys", "list", "--json"])).json();
  assert.equal(typeof listed[0].revokedAt, "string");
});

Deno.test("serve refuses what would be open to all, half of a certificate, and a port that is taken", async () => {
  await using home = await CliHome.create();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const results = await Promise.all([
    home.run(["serve", "--host", "0.0.0.0", "--auth", "off"]),
    home.run(["serve", "--cert", "cert.pem"]),
    home.run(["serve", "--port", String(taken.addr.port)]),
  ]);
  assert.deepEqual(results.map((it) => it.code), [2, 2, 2]);
  const [open, half, port] = results.map((it) =>
    it.stderr.split("\n").find((line) => line.startsWith("agentop: "))
  );
  assert.equal(
    open,
    "agentop: Cannot serve without keys: 0.0.0.0 can be reached from other machines. Try: --auth on and agentop keys create NAME --role read, or --host 127.0.0.1",
  );
  assert.equal(
    half,
    "agentop: Cannot serve over TLS: --cert and --key belong together. Try: --cert cert.pem --key key.pem",
  );
  assert.match(
    port!,
    /^agentop: Cannot listen on 127\.0\.0\.1:\d+: the port is taken\. Try: --port 0 for any free port$/,
  );
});
