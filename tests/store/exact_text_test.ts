import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { DurableEvent, Evaluation, Run, Span, SpanEnd, StoredDiff } from "../../lib/core/mod.ts";
import { applyEvents } from "../../lib/core/mod.ts";
import { MEMORY, openReadOnly, openStore } from "../../lib/store/mod.ts";
import { sampleEvents } from "../support/sample_run.ts";

/** Also what databases do not keep: NUL, halves of pairs, and what marks texts that stand as JSON. */
const anyText = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.constantFrom("\0", "\ud83d", "\ude00", "\u0001", '"'),
  ),
  { minLength: 1, maxLength: 4 },
).map((parts) => parts.join(""));

const RUN_FIELDS = ["agent", "model", "userId", "group", "prompt", "output", "finishReason"] as const;
const SPAN_FIELDS = ["name", "providerName", "requestModel"] as const;
const END_FIELDS = ["errorType", "errorMessage", "responseModel", "responseId"] as const;
const SCORE_FIELDS = ["name", "label", "explanation", "source", "scorerVersion"] as const;

/** Every field of the list gets a text of its own. */
function texts<K extends string>(fields: readonly K[]): fc.Arbitrary<Record<K, string>> {
  return fc.record(Object.fromEntries(fields.map((field) => [field, anyText]))) as never;
}

function story(run: Partial<Run>, span: Partial<Span>, end: Partial<SpanEnd>, score: Partial<Evaluation>) {
  const [first] = sampleEvents({ rounds: 0 });
  assert(first?.type === "run_start");
  const { traceId, startTimeUs: timeUs } = first.run;
  const begun: Run = { ...first.run, ...run };
  const spanId = "00000000000000aa";
  const llm = { traceId, spanId, kind: "llm", startTimeUs: timeUs, status: "unset", attributes: {} } as const;
  const events: DurableEvent[] = [
    { type: "run_start", run: begun },
    { type: "span_start", span: { ...llm, name: "", ...span } },
    { type: "span_end", traceId, spanId, endTimeUs: timeUs + 1, status: "error", ...end },
    {
      type: "evaluation",
      evaluation: { evalId: "e1", traceId, name: "", source: "", createdAtUs: timeUs, ...score },
    },
  ];
  return { traceId, events };
}

Deno.test("every text of a run, a span and a score comes back exactly, and is found by it", async () => {
  await fc.assert(
    fc.asyncProperty(
      texts(RUN_FIELDS),
      texts(SPAN_FIELDS),
      texts(END_FIELDS),
      texts(SCORE_FIELDS),
      fc.tuple(anyText, anyText, anyText),
      async (run, span, end, score, [one, two, three]) => {
        await using store = await openStore(MEMORY);
        const given = {
          ...run,
          tags: { [one]: two },
          error: { type: two, message: one, remedy: three },
          warnings: [{ type: one, message: two }],
        };
        const { traceId, events } = story(
          given as Partial<Run>,
          span,
          { ...end, finishReasons: [three] },
          score,
        );
        await store.write(events);
        const loaded = await store.loadTrace(traceId);
        const told = applyEvents(undefined as never, events);
        assert.deepEqual(loaded.run, { ...told.run, totals: loaded.run.totals });
        assert.deepEqual(loaded.spans, told.spans);
        assert.deepEqual(loaded.evaluations, told.evaluations);
        const { user, group } = { user: run.userId, group: run.group };
        assert.equal(await store.countRuns({ user, group, agent: run.agent }), 1);
        const diff: StoredDiff = {
          diffId: "d1",
          leftRunId: loaded.run.runId,
          rightRunId: loaded.run.runId,
          createdAtUs: 1,
          overrides: { [one]: two },
          leftOutput: one,
          rightOutput: two,
          diff: { three },
        };
        await store.saveDiff(diff);
        assert.deepEqual(await store.diffsOf(loaded.run.runId), [diff]);
        const partial = { traceId, spanId: "00000000000000aa", text: one, reasoning: two, updatedAtUs: 1 };
        await store.writePartial(partial);
        assert.deepEqual(await store.partials(traceId), [partial]);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("in the tables for SQL such texts show all they hold, as escapes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    {
      await using store = await openStore(path);
      const odd = "a\0b\ud800c";
      const { events } = story({ userId: odd }, { name: odd }, { responseId: odd, errorType: odd }, {
        label: odd,
      });
      await store.write(events);
    }
    using sqlite = await openReadOnly(path);
    const shown = "a\\u0000b\\ud800c";
    assert.equal(sqlite.prepare("select user_id from runs").get()?.["user_id"], shown);
    const { name, response_id, error_type } = sqlite.prepare("select * from spans").get()!;
    assert.deepEqual([name, response_id, error_type], [shown, shown, shown]);
    assert.equal(sqlite.prepare("select label from evaluations").get()?.["label"], shown);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
