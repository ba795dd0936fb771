import { deepStrictEqual as assertEquals, ok as assert } from "node:assert";
import { gzipSync } from "node:zlib";
import { encodeTraces } from "../../lib/otlp/mod.ts";
import { idOf, sent, span } from "../otlp/spans.ts";
import { CliHome } from "../support/cli.ts";

const TRACES = 6;
const KILL_AFTER = 40;

/** The nth post: one span of one of a few traces, so that traces grow while they are written. */
const postOf = (n: number) => {
  const traceId = `${n % TRACES + 1}`.repeat(32);
  return { traceId, spanId: idOf(n + 1), body: gzipSync(encodeTraces(sent([span(n + 1, { traceId })]))) };
};

async function urlOf(server: Deno.ChildProcess): Promise<string> {
  let text = "";
  for await (const piece of server.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return (JSON.parse(text) as { readonly url: string }).url;
}

Deno.test("kill -9 of a server that takes spans in loses none that it acknowledged, and leaves none twice", async () => {
  await using home = await CliHome.create();
  const server = home.start(["--json", "serve", "--port", "0"]);
  const acknowledged: { readonly traceId: string; readonly spanId: string }[] = [];
  const url = await urlOf(server);
  let next = 0;
  const post = async () => {
    for (;;) {
      const { body, ...ids } = postOf(next++);
      const response = await fetch(`${url}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
        body,
      }).catch(() => undefined);
      await response?.body?.cancel().catch(() => {});
      if (response?.status !== 200) return; // killed
      acknowledged.push(ids);
      if (acknowledged.length === KILL_AFTER) server.kill("SIGKILL");
    }
  };
  await Promise.all([post(), post(), post(), post()]);
  await server.status;
  await Promise.all([server.stdin.close(), server.stderr.cancel()].map((it) => it.catch(() => {})));
  assert(acknowledged.length >= KILL_AFTER);
  // Whoever sends again what was not acknowledged, and some that was, changes nothing else.
  await home.withStore(async (store) => {
    for (const { traceId, spanId } of acknowledged) {
      const { spans } = await store.loadTrace(traceId);
      assertEquals(spans.has(spanId), true, `${spanId} of ${traceId}`);
    }
    const { problems } = await store.verify();
    assertEquals(problems, []);
  });
});
