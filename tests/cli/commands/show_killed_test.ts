import assert from "node:assert/strict";
import { openStore } from "../../../lib/store/mod.ts";
import { CliHome } from "../../support/cli.ts";
import { event, hang, piece, SSE_HEAD, startFaultServer } from "../../support/fault_server.ts";

const chunk = (content: string) => ({
  id: "c1",
  object: "chat.completion.chunk",
  created: 1,
  model: "mistral-small-latest",
  choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }],
});

/** Resolves with the time at which the run's text so far was written, µs. */
async function streamed(home: CliHome, text: string): Promise<number> {
  await using store = await openStore(home.storePath);
  const found = Promise.withResolvers<number>();
  const look = async () => {
    for (const { traceId } of (await store.listRuns()).runs) {
      const partial = (await store.partials(traceId)).find((it) => it.text === text);
      if (partial) found.resolve(partial.updatedAtUs);
    }
  };
  const stop = store.onChange(() => void look().catch(found.reject));
  try {
    await look();
    return await found.promise;
  } finally {
    stop();
  }
}

Deno.test("a run killed in the middle of its answer keeps the text and its time, and show and watch say so", async () => {
  await using server = await startFaultServer(
    hang(SSE_HEAD + piece(event(chunk("Half an"))) + piece(event(chunk(" answer")))),
  );
  await using home = await CliHome.create();
  const env = { MISTRAL_SERVER_URL: server.url, MISTRAL_API_KEY: "k", MISTRAL_RETRY_MAX_ATTEMPTS: "1" };
  await home.seed(); // the store is there
  const child = home.start(["run", "main", "Hello?"], { env });
  const writtenUs = await streamed(home, "Half an answer");
  const watching = home.run(["watch", "last"]);
  child.kill("SIGKILL");
  await Promise.all([
    child.status,
    child.stdout.cancel(),
    child.stderr.cancel(),
    child.stdin.abort().catch(() => {}),
  ]);
  const watched = await watching;
  assert.deepEqual([watched.code, /interrupted/.test(watched.stdout)], [1, true], watched.stdout);
  const [text, document] = await Promise.all([
    home.run(["show", "last"]),
    home.run(["show", "last", "--json"]),
  ]);
  assert.match(text.stdout, /^■? ?.*interrupted/);
  assert.match(text.stdout, /\nAnswer, as far as it came\n {2}Half an answer\n$/);
  const { run, spans, attempts } = document.json();
  assert.equal(run.status, "interrupted");
  assert.ok(Math.abs(run.durationMs - (Date.parse(run.endTime) - Date.parse(run.startTime))) <= 1);
  assert.ok(Date.parse(run.endTime) >= Math.floor(writtenUs / 1000));
  assert.equal(attempts.length, 1);
  const attempt = spans.find((span: { kind: string }) => span.kind === "attempt");
  assert.equal(attempt.attributes["agentop.attempt.partial"], "Half an answer");
  assert.equal(attempt.durationMs > 0, true);
});
