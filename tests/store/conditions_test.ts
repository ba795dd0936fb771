import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRunQuery } from "../../lib/analysis/mod.ts";
import { type DurableEvent, NO_TOTALS, NO_USAGE, notOf, type Run, type Store } from "../../lib/core/mod.ts";
import { shortStatus } from "../../lib/present/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { sampleEvents, sampleRun } from "../support/sample_run.ts";

const US_PER_S = 1_000_000;

/** Runs whose agents are named by what is special about them. */
async function filled(store: Store, host: FakeHost): Promise<Map<string, Run>> {
  const runs = new Map<string, Run>();
  const write = async (agent: string, given: Partial<Run>) => {
    host.advance(1);
    const base = sampleRun(host, { agent, prompt: `asked of ${agent}` });
    const run: Run = { ...base, status: "completed", endTimeUs: base.startTimeUs + US_PER_S, ...given };
    await store.write([{ type: "run_start", run }]);
    runs.set(agent, run);
  };
  const error = (type: string, message = "") => ({ error: { type, message } });
  const warned = (type: string, message = "") => ({ warnings: [{ type, message }] });
  const totals = (given: Partial<Run["totals"]>) => ({ totals: { ...NO_TOTALS, ...given } });
  await write("plain", { tags: { env: "dev", "a_b": 'x,"y":"z"' } });
  await write("prod", { tags: { env: "production", "y": "w" }, userId: "Ada", group: "ablation temp" });
  await write("failed", { status: "failed", ...error("429", 'Cannot ask: "slow\\down" 100%') });
  await write("budget", { status: "stopped", ...error("budget") });
  await write("steps", { status: "stopped", ...error("max_steps") });
  await write("time", { status: "stopped", ...error("timeout") });
  await write("loop", { status: "stopped", ...error("loop") });
  await write("off", { status: "interrupted" });
  await write("short", warned("cut_off", "the answer type ends"));
  await write("filtered", warned("content_filter"));
  await write("dear", totals({ costUsd: 0.5, steps: 7, attempts: 5, llmCalls: 3 }));
  await write("unsure", totals({ costUsd: 0.25, unknownCostCalls: 1, attempts: 0, llmCalls: 2 }));
  await write("talker", totals({ usage: { ...NO_USAGE, inputTokens: 1500, outputTokens: 500 } }));
  await write("slow", { endTimeUs: (host.now() + 1) * 1000 + 90 * US_PER_S, model: "mistral-large-latest" });
  await write("queued", { status: "queued" });
  const { endTimeUs: _, ...queued } = runs.get("queued")!;
  await store.write([{ type: "run_update", traceId: queued.traceId, change: { endTimeUs: null } }]);
  const tool = [...sampleEvents({ host, agent: "tool", rounds: 1 })];
  await store.write(tool as DurableEvent[]);
  const live = [...sampleEvents({ host, agent: "live", rounds: 0, open: true })];
  await store.write(live as DurableEvent[]);
  host.advance(20_000);
  return runs;
}

async function withStore(use: (ask: (text: string) => Promise<string[]>, store: Store) => Promise<void>) {
  const host = fakeHost();
  await using store = await openStore(MEMORY, { host });
  await filled(store, host);
  await use(async (text) => {
    const { filter, errors } = parseRunQuery(text, host.now());
    assert.deepEqual(errors, []);
    return (await store.listRuns({ filter })).runs.map((run) => run.agent).sort();
  }, store);
}

Deno.test("every term finds the runs it means, and no other", async () => {
  await withStore(async (ask) => {
    for (
      const [text, found] of [
        ["status:budget", "budget"],
        ["status:steps", "steps"],
        ["status:time", "time"],
        ["status:loop,failed", "failed loop"],
        ["status:stopped", "budget loop steps time"],
        ["status:cut", "off short"],
        ["status:interrupted", "off"],
        ["status:warned", "filtered short"],
        ["status:live", "live"],
        ["agent:LOO", "loop"],
        ["agent=Loop", ""],
        ["agent=loop", "loop"],
        ["agent:off or agent=time", "off time"],
        ["model:large", "slow"],
        ["group:ablation", "prod"],
        ["group=ablation", ""],
        ['group="ablation temp"', "prod"],
        ["user:ada", "prod"],
        ["tool:read", "tool"],
        ["tool=read_file", "tool"],
        ["tool=read", ""],
        ["tool:execute", ""],
        ["tag:env", "plain prod"],
        ["tag:env=dev", "plain"],
        ["tag:env=prod", ""],
        ["tag:y", "prod"],
        ["tag:y=z", ""],
        ["tag:a_b -tag:aXb", "plain"],
        ['tag:a_b="x,\\"y\\":\\"z\\""', "plain"],
        ["error:429", "failed"],
        ['error:"slow\\\\down"', "failed"],
        ["error:100%", "failed"],
        ["error:100_", ""],
        ["error=max_steps", "steps"],
        ["warning:answer", "short"],
        ["warning:message", ""],
        ["warning=cut_off", "short"],
        ["warning=cut", ""],
        ["cost>0.3", "dear"],
        ["cost>0.2", "dear unsure"],
        ["cost<=0.5 cost>0.01", "dear"],
        ["cost:unknown", "unsure"],
        ["cost=0.5", "dear"],
        ["tokens>=2k", "talker"],
        ["tokens<2000 tokens>1000", ""],
        ["steps>6", "dear"],
        ["retries>0", "dear"],
        ["retries>=2 or retries<0", "dear"],
        ["duration>1m", "slow"],
        ["duration>15s", "live slow"],
        ["duration=90s", "slow"],
        ['"asked of" plain', "plain"],
        ["plain or loop", "loop plain"],
        ["asked -(status:done or status:stopped,cut)", "failed queued"],
        ["duration<0 or duration>=0 status:queued", ""],
      ] as const
    ) {
      assert.equal((await ask(text)).join(" "), found, text);
    }
  });
});

Deno.test("the word a list shows for a run's status finds that run", async () => {
  await withStore(async (ask, store) => {
    for (const run of (await store.listRuns()).runs) {
      const found = await ask(`status:"${shortStatus(run)}"`);
      assert.ok(found.includes(run.agent), `${run.agent}: ${shortStatus(run)} finds ${found}`);
    }
  });
});

Deno.test("the id in a row finds it, as does its beginning", async () => {
  await withStore(async (ask, store) => {
    for (const { runId, agent } of (await store.listRuns()).runs) {
      assert.deepEqual(await ask(`id:${runId.slice(-8)}`), [agent]);
      assert.deepEqual(await ask(`id=${runId}`), [agent]);
      assert.ok((await ask(`id:${runId.slice(0, 8).toUpperCase()}`)).includes(agent));
    }
  });
});

const atom = fc.constantFrom(
  ...[
    "status:budget,cut",
    "id:0",
    "agent:l",
    "group:a",
    'group=""',
    "user=Ada",
    "tool:read",
    "tag:env",
    "tag:env=dev",
  ],
  ...["error:4", 'error=""', "warning:c", 'warning=""', "cost>0.1", "cost<0.1", "cost:unknown", "tokens>100"],
  ...[
    "duration>1s",
    "duration<=1s",
    "steps>0",
    "retries<1",
    "since:10s",
    "until:10s",
    "asked",
    "plain",
    '"!"',
  ],
);
const query: fc.Arbitrary<string> = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    atom,
    tie("query").map((it) => `-(${it})`),
    fc.tuple(tie("query"), tie("query")).map(([a, b]) => `(${a} or ${b})`),
    fc.tuple(tie("query"), tie("query")).map(([a, b]) => `(${a}) (${b})`),
  ),
})).query;

Deno.test("a run fits a search or its negation, and sides and alternatives add up", async () => {
  await withStore(async (ask, store) => {
    const all = (await store.listRuns()).runs.map((run) => run.agent).sort();
    const minus = (a: string[], b: string[]) => a.filter((it) => !b.includes(it));
    await fc.assert(
      fc.asyncProperty(query, query, async (a, b) => {
        const [as, bs] = [await ask(a), await ask(b)];
        assert.deepEqual(await ask(`-(${a})`), minus(all, as));
        assert.deepEqual(await ask(`(${a}) (${b})`), as.filter((it) => bs.includes(it)));
        assert.deepEqual(
          await ask(`(${a}) or (${b})`),
          all.filter((it) => as.includes(it) || bs.includes(it)),
        );
        assert.deepEqual(await ask(`-(${a} or ${b})`), await ask(`-(${a}) -(${b})`));
        const { where } = parseRunQuery(a, 0).filter;
        if (where) assert.deepEqual(parseRunQuery(`--(${a})`, 0).filter.where, notOf(notOf(where)));
      }),
      { numRuns: 40 },
    );
  });
});

Deno.test("listRuns() from the end is the list backwards, page by page, in every order", async () => {
  await withStore(async (_, store) => {
    const all = async (query: Parameters<Store["listRuns"]>[0]) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.listRuns({ ...query, limit: 4, ...(cursor ? { cursor } : {}) });
        ids.push(...page.runs.map((run) => run.runId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return ids;
    };
    for (const sort of ["newest", "oldest", "cost", "tokens", "duration", "steps"] as const) {
      for (const filter of [{}, { text: "asked" }]) {
        const forward = await all({ sort, filter });
        assert.equal(forward.length, filter.text ? 15 : 17);
        assert.deepEqual(await all({ sort, filter, fromEnd: true }), forward.reverse(), sort);
      }
    }
  });
});
