/** Writes runs into the store that its argument names until it is killed, several at once, each step with its memory in one write as runs do. */
import { type DurableEvent, systemHost } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../../tests/support/fake_host.ts";
import { sampleEvents } from "../../tests/support/sample_run.ts";

const RUNS_AT_ONCE = 16;
await using store = await openStore(Deno.args[0]!);
let writes = 0;

async function writeOne(): Promise<void> {
  const host = { ...fakeHost({ startMs: systemHost().now() }), newId: systemHost().newId };
  let held: DurableEvent[] = [];
  for (const event of sampleEvents({ host, rounds: 1_000_000 })) {
    held.push(event);
    // What a step ends with belongs to its memory: see the loop's own step.
    if (event.type === "span_end") continue;
    await store.write(held);
    held = [];
    if (++writes % 100 === 0) Deno.stdout.writeSync(Uint8Array.of(1));
  }
}

await Promise.all(Array.from({ length: RUNS_AT_ONCE }, writeOne));
