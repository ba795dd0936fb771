import assert from "node:assert/strict";
import { type BlindPair, type BlindVerdict, reviewExperiments } from "../../lib/app/mod.ts";
import { systemHost } from "../../lib/core/mod.ts";
import { EvalBench } from "../support/eval_bench.ts";
import { graded, keepExperiment } from "../support/experiments.ts";

const CASES = ["one", "two", "three", "four"];

async function benchWithPair() {
  const bench = await EvalBench.open();
  const experiment = await keepExperiment(bench.store, systemHost(), {
    suite: "pairs",
    variants: ["old", "new"],
    cases: CASES,
    scorers: ["judge"],
    result: (variant, caseId) => ({
      scores: [graded("judge", variant === "new" && caseId !== "four" ? 1 : 0)],
      output: `${variant === "new" ? "good" : "poor"} ${caseId}`,
    }),
  });
  return { bench, experiment };
}

/** Prefers what is good, whichever side it is shown on. */
function preferGood({ a }: BlindPair): BlindVerdict {
  return { says: a.text?.startsWith("good") ? "a" : "b", comment: "it is good" };
}

Deno.test("reviewExperiments() keeps what a blind person prefers with both runs, and goes on where it stopped", async () => {
  const { bench, experiment } = await benchWithPair();
  await using _ = bench;
  const { app } = bench.context;
  const id = experiment.experimentId;
  const seen: BlindPair[] = [];
  const first = await reviewExperiments(app, id, undefined, {
    seed: 7,
    ask: (pair) => {
      seen.push(pair);
      return Promise.resolve(
        pair.caseId === "one"
          ? { says: "skip" }
          : pair.caseId === "three"
          ? { says: "quit" }
          : preferGood(pair),
      );
    },
  });
  assert.deepEqual(seen.map((it) => it.caseId), ["one", "two", "three"]);
  assert.deepEqual([first.seed, first.remaining, first.summary.n, first.summary.rightWins], [7, 3, 1, 1]);

  const again: BlindPair[] = [];
  const all = await reviewExperiments(app, `${id}/new`, `${id}/old`, {
    ask: (pair) => {
      again.push(pair);
      return Promise.resolve(pair.caseId === "four" ? { says: "tie" } : preferGood(pair));
    },
  });
  assert.deepEqual(
    again.map((it) => it.caseId),
    ["one", "three", "four"],
    "what was reviewed is not asked again",
  );
  const { n, leftWins, rightWins, ties, agreement } = all.summary;
  assert.deepEqual(
    [all.left.variant, all.seed, all.remaining, n, leftWins, rightWins, ties],
    ["new", 7, 0, 4, 3, 0, 1],
  );
  assert.deepEqual(
    agreement.map((it) => [it.human, it.scorer, it.kappa, it.n, it.isEnough]),
    [["review", "judge", 1, 4, false]],
  );

  const { evaluations } = await bench.store.listEvaluations({ source: "human" });
  assert.equal(evaluations.length, 8);
  const two = evaluations.filter(({ run }) => run.tags["case"] === "two");
  assert.deepEqual(
    two.map(({ run, evaluation }) => [run.model, evaluation.value, evaluation.label]).toSorted(),
    [["new", 1, "better"], ["old", 0, "worse"]],
  );
  for (const { evaluation } of two) {
    assert.match(evaluation.explanation!, /^against [0-9a-f-]{36}, shown as [AB], seed 7: it is good$/);
  }
});

Deno.test("reviewExperiments() draws the order of a pair by its seed alone", async () => {
  const { bench, experiment } = await benchWithPair();
  await using _ = bench;
  const orders = async (seed: number) => {
    const order: string[] = [];
    await reviewExperiments(bench.context.app, experiment.experimentId, undefined, {
      seed,
      ask: (pair) => {
        assert.notEqual(pair.a.text, pair.b.text);
        order.push(pair.a.text!.split(" ")[0]!);
        return Promise.resolve({ says: "skip" });
      },
    });
    return order.join(" ");
  };
  const drawn = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(orders));
  assert.equal(await orders(1), drawn[0]);
  assert(new Set(drawn).size > 1, "another seed, another order");
  assert(drawn.some((it) => it.includes("good") && it.includes("poor")), "not always the same side");
});

Deno.test("an experiment of one variant says that it cannot be reviewed, and that no run of it is the last of a person", async () => {
  await using bench = await EvalBench.open();
  await keepExperiment(bench.store, systemHost(), {
    suite: "alone",
    variants: ["only"],
    cases: ["one"],
    scorers: ["exact"],
    result: () => ({ scores: [] }),
  });
  const ask = () => Promise.reject(new Error("nobody is asked"));
  await assert.rejects(
    reviewExperiments(bench.context.app, "last", undefined, { ask }),
    /^AgentOpError: Cannot review last: it has 1 variant, not two/,
  );
  await assert.rejects(
    bench.store.resolveRun("last"),
    /Cannot find run "last": all runs are cases of experiments, or were handed work\. Try: agentop runs/,
  );
});

Deno.test("reviewExperiments() leaves out what is no comparison, and refuses what has none", async () => {
  await using bench = await EvalBench.open();
  const keep = (suite: string, cases: readonly string[]) =>
    keepExperiment(bench.store, systemHost(), {
      suite,
      variants: ["a"],
      cases,
      scorers: ["x"],
      result: () => ({ scores: [graded("x", 1)] }),
    });
  const [one, other] = [await keep("one", ["x"]), await keep("other", ["y"])];
  const ask = () => Promise.reject(new Error("nothing is to be asked"));
  await assert.rejects(
    reviewExperiments(bench.context.app, one.experimentId, other.experimentId, { ask }),
    /Cannot review .*: they have no case in common/,
  );
  const itself = await reviewExperiments(bench.context.app, one.experimentId, one.experimentId, { ask });
  assert.deepEqual([itself.leftOut, itself.remaining, itself.summary.n], [1, 0, 0]);
});
