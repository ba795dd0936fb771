import assert from "node:assert/strict";
import { evaluate, SavedFiles, type WatchedEnd, watchSuite } from "../../lib/app/mod.ts";
import type { LeftToRun } from "../../lib/evals/mod.ts";
import { EvalBench } from "../support/eval_bench.ts";

const SUITE = `
name: echoes
agent: ./echo.yaml
variants:
  - { name: small, set: { model: mistral-small-latest } }
  - { name: large, agent: ./other.yaml }
cases:
  - { id: one, prompt: "say {{want}}", vars: { want: "uno" } }
  - { id: two, prompt: "say {{want}}", vars: { want: "due" } }
scorers:
  - contains: "{{want}}"
`;
const OTHER = "model: mistral-large-latest\ninstructions: You repeat.\n";

interface Told {
  readonly changes: readonly string[];
  readonly left: readonly LeftToRun[];
}

/** A watched suite whose saves are told by the test: `save()` resolves when everything is run again. */
class Watched implements AsyncDisposable {
  readonly told: Told[] = [];
  readonly ends: WatchedEnd[] = [];
  readonly problems: string[] = [];
  readonly #stop = new AbortController();
  #saved = Promise.withResolvers<void>();
  #waits = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;

  /** `cutAfter`: the first experiment gets so far, and no further until a save ends it. */
  constructor(readonly bench: EvalBench, { cutAfter }: { readonly cutAfter?: number } = {}) {
    const { context } = bench;
    let isFirst = true;
    this.#ended = watchSuite(context.app, `${bench.folder}/suite.yaml`, {
      signal: this.#stop.signal,
      saved: { watch: () => {}, next: (signal) => this.#next(signal) },
      resolveAgent: (agent) => context.resolveAgent(agent),
      run: async ({ loaded, options }) => {
        const cut = new AbortController();
        const isCut = isFirst && cutAfter !== undefined;
        isFirst = false;
        const experiment = await evaluate(context.app, loaded, {
          ...options,
          concurrency: 1,
          ...(isCut ? { signal: cut.signal } : {}),
          onProgress: ({ done }) => done === cutAfter && cut.abort(new Error("enough")),
        });
        if (isCut) {
          this.#waits.resolve();
          if (!options.signal.aborted) {
            await new Promise((ended) => options.signal.addEventListener("abort", ended, { once: true }));
          }
        }
        return experiment;
      },
      onRun: (end) => Promise.resolve(void this.ends.push(end)),
      onChange: (changes, left) => this.told.push({ changes, left }),
      onProblem: (problem) => {
        this.problems.push(problem.message);
        this.#waits.resolve();
      },
      onWait: () => this.#waits.resolve(),
    });
    this.#ended.catch(this.#waits.reject);
  }

  async #next(signal: AbortSignal): Promise<boolean> {
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    await Promise.race([this.#saved.promise, aborted.promise]);
    this.#saved = Promise.withResolvers();
    return !signal.aborted;
  }

  async settled(): Promise<void> {
    await this.#waits.promise;
    this.#waits = Promise.withResolvers();
  }

  tell(): void {
    this.#saved.resolve();
  }

  async save(name: string, text: string): Promise<void> {
    await this.bench.write(name, text);
    this.tell();
    await this.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("enough"));
    await this.#ended;
  }
}

async function open(): Promise<EvalBench> {
  const bench = await EvalBench.open();
  await bench.write("suite.yaml", SUITE);
  await bench.write("other.yaml", OTHER);
  return bench;
}

Deno.test("watchSuite() runs again what a save changes, and compares it with the run before", async () => {
  await using bench = await open();
  await using watched = new Watched(bench);
  await watched.settled();
  const planned = () => watched.ends.map(({ experiment, isWhole }) => [experiment.planned, isWhole]);
  assert.deepEqual(planned(), [[4, true]]);

  await watched.save("other.yaml", "model: mistral-small-latest\ninstructions: You repeat it.\n");
  assert.deepEqual(watched.told, [{
    changes: ["large: model, instructions (line 1)"],
    left: [{ variants: ["large"], cases: ["one", "two"] }],
  }]);
  const { experiment, comparisons } = watched.ends[1]!;
  assert.deepEqual(experiment.variants, ["large"]);
  assert.deepEqual(
    comparisons.map(({ left, right, pairs, scorers }) => [
      left,
      right,
      pairs,
      scorers.map((it) => it.difference),
    ]),
    [[
      { experimentId: watched.ends[0]!.experiment.experimentId, variant: "large" },
      { experimentId: experiment.experimentId, variant: "large" },
      2,
      [1],
    ]],
  );

  await watched.save("suite.yaml", SUITE.replace("due", "tre"));
  assert.deepEqual(watched.told.at(-1), {
    changes: ["case two: changed"],
    left: [{ variants: ["small", "large"], cases: ["two"] }],
  });
  assert.deepEqual(watched.ends.at(-1)!.comparisons.map((it) => it.changedCases), [["two"], ["two"]]);
  assert.deepEqual(planned().at(-1), [2, false]);
});

Deno.test("watchSuite() says in one line what is wrong with a file, and goes on when it is right again", async () => {
  await using bench = await open();
  await using watched = new Watched(bench);
  await watched.settled();
  await watched.save("echo.yaml", "model: [\n");
  assert.match(watched.problems[0]!, /^Cannot load .*echo\.yaml:1: /);
  await watched.save("suite.yaml", SUITE.replace("contains", "contians"));
  assert.equal(watched.problems.length, 2);
  assert.equal(watched.ends.length, 1);
  await bench.write("suite.yaml", SUITE);
  await watched.save("echo.yaml", "model: mistral-small-latest\ninstructions: You echo.\n");
  assert.deepEqual(watched.told, [{
    changes: ["small: instructions (line 1)"],
    left: [{ variants: ["small"], cases: ["one", "two"] }],
  }]);
});

Deno.test("watchSuite() sees agents that work is handed to", async () => {
  await using bench = await open();
  await bench.write("echo.yaml", "model: mistral-small-latest\ntools: [{ agent: other }]\n");
  await using watched = new Watched(bench);
  await watched.settled();
  await watched.save("other.yaml", "model: mistral-large-latest\ninstructions: Another.\n");
  assert.deepEqual(watched.told[0]!.changes, [
    "small: other's instructions (line 1)",
    "large: instructions (line 1)",
  ]);
  assert.deepEqual(watched.told[0]!.left, [{ variants: ["small", "large"], cases: ["one", "two"] }]);
});

Deno.test("watchSuite() ends what a save makes worthless, and keeps the cases that are done", async () => {
  await using bench = await open();
  await using watched = new Watched(bench, { cutAfter: 2 });
  await watched.settled();
  await watched.save("other.yaml", "model: mistral-small-latest\ninstructions: You repeat.\n");
  // Of the first case both variants were asked.
  assert.deepEqual(watched.told, [{
    changes: ["large: model"],
    left: [{ variants: ["small"], cases: ["two"] }, { variants: ["large"], cases: ["one", "two"] }],
  }]);
  assert.deepEqual(
    watched.ends.map(({ experiment, comparisons }) => [
      experiment.variants,
      experiment.done,
      comparisons.map((it) => it.pairs),
    ]),
    [[["small"], 1, []], [["large"], 2, [1]]],
  );
});

Deno.test("SavedFiles tells of files that are written, replaced and made, and of no other", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using saved = new SavedFiles({ settleMs: 1 });
    const { signal } = new AbortController();
    const [one, two] = [`${folder}/one.yaml`, `${folder}/two.yaml`];
    await Deno.writeTextFile(one, "1");
    saved.watch([one, two]);
    await Deno.writeTextFile(`${folder}/another.yaml`, "1");
    const stop = new AbortController();
    const none = saved.next(stop.signal);
    stop.abort();
    assert.equal(await none, false);
    await Deno.writeTextFile(one, "2");
    assert.equal(await saved.next(signal), true);
    await Deno.writeTextFile(`${folder}/tmp`, "3");
    await Deno.rename(`${folder}/tmp`, one);
    assert.equal(await saved.next(signal), true);
    await Deno.writeTextFile(two, "1");
    assert.equal(await saved.next(signal), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
