import assert from "node:assert/strict";
import { CallRecorder } from "../../lib/app/proxied/call_recorder.ts";
import { fakeHost } from "../support/fake_host.ts";

Deno.test("CallRecorder asks whether there are budgets, and takes the last answer while the store is held", async () => {
  const answers: Promise<boolean>[] = [];
  const recorder = new CallRecorder({
    host: fakeHost(),
    budgets: { isBudgeted: () => answers.shift()! },
    keeper: {
      hear: () => Promise.resolve({ unread: [] }),
      reserve: () => Promise.resolve(),
      settled: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  });
  const held = Promise.withResolvers<boolean>();
  answers.push(Promise.resolve(true), held.promise, Promise.resolve(false));
  assert.equal(await recorder.isBudgeted(), true);
  assert.equal(await recorder.isBudgeted(), true, "as it was");
  held.resolve(false);
  await held.promise;
  answers.push(new Promise(() => {}));
  assert.equal(await recorder.isBudgeted(), false);
  assert.equal(await recorder.isBudgeted(), false);
});
