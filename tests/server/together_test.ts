import assert from "node:assert/strict";
import { Together } from "../../lib/app/proxied/together.ts";
import type { DurableEvent } from "../../lib/core/mod.ts";

const event = (traceId: string): DurableEvent => ({ type: "run_update", traceId, change: {} });
const ids = (events: readonly DurableEvent[]) => events.map((it) => "traceId" in it ? it.traceId : "");

Deno.test("what comes while a write is on its way is written together, in its order", async () => {
  const writes: string[][] = [];
  const first = Promise.withResolvers<void>();
  const together = new Together(async (events) => {
    writes.push(ids(events));
    if (writes.length === 1) await first.promise;
  }, (error) => assert.fail(String(error)));
  const done = [
    together.add([event("a")]),
    together.add(() => Promise.resolve([event("b")])),
    together.add([event("c")]),
  ];
  await Promise.resolve();
  first.resolve();
  await Promise.all(done);
  await together.settled();
  assert.deepEqual([writes.flat(), writes.length], [["a", "b", "c"], 2]);
});

Deno.test("a piece that cannot be written takes no other with it, and everybody waits for no longer than its own", async () => {
  const written: string[] = [];
  const failures: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  const together = new Together(async (events) => {
    await gate.promise;
    if (ids(events).includes("bad")) throw new Error("bad");
    written.push(...ids(events));
  }, (error) => failures.push(error));
  const all = ["x", "a", "bad", "b"].map((id) => together.add([event(id)]));
  gate.resolve();
  await Promise.all(all);
  assert.deepEqual([written, failures.length], [["x", "a", "b"], 1]);
});
