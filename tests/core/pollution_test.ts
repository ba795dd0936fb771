import assert from "node:assert/strict";
import { parseAgentFile } from "../../lib/agent/mod.ts";
import { applyJsonChanges, diffRuns, jsonChanges } from "../../lib/analysis/mod.ts";
import type { DurableEvent, Trace } from "../../lib/core/mod.ts";
import { applyConfigEdits, configEdits } from "../../lib/evals/config_edits.ts";
import { readArguments } from "../../lib/providers/call_arguments.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

const POISON = JSON.parse(
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"__proto__.polluted":1,"constructor.prototype.polluted":1,"a":{"__proto__":{"polluted":1}}}',
) as Record<string, unknown>;

/** The sample run with such keys wherever others choose keys. */
async function poisoned(): Promise<Trace> {
  const newId = () => crypto.randomUUID().replaceAll("-", "");
  const events = [...sampleEvents({ host: { ...fakeHost(), newId } })].map((event): DurableEvent => {
    if (event.type === "run_start") {
      return {
        ...event,
        run: {
          ...event.run,
          config: { ...event.run.config, ...POISON },
          tags: { "__proto__.polluted": "1", constructor: "x" },
        },
      };
    }
    if (event.type === "span_start") {
      return { ...event, span: { ...event.span, attributes: { ...event.span.attributes, ...POISON } } };
    }
    return event.type === "snapshot"
      ? { ...event, snapshot: { ...event.snapshot, keyValues: POISON } }
      : event;
  });
  await using store = await openStore(MEMORY);
  await store.write(events);
  return await store.loadTrace((await store.resolveRun("last")).traceId);
}

Deno.test("keys that name a prototype stay keys: in stores, differences, edits, agent files and arguments", async () => {
  const [one, other] = [await poisoned(), await poisoned()];
  const [root] = [...one.spans.values()];
  assert.deepEqual(root?.attributes["constructor"], POISON["constructor"], "kept as it is");
  await diffRuns(one, other);
  const changes = jsonChanges({}, POISON);
  assert.ok(changes.length > 0);
  applyJsonChanges({}, changes);
  const plain = await parseAgentFile("model: m\n", "a.yaml");
  const evil = { ...plain, parameters: { ...plain.parameters, ...POISON } } as typeof plain;
  applyConfigEdits(plain, configEdits(plain, evil));
  for (
    const text of [
      "__proto__: { polluted: 1 }\n",
      "parameters: { __proto__: { polluted: 1 } }\n",
      "constructor: { prototype: { polluted: 1 } }\n",
    ]
  ) {
    await assert.rejects(parseAgentFile(text, "a.yaml"), /is not a known key/);
  }
  readArguments(JSON.stringify(POISON).replace('"a"', '"__proto__"'));
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});
