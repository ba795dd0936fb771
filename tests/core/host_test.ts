import assert from "node:assert/strict";
import { sleep } from "../../lib/core/mod.ts";

Deno.test("sleep() of more than a timer can count does not end at once", async () => {
  const stop = new AbortController();
  let isOver = false;
  const asleep = sleep(1e300, stop.signal).then(() => {
    isOver = true;
  });
  // Timers that are due run in the order of their times: one that was cut to a millisecond would be over.
  await sleep(20);
  assert.equal(isOver, false);
  stop.abort();
  await assert.rejects(asleep, /abort/i);
});
