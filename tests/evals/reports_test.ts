import assert from "node:assert/strict";
import { disarmed, disarmedJson } from "../../lib/cli/output/build_server.ts";
import { NO_USAGE } from "../../lib/core/mod.ts";
import { annotations, markdownReport } from "../../lib/evals/mod.ts";

const EVIL =
  "##[stop-commands]x\n::add-mask::y @somebody #1 https://evil.example www.evil.example <img src=x>";

const spent = { usage: NO_USAGE, costUsd: 0.001, unknownCostCalls: 0 };
const source = {
  experiment: {
    experimentId: "01a21f3c-c024-7074-92c3-6554947a5a9b",
    suite: EVIL,
    suiteHash: "h",
    status: "completed" as const,
    startTimeUs: 0,
    variants: ["a"],
    cases: 1,
    repeats: 1,
    planned: 1,
    done: 1,
    passed: 0,
    errors: 0,
    ...spent,
  },
  results: [{
    caseId: EVIL,
    variant: "a",
    repeat: 1,
    runId: "01a21f3c-c024-7074-92c3-6554947a5a9b",
    status: "completed" as const,
    durationMs: 1,
    spent,
    scores: [{ scorer: "x", value: 0, passed: false, explanation: EVIL }],
  }],
  gate: { verdict: "regression" as const, scorer: "x", reason: EVIL, baseline: null, moreCasesNeeded: null },
  variants: [],
  comparisons: [],
};

Deno.test("annotations() give a build server one command a line, and none that a text brings along", () => {
  const lines = annotations(source, "s.yaml");
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.match(line, /^::(error|warning) file=s\.yaml,title=[^\n]*$/);
    assert(!line.includes("##["));
  }
});

Deno.test("markdownReport() mentions, references and links nothing that a text names", () => {
  const report = markdownReport(source);
  // As a forge reads it: entities are letters again before it looks for names and addresses.
  const read = report.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
  assert.doesNotMatch(read, /@[a-z]|#\d|:\/\/|www\./);
  assert.doesNotMatch(report, /<img/);
});

Deno.test("what is printed for a build server holds no command of its own", () => {
  const printed = disarmed(`::error::x\n  ::warning::y\nfine :: here ##[group]z`);
  assert.doesNotMatch(printed, /^\s*::|##\[/m);
  const json = JSON.stringify({ "##[a]": ["##[b]"] });
  assert(!disarmedJson(json).includes("##["));
  assert.deepEqual(JSON.parse(disarmedJson(json)), JSON.parse(json));
});
