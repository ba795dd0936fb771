import assert from "node:assert/strict";
import { isGrade, type Score, type Scorer } from "../../lib/core/mod.ts";
import {
  createScoring,
  parseHandScore,
  scoreByHand,
  scoreRun,
  type ScoringOptions,
} from "../../lib/evals/mod.ts";
import { parseScorer } from "../../lib/scorers/mod.ts";
import { Bench } from "../support/replay_bench.ts";

async function scored(scorer: string | Scorer, options: ScoringOptions = {}): Promise<Score> {
  await using bench = await Bench.open();
  const scoring = createScoring(await bench.context.app.replayServices(), options);
  const trace = await bench.store.loadTrace(bench.original.traceId);
  return await scoring.score(typeof scorer === "string" ? await parseScorer(scorer) : scorer, trace);
}

const scorerOf = (score: Scorer["score"], timeoutMs?: number): Scorer => ({
  name: "mine",
  version: "1",
  score,
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
});
const grade = (value: number) => ({ value, passed: true, explanation: "so\nit is" });

Deno.test("a scorer that throws, hangs or gives no number gives an error for that run", async () => {
  assert.deepEqual(await scored(scorerOf(() => Promise.reject(new Error("broken\nscorer")))), {
    error: "broken scorer",
  });
  assert.deepEqual(
    await scored(scorerOf(() => {
      throw new Error("at once");
    })),
    { error: "at once" },
  );
  let aborted = false;
  const hanging = scorerOf((_, { signal }) => {
    signal.addEventListener("abort", () => aborted = true);
    return new Promise(() => {});
  }, 5);
  assert.deepEqual(await scored(hanging), { error: "it took longer than 0.005 s" });
  assert(aborted, "what it started is told to stop");
  for (const value of [NaN, Infinity, -0.1, 1.1, "1" as unknown as number]) {
    assert.match(
      JSON.stringify(await scored(scorerOf(() => Promise.resolve(grade(value))))),
      /"error":"it gave /,
    );
  }
  assert.deepEqual(await scored(scorerOf(() => Promise.resolve(grade(0.5)))), {
    ...grade(0.5),
    explanation: "so it is",
  });
});

Deno.test("an error is kept without a value, and a new version beside the old", async () => {
  await using bench = await Bench.open();
  const services = await bench.context.app.replayServices();
  const version = (version: string, score: Score) => ({ ...scorerOf(() => Promise.resolve(score)), version });
  await scoreRun(services, bench.original, version("1", { error: "no" }));
  await scoreRun(services, bench.original, version("2", grade(1)));
  const { evaluations } = await bench.store.loadTrace(bench.original.traceId);
  assert.deepEqual(evaluations.map((it) => [it.name, it.scorerVersion, it.value, it.label, it.explanation]), [
    ["mine", "1", undefined, "error", "no"],
    ["mine", "2", 1, "pass", "so it is"],
  ]);
});

Deno.test("command gets the run as JSON and gives its score; it starts with nothing of this program's environment", async () => {
  const run = (command: string) => scored(`command=${command}`, { allowCommands: true });
  assert.deepEqual(await run("cat > /dev/null; echo 0.75"), {
    value: 0.75,
    passed: true,
    explanation: "the command gave 0.75",
  });
  const got = await run(
    `read -r line; case "$line" in *'"prompt":"Add."'*'"toolCalls":['*) echo '{"score": 1, "explanation": "saw it"}';; esac`,
  );
  assert.deepEqual(got, { value: 1, passed: true, explanation: "saw it" });
  const secret = await run(
    `if [ -n "$MISTRAL_API_KEY$MISTRAL_SERVER_URL" ]; then echo true; else echo false; fi`,
  );
  assert(isGrade(secret) && !secret.passed && secret.value === 0);
  for (
    const [command, message] of [
      ["exit 3", /ended with exit code 3$/],
      ["echo wrong >&2; exit 1", /exit code 1: wrong/],
      ["echo fine", /printed no JSON: fine/],
      ["true", /printed no JSON: nothing/],
      [`echo '{"value": 1}'`, /printed no score/],
      ["echo 2", /it gave 2, which is no number from 0 to 1/],
      [`echo '{"score": 1e999}'`, /no score|no number/],
      ["yes", /printed more than/],
    ] as const
  ) {
    const score = await run(command);
    assert(!isGrade(score), command);
    assert.match(score.error, message, command);
  }
  const slow = await scored("command={command: sleep 60, timeoutSeconds: 0.05}", { allowCommands: true });
  assert.match(JSON.stringify(slow), /took longer than 0.05 s/);
});

Deno.test("command runs only where a person has allowed it", async () => {
  const path = await Deno.makeTempFile();
  try {
    const score = await scored(`command=echo ran > ${path}; echo 1`);
    assert.match(JSON.stringify(score), /"error":"Cannot run the command: nobody has allowed it/);
    assert.equal(await Deno.readTextFile(path), "");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("scores by hand are kept with who gave them, all or none", async () => {
  await using bench = await Bench.open();
  const services = await bench.context.app.replayServices();
  const kept = await scoreByHand(
    services,
    bench.original,
    ["helpful=4.5", "correct=Pass", "tone=friendly"].map((it) => parseHandScore(it)),
    { comment: "clear" },
  );
  const { evaluations } = await bench.store.loadTrace(bench.original.traceId);
  assert.deepEqual(new Set(evaluations.map((it) => it.evalId)), new Set(kept.map((it) => it.evalId)));
  assert.deepEqual(kept.map((it) => [it.name, it.value, it.label, it.passed, it.explanation, it.source]), [
    ["helpful", 4.5, undefined, undefined, "clear", "human"],
    ["correct", 1, "pass", true, "clear", "human"],
    ["tone", undefined, "friendly", undefined, "clear", "human"],
  ]);
  assert.deepEqual(parseHandScore("a=.5", "good"), { name: "a", value: 0.5, label: "good" });
  assert.deepEqual(parseHandScore("a=no"), { name: "a", value: 0, label: "fail" });
  for (
    const [text, label, message] of [
      ["helpful", undefined, /is not NAME=VALUE/],
      ["judge={rubric: x}", undefined, /it is no word\. Try: --scorer 'judge=…'/],
      ["=1", undefined, /is not NAME=VALUE/],
      ["a=", undefined, /is not NAME=VALUE/],
      ["a=word", "other", /it is no number, and --label is a word already/],
    ] as const
  ) assert.throws(() => parseHandScore(text, label), message);
  for (
    const [scores, message] of [
      [[], /nothing says what to score/],
      [[{ name: "a", value: 1 }, { name: "b\u001b", value: 1 }], /cannot be a name/],
      [[{ name: "a", value: NaN }], /is no number/],
      [[{ name: "a" }], /neither value nor label/],
      [[{ name: "x".repeat(81), value: 1 }], /cannot be a name/],
    ] as const
  ) await assert.rejects(scoreByHand(services, bench.original, scores), message);
  assert.equal((await bench.store.loadTrace(bench.original.traceId)).evaluations.length, 3);
});
