import assert from "node:assert/strict";
import type { SpanFacts } from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

Deno.test("spanFacts() and usageFacts() say what the traces say, page by page", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  for (const agent of ["a", "b", "c"]) await store.write([...sampleEvents({ host, agent, rounds: 4 })]);
  const all: SpanFacts[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await store.spanFacts({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.spans);
    cursor = page.nextCursor;
    pages++;
  } while (cursor !== undefined);
  assert(pages > 3);
  const { runs } = await store.listRuns({ sort: "oldest" });
  const told = [];
  for (const run of runs) {
    for (const span of (await store.loadTrace(run.traceId)).spans.values()) told.push({ run, span });
  }
  assert.equal(all.length, told.length);
  for (const [index, { run, span }] of told.entries()) {
    const facts = all[index]!;
    assert.equal(facts.runId, run.runId);
    assert.equal(facts.agent, run.agent);
    assert.equal(facts.spanId, span.spanId);
    assert.equal(facts.endTimeUs, span.endTimeUs);
    assert.deepEqual(facts.usage, span.usage);
    assert.equal(facts.costUsd, span.cost?.usd);
    assert.equal(facts.errorMessage, span.errorMessage);
  }
  const calls = await store.spanFacts({ kinds: ["llm"], filter: { agent: "b" } });
  assert.equal(calls.spans.length, 4);
  assert(calls.spans.every((it) => it.kind === "llm" && it.agent === "b"));
  const { usage: named } = await store.usageFacts({ runIds: [runs[2]!.runId] });
  assert.deepEqual(named.map(({ agent, llmCalls, usage }) => [agent, llmCalls, usage]), [
    ["c", 4, runs[2]!.totals.usage],
  ]);
  assert.equal((await store.usageFacts()).usage.length, 3);
  assert.equal((await store.usageFacts({ filter: { agent: "nobody" } })).usage.length, 0);
});
