import assert from "node:assert/strict";
import { join } from "node:path";
import { type DurableEvent, systemHost } from "../../lib/core/mod.ts";
import { follow } from "../../lib/live/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

const CHILD = new URL("./fixtures/child.ts", import.meta.url).pathname;

function child(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", CHILD, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function withStorePath(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "a.db"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Lines of a child's output, as they come. */
async function* linesOf(process: Deno.ChildProcess): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

Deno.test("four processes starting together on a new store all succeed", async () => {
  await withStorePath(async (path) => {
    const results = await Promise.all(Array.from({ length: 4 }, () => child("write", path, "3").output()));
    for (const { code, stderr } of results) assert.equal(code, 0, new TextDecoder().decode(stderr));
    await using store = await openStore(path);
    assert.equal(await store.countRuns({ status: ["completed"] }), 12);
    assert.equal((await store.verify()).ok, true);
  });
});

Deno.test("kill -9 loses no acknowledged step, and the run is then interrupted", async () => {
  await withStorePath(async (path) => {
    const process = child("steps", path);
    let traceId = "";
    let acknowledged = 0;
    for await (const line of linesOf(process)) {
      const [kind, value] = line.split(" ");
      if (kind === "run") traceId = value!;
      if (kind === "step") acknowledged = Number(value);
      if (acknowledged >= 25) {
        process.kill("SIGKILL");
        break;
      }
    }
    await process.status;
    await process.stderr.cancel();
    await using store = await openStore(path);
    assert.equal(await store.recoverInterrupted(), 1);
    const { run, spans } = await store.loadTrace(traceId);
    assert.equal(run.status, "interrupted");
    assert(run.totals.steps >= acknowledged, `${run.totals.steps} stored, ${acknowledged} acknowledged`);
    assert([...spans.values()].every((span) => span.endTimeUs !== undefined));
    assert([...spans.values()].some((span) => span.status === "interrupted"));
    assert.equal((await store.verify()).ok, true);
    assert.equal(await store.recoverInterrupted(), 0);
  });
});

Deno.test("a run that a living process holds is neither claimed nor interrupted", async () => {
  await withStorePath(async (path) => {
    const process = child("steps", path);
    let traceId = "";
    for await (const line of linesOf(process)) {
      if (line.startsWith("run ")) traceId = line.slice(4);
      if (!line.startsWith("step ")) continue;
      await using store = await openStore(path);
      assert.equal(await store.recoverInterrupted(), 0);
      assert.equal(await store.claimRun(traceId), false);
      process.kill("SIGKILL");
      break;
    }
    await process.status;
    await process.stderr.cancel();
  });
});

Deno.test("a run whose process dies before its first step is interrupted, and whoever watches it is told", async () => {
  await withStorePath(async (path) => {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", CHILD, "queue", path],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [line] = await Array.fromAsync(linesOf(process), async (line: string) => {
      await using store = await openStore(path);
      assert.equal(await store.recoverInterrupted(), 0, "it lives");
      process.kill("SIGKILL");
      return line;
    });
    await process.status;
    await process.stderr.cancel();
    const traceId = line!.slice("run ".length);
    await using store = await openStore(path);
    const statuses: string[] = [];
    for await (const { trace } of follow(store, traceId, { host: systemHost() })) {
      statuses.push(trace.run.status);
    }
    assert.deepEqual(statuses, ["queued", "interrupted"]);
  });
});

Deno.test("a queued run that nobody holds waits; one whose writer closed the store before it began does not", async () => {
  await withStorePath(async (path) => {
    const begin = (runId: string, traceId: string): DurableEvent => {
      const [first] = sampleEvents({ rounds: 0 });
      assert(first?.type === "run_start");
      return { ...first, run: { ...first.run, runId, traceId, status: "queued" } };
    };
    {
      await using store = await openStore(path);
      await store.write([begin("free", "a".repeat(32))]);
      await store.write([begin("mine", "b".repeat(32))], { claim: true });
      await store.write([begin("given", "c".repeat(32))], { claim: true });
      await store.releaseRun("c".repeat(32));
    }
    await using store = await openStore(path);
    assert.equal(await store.recoverInterrupted(), 1);
    assert.equal((await store.getRun("b".repeat(32)))?.status, "interrupted");
    assert.equal((await store.getRun("a".repeat(32)))?.status, "queued");
    assert.equal((await store.getRun("c".repeat(32)))?.status, "queued");
  });
});

Deno.test("onChange() hears of another process's commits", async () => {
  await withStorePath(async (path) => {
    await using store = await openStore(path);
    const heard = Promise.withResolvers<void>();
    const stop = store.onChange(async () => {
      if (await store.countRuns() > 0) heard.resolve();
    });
    const { code } = await child("write", path, "1").output();
    assert.equal(code, 0);
    await heard.promise;
    stop();
  });
});

Deno.test("what another process wrote of a run is seen, also when writes to other runs came between", async () => {
  await withStorePath(async (path) => {
    await using here = await openStore(path, { host: fakeHost() });
    await using there = await openStore(path, { host: fakeHost() });
    const events = [...sampleEvents({ host: fakeHost() })];
    assert(events[0]?.type === "run_start");
    const third = Math.floor(events.length / 3);
    await here.write(events.slice(0, third));
    await there.write(events.slice(third, 2 * third));
    for (let startMs = 1; startMs <= 2; startMs++) {
      const newId = () => crypto.randomUUID().replaceAll("-", "");
      await here.write([...sampleEvents({ host: { ...fakeHost({ startMs }), newId } })]);
    }
    await here.write(events.slice(2 * third));
    await using alone = await openStore(MEMORY, { host: fakeHost() });
    await alone.write(events);
    const { traceId } = events[0].run;
    assert.deepEqual(await here.loadTrace(traceId), await alone.loadTrace(traceId));
  });
});
