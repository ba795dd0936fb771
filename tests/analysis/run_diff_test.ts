import assert from "node:assert/strict";
import fc from "fast-check";
import {
  align,
  applyJsonChanges,
  applyStepDiffs,
  checkComparable,
  type ComparedStep,
  comparedSteps,
  diffRuns,
  diffSteps,
  jsonChanges,
  unifiedDiff,
  wordDiff,
} from "../../lib/analysis/mod.ts";
import { applyEvent, type Trace } from "../../lib/core/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents, type SampleOptions, sampleRun } from "../support/sample_run.ts";

function traceOf(options: SampleOptions): Trace {
  let trace: Trace | undefined;
  for (const event of sampleEvents(options)) trace = applyEvent(trace, event);
  return trace!;
}

const step = fc.record({
  kind: fc.constantFrom("llm", "tool"),
  name: fc.constantFrom("chat", "read", "sum"),
  arguments: fc.oneof(fc.constant(null), fc.record({ n: fc.integer({ min: 0, max: 3 }) })),
  output: fc.jsonValue({ maxDepth: 3 }),
});
const run = fc.array(step, { maxLength: 12 }).map((documents) =>
  documents.map((document, index): ComparedStep => ({ step: index + 1, spanId: `s${index}`, document }))
);

/** Through JSON, as differences are stored: `-0` and missing values are what they are there. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

Deno.test("jsonChanges() applied to the left value gives the right one", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    const [left, right] = [plain(a), plain(b)];
    assert.deepEqual(applyJsonChanges(left, plain(jsonChanges(left, right))), right);
    assert.deepEqual(jsonChanges(left, left), []);
  }));
});

Deno.test("jsonChanges() names places as JSON pointers and never touches a prototype", () => {
  const left = JSON.parse('{"a/b":{"~":[1,2,3]},"__proto__":{"x":1}}');
  const right = JSON.parse('{"a/b":{"~":[1,4]},"__proto__":{"x":2}}');
  const changes = jsonChanges(left, right);
  assert.deepEqual(changes, [
    { path: "/a~1b/~0/1", op: "replace", left: 2, right: 4 },
    { path: "/a~1b/~0/2", op: "remove", left: 3 },
    { path: "/__proto__/x", op: "replace", left: 1, right: 2 },
  ]);
  assert.equal(JSON.stringify(applyJsonChanges(left, changes)), JSON.stringify(right));
  const added = applyJsonChanges({}, [{ path: "/__proto__", op: "add", right: { evil: true } }]);
  assert.equal(Object.getPrototypeOf(added), Object.prototype);
  assert.equal(({} as Record<string, unknown>)["evil"], undefined);
  assert.throws(
    () => applyJsonChanges({}, [{ path: "/constructor/prototype/x", op: "add", right: 1 }]),
    RangeError,
  );
});

Deno.test("jsonChanges() replaces the whole value when too much differs", () => {
  const many = Array.from({ length: 2000 }, (_, i) => i);
  const changes = jsonChanges(many, many.map((i) => -i - 1));
  assert.equal(changes.length, 1);
  assert.equal(changes[0]!.path, "");
});

Deno.test("align() finds a longest common subsequence", () => {
  const words = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 14 });
  const longest = (a: readonly string[], b: readonly string[]): number => {
    const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
    for (let i = 1; i <= a.length; i++) {
      for (let j = 1; j <= b.length; j++) {
        rows[i]![j] = a[i - 1] === b[j - 1]
          ? rows[i - 1]![j - 1]! + 1
          : Math.max(rows[i - 1]![j]!, rows[i]![j - 1]!);
      }
    }
    return rows[a.length]![b.length]!;
  };
  fc.assert(fc.property(words, words, (a, b) => {
    const pairs = align(a, b);
    assert.equal(pairs.length, longest(a, b));
    for (const [index, [i, j]] of pairs.entries()) {
      assert.equal(a[i], b[j]);
      const [fromI, fromJ] = pairs[index - 1] ?? [-1, -1];
      assert(i > fromI && j > fromJ);
    }
  }));
});

Deno.test("the difference of A to B, applied to the steps of A, gives the steps of B", () => {
  fc.assert(fc.property(run, run, (a, b) => {
    const [left, right] = [plain(a), plain(b)];
    const diffs = plain(diffSteps(left, right));
    assert.deepEqual(applyStepDiffs(left.map((it) => it.document), diffs), right.map((it) => it.document));
    assert(diffSteps(left, left).every((diff) => diff.op === "same"));
  }));
});

Deno.test("diffSteps() stays aligned when steps are inserted", () => {
  const call = (n: number): ComparedStep => ({
    step: n,
    spanId: `s${n}`,
    document: { kind: "tool", name: "read", arguments: { n }, output: [n] },
  });
  const left = [1, 2, 3, 4, 5].map(call);
  const right = [1, 9, 2, 3, 8, 4, 5].map(call);
  assert.deepEqual(diffSteps(left, right).map((it) => it.op), [
    "same",
    "added",
    "same",
    "same",
    "added",
    "same",
    "same",
  ]);
});

Deno.test("diffRuns() of a run with itself is empty; of two runs it says what differs", async () => {
  const a = traceOf({ rounds: 3 });
  const same = await diffRuns(a, a);
  assert.equal(same.identical, true);
  assert.deepEqual([same.config, same.output.unified, same.costDeltaUsd], [[], "", 0]);
  const b = traceOf({ rounds: 4, text: (round) => round === 1 ? "else" : "x".repeat(80) });
  const diff = await diffRuns(a, b);
  assert.equal(diff.identical, false);
  assert.deepEqual(diff.steps.map((it) => it.op), [
    ...["same", "same", "changed", "changed", "same", "same"],
    ...["added", "added"],
  ]);
  assert.equal(diff.steps[2]!.changes[0]!.path, "/output/0/parts/0/content");
  assert.match(diff.output.unified, /^--- [^]*\n-done after 3 rounds[^]*\n\+done after 4 rounds/);
  assert(diff.usageDelta.inputTokens > 0 && diff.costDeltaUsd > 0 && diff.attemptsDelta === 2);
});

Deno.test("comparedSteps() takes runs without numbered steps in order of start", () => {
  const trace = traceOf({ rounds: 2 });
  const spans = new Map([...trace.spans].map(([id, { step: _, ...span }]) => [id, span]));
  const steps = comparedSteps({ ...trace, spans });
  assert.deepEqual(steps.map((it) => [it.step, it.document.kind]), [[1, "llm"], [2, "tool"], [3, "llm"], [
    4,
    "tool",
  ]]);
  assert.deepEqual(steps[1]!.document["arguments"], { path: "f0.csv" });
});

Deno.test("unifiedDiff() and wordDiff() hold both texts", async () => {
  assert.equal(await unifiedDiff("a", "a", { left: "l", right: "r" }), "");
  const pieces = await wordDiff("the old answer", "the new answer");
  assert.deepEqual(pieces.filter((it) => it.op !== "same").map((it) => it.text), ["old", "new"]);
  await fc.assert(fc.asyncProperty(fc.string(), fc.string(), async (left, right) => {
    const all = await wordDiff(left, right);
    assert.equal(all.filter((it) => it.op !== "added").map((it) => it.text).join(""), left);
    assert.equal(all.filter((it) => it.op !== "removed").map((it) => it.text).join(""), right);
  }));
});

Deno.test("checkComparable() names what ends a run that has not ended", () => {
  const run = sampleRun(fakeHost());
  for (const [status, verb] of [["paused", "resume"], ["queued", "resume"], ["running", "watch"]] as const) {
    assert.throws(() => checkComparable({ ...run, status }), {
      reason: `Cannot compare ${run.runId}: it is ${status}, not finished`,
      remedy: `agentop ${verb} ${run.runId}`,
    });
  }
  checkComparable({ ...run, status: "stopped" });
});
