import { App, evaluate, loadSuiteOf } from "../../lib/app/mod.ts";
import { readConfig } from "../../lib/cli/mod.ts";
import { loadExperiments } from "../../lib/analysis/mod.ts";
import { type CaseResult, NO_USAGE } from "../../lib/core/mod.ts";
import { type Figure, median, timeMs } from "./figure.ts";
import { chatServer, startServing } from "./serving.ts";

const CASES = 1_000;
const CONCURRENCY = 50;
const ROUNDS = 3;
const WAIT_MS = 50;

/** The same requests with nothing around them. */
async function bareLoop(url: string, count: number): Promise<void> {
  let left = count;
  const work = async () => {
    while (left-- > 0) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer bench" },
        body: JSON.stringify({
          model: "mistral-small-latest",
          messages: [{ role: "user", content: `Case ${left}` }],
        }),
      });
      const { choices } = await response.json();
      if (choices[0].message.content !== "It is 42.") throw new Error("another answer");
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

class EvalFolder implements AsyncDisposable {
  private constructor(readonly path: string, readonly app: App) {}

  static async open(url: string, cases: number): Promise<EvalFolder> {
    const path = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${path}/bench.yaml`,
      "model: mistral-small-latest\ninstructions: You answer.\n",
    );
    await Deno.writeTextFile(
      `${path}/cases.jsonl`,
      Array.from(
        { length: cases },
        (_, n) => JSON.stringify({ id: `c${n}`, prompt: `Case ${n}`, want: "42" }),
      ).join("\n"),
    );
    await Deno.writeTextFile(
      `${path}/suite.yaml`,
      "agent: ./bench.yaml\ncases: [{ file: cases.jsonl }]\nscorers: [{ contains: '{{want}}' }]\n",
    );
    const env: Record<string, string> = { MISTRAL_SERVER_URL: url, MISTRAL_API_KEY: "bench", HOME: path };
    const config = readConfig({ home: path, store: `${path}/bench.db` }, (name) => env[name]);
    return new EvalFolder(path, new App(config));
  }

  async run(): Promise<void> {
    const loaded = await loadSuiteOf(this.app, `${this.path}/suite.yaml`);
    const { done, passed, status } = await evaluate(this.app, loaded, { concurrency: CONCURRENCY });
    if (status !== "completed" || passed !== done) throw new Error(`${status}: ${passed} of ${done} passed`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
    await Deno.remove(this.path, { recursive: true });
  }
}

async function perCase(waitMs: number): Promise<{ readonly bareMs: number; readonly evalMs: number }> {
  await using server = await startServing(chatServer(waitMs));
  await using folder = await EvalFolder.open(server.url, CASES);
  const [bare, judged]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    bare.push(await timeMs(() => bareLoop(server.url, CASES)));
    judged.push(await timeMs(() => folder.run()));
  }
  return { bareMs: median(bare.slice(1)) / CASES, evalMs: median(judged.slice(1)) / CASES };
}

async function memoryMb(cases: number): Promise<number> {
  await using server = await startServing(chatServer(0));
  await using folder = await EvalFolder.open(server.url, cases);
  let most = 0;
  const looking = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 100);
  await folder.run();
  clearInterval(looking);
  return most / 1e6;
}

async function lists(): Promise<Figure[]> {
  await using folder = await EvalFolder.open("http://127.0.0.1:1", 1);
  const store = await folder.app.store();
  for (let n = 0; n < 1_000; n++) {
    await store.beginExperiment({
      experiment: {
        experimentId: `01a00000-0000-7000-8000-${String(n).padStart(12, "0")}`,
        suite: "bench",
        suiteHash: "0".repeat(32),
        status: "completed",
        startTimeUs: n,
        endTimeUs: n,
        variants: ["a", "b"],
        cases: 100,
        repeats: 1,
        planned: 200,
        done: 200,
        passed: 100,
        errors: 0,
        usage: NO_USAGE,
        costUsd: 0,
        unknownCostCalls: 0,
      },
      plan: {
        path: "suite.yaml",
        variants: [],
        repeats: 1,
        source: "live",
        mode: "live",
        scorers: [],
        set: {},
      },
    }, []);
  }
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    times.push(await timeMs(async () => await store.listExperiments({ limit: 1_000 })));
  }
  return [{ name: "list of 1,000 experiments", value: median(times), unit: "ms", limit: 10 }];
}

/** 10,000 results of 5,000 cases, from the store's rows to the summary. */
async function aggregates(): Promise<Figure[]> {
  const { summarizeVariants } = await loadExperiments();
  const results = Array.from({ length: 10_000 }, (_, n): CaseResult => ({
    caseId: `c${n >> 1}`,
    variant: "a",
    repeat: 1 + (n & 1),
    runId: "r",
    status: "completed",
    durationMs: n,
    spent: { usage: NO_USAGE, costUsd: 0.001, unknownCostCalls: 0 },
    scores: [{ scorer: "contains", value: n % 3 === 0 ? 0 : 1, passed: n % 3 !== 0 }],
  }));
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    times.push(
      await timeMs(() =>
        Promise.resolve(summarizeVariants({ variants: ["a"], repeats: 2 }, { scorers: [] }, results))
      ),
    );
  }
  return [{ name: "10,000 results summed up", value: median(times), unit: "ms", limit: 50 }];
}

/** Suites: what a case costs beside the request alone, memory, and what is read back. */
export async function evals(): Promise<Figure[]> {
  const quick = await perCase(0);
  const slow = await perCase(WAIT_MS);
  const idealMs = WAIT_MS / CONCURRENCY;
  return [
    { name: "bare loop, a request", value: quick.bareMs, unit: "ms", limit: Infinity },
    { name: "case, stored and scored", value: quick.evalMs, unit: "ms", limit: 2.5 },
    { name: "case against the bare loop", value: quick.evalMs / quick.bareMs, unit: "×", limit: 2 },
    { name: `case at ${WAIT_MS} ms against ideal`, value: slow.evalMs / idealMs, unit: "×", limit: 1.15 },
    { name: "memory of 10,000 cases", value: await memoryMb(10_000), unit: "MB", limit: 250 },
    ...await lists(),
    ...await aggregates(),
  ];
}
