import assert from "node:assert/strict";
import { Paces } from "../../lib/server/gate/pace.ts";
import { fakeHost } from "../support/fake_host.ts";

Deno.test("Paces refill with time up to their burst, each caller's for itself", () => {
  const host = fakeHost();
  const paces = new Paces(host, { read: { perSecond: 2, burst: 3 } });
  const take = (caller: string, times: number) =>
    Array.from({ length: times }, () => paces.take("read", caller));
  assert.deepEqual(take("a", 4), [undefined, undefined, undefined, 1]);
  assert.deepEqual(take("b", 1), [undefined]);
  host.advance(1_000);
  assert.deepEqual(take("a", 3), [undefined, undefined, 1]);
  host.advance(60_000);
  assert.deepEqual(take("a", 4), [undefined, undefined, undefined, 1]);
  host.advance(-5_000); // a clock that is set back gives nothing and takes nothing
  assert.deepEqual(take("a", 1), [1]);
});

Deno.test("Paces remember so many callers and no more", () => {
  const paces = new Paces(fakeHost(), { refused: { perSecond: 1e-9, burst: 1 } });
  assert.equal(paces.take("refused", "first"), undefined);
  assert.ok(paces.take("refused", "first")! > 0);
  for (let i = 0; i < 10_000; i++) paces.take("refused", `other ${i}`);
  assert.equal(paces.take("refused", "first"), undefined);
  assert.ok(paces.take("refused", "other 9999")! > 0);
});
