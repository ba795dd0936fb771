import type { CaseResult, Experiment } from "../../core/mod.ts";
import type { GateResult } from "../../analysis/mod.ts";

/** What a report is about. */
export interface ReportSource {
  readonly experiment: Experiment;
  readonly results: readonly CaseResult[];
  readonly gate: GateResult;
}

/** Not in XML 1.0, however it is escaped. */
// deno-lint-ignore no-control-regex
const NOT_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
  "\r": "&#13;",
};

/** JUnit XML, as build servers read it: a test suite per variant, a test per result, the gate as one more. */
export function junitReport({ experiment, results, gate }: ReportSource): string {
  const suites = experiment.variants.map((variant) => {
    const own = results.filter((it) => it.variant === variant);
    const name = `${experiment.suite}/${variant}`;
    const failed = own.filter((it) => failures(it).length > 0 && errors(it).length === 0).length;
    const broken = own.filter((it) => errors(it).length > 0).length;
    const seconds = own.reduce((sum, it) => sum + it.durationMs, 0) / 1000;
    return [
      `  <testsuite name="${xml(name)}" tests="${own.length}" failures="${failed}" errors="${broken}" time="${
        time(seconds)
      }">`,
      ...own.map((it) => testCase(name, it)),
      "  </testsuite>",
    ].join("\n");
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(experiment.suite)}">`,
    ...suites,
    ...(gate.verdict === "none" ? [] : [gateSuite(experiment, gate)]),
    "</testsuites>",
    "",
  ].join("\n");
}

function failures({ scores }: CaseResult) {
  return scores.filter((it) => it.error === undefined && it.passed === false);
}

function errors({ scores }: CaseResult) {
  return scores.filter((it) => it.error !== undefined);
}

function testCase(suite: string, it: CaseResult): string {
  const name = it.repeat > 1 ? `${it.caseId} #${it.repeat}` : it.caseId;
  const [broken, failed] = [errors(it), failures(it)];
  const say = (scores: CaseResult["scores"]) =>
    xml(
      scores.map((score) => `${score.scorer} ${score.value ?? ""}: ${score.error ?? score.explanation ?? ""}`)
        .join("; "),
    );
  const inner = broken.length > 0
    ? `<error message="${say(broken)}">run ${xml(it.runId)}</error>`
    : failed.length > 0
    ? `<failure message="${say(failed)}">run ${xml(it.runId)}</failure>`
    : "";
  const open = `    <testcase name="${xml(name)}" classname="${xml(suite)}" time="${
    time(it.durationMs / 1000)
  }"`;
  return inner === "" ? `${open}/>` : `${open}>${inner}</testcase>`;
}

function gateSuite({ suite }: Experiment, { verdict, reason }: GateResult): string {
  const isPassed = verdict === "pass";
  const kind = verdict === "regression" ? "failure" : "error";
  const inner = isPassed ? "/>" : `><${kind} message="${xml(`${verdict}: ${reason}`)}"></${kind}></testcase>`;
  return [
    `  <testsuite name="${xml(`${suite}/gate`)}" tests="1" failures="${
      verdict === "regression" ? 1 : 0
    }" errors="${verdict === "inconclusive" ? 1 : 0}" time="0">`,
    `    <testcase name="gate" classname="${xml(suite)}" time="0"${inner}`,
    "  </testsuite>",
  ].join("\n");
}

function xml(text: string): string {
  return text.toWellFormed().replace(NOT_XML, "\ufffd").replace(/[&<>"\n\t\r]/g, (it) => ENTITIES[it]!);
}

function time(seconds: number): string {
  return seconds.toFixed(3);
}
