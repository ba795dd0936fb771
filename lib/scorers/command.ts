import { z } from "zod";
import { runTookMs } from "../analysis/mod.ts";
import { oneLine, type Score, type Trace, tryParseJson, type Vars } from "../core/mod.ts";
import { explainIssues } from "../schema/mod.ts";
import { answerOf } from "./answer.ts";
import { versionOf } from "./version.ts";
import { defineScorer } from "./define_scorer.ts";
import { passSetting } from "./judge_settings.ts";
import { textSetting } from "./settings.ts";
import { callsOf } from "./tool_calls.ts";

const SECONDS_MAX = 600;
const OUTPUT_MAX_BYTES = 65_536;
const SAID_MAX_CHARS = 200;

const verdict = z.union([
  z.number().transform((score) => ({ score, passed: undefined, explanation: undefined })),
  z.boolean().transform((passed) => ({ score: passed ? 1 : 0, passed, explanation: undefined })),
  z.strictObject({
    score: z.number(),
    passed: z.boolean().optional(),
    explanation: z.string().max(20_000).optional(),
  }),
]);

/** JSON in, JSON out. Whether it may run is decided by whoever gives the context. */
export const command = defineScorer({
  name: "command",
  version: (template) => versionOf("1", template ?? null),
  description:
    "a program reads the run as JSON and prints {score, passed, explanation}, a number from 0 to 1, true or false",
  setting: "command",
  runs: "command",
  example: "'command=python3 check.py', or 'command={command: ./check, timeoutSeconds: 10, pass: 0.7}'",
  settings: z.strictObject({
    command: textSetting(),
    timeoutSeconds: z.coerce.number().positive().max(SECONDS_MAX).default(30),
    pass: passSetting,
  }),
  timeoutMs: ({ timeoutSeconds }) => timeoutSeconds * 1000 + 5_000,
  prepare({ command, timeoutSeconds, pass }) {
    return async (trace, context) => {
      const { exitCode, stdout, stderr } = await context.runCommand({
        command,
        input: JSON.stringify(inputOf(trace, context.vars)) + "\n",
        timeoutMs: timeoutSeconds * 1000,
        maxOutputBytes: OUTPUT_MAX_BYTES,
      });
      if (exitCode !== 0) {
        const said = oneLine(stderr.trim() || stdout, SAID_MAX_CHARS);
        return { error: `the command ended with exit code ${exitCode}${said === "" ? "" : `: ${said}`}` };
      }
      return scoreOf(stdout, pass);
    };
  },
});

function scoreOf(stdout: string, pass: number): Score {
  const value = tryParseJson(stdout);
  if (value === undefined) {
    return { error: `the command printed no JSON: ${oneLine(stdout, SAID_MAX_CHARS) || "nothing"}` };
  }
  const { data, error } = verdict.safeParse(value);
  if (!data) return { error: `the command printed no score: ${explainIssues(error!, value, [])}` };
  const { score, passed = score >= pass, explanation = `the command gave ${score}` } = data;
  return { value: score, passed, explanation };
}

/** What the program reads on its standard input, on one line. */
function inputOf(trace: Trace, vars: Vars) {
  const { run } = trace;
  const { totals } = run;
  return {
    runId: run.runId,
    agent: run.agent,
    model: run.model,
    status: run.status,
    prompt: run.prompt,
    answer: answerOf(trace),
    vars,
    toolCalls: callsOf(trace),
    steps: totals.steps,
    usage: totals.usage,
    costUsd: totals.unknownCostCalls > 0 ? null : totals.costUsd,
    durationMs: run.endTimeUs === undefined ? null : runTookMs(run, 0),
    error: run.error ?? null,
  };
}
