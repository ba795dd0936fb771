import { deepStrictEqual as assertEquals, rejects } from "node:assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { App } from "../../lib/app/mod.ts";
import { importFiles } from "../../lib/app/import_files.ts";
import { exporterOf, exportTable } from "../../lib/app/mod.ts";
import type { Trace } from "../../lib/core/mod.ts";
import { encodeTraces, encodeTracesJson } from "../../lib/otlp/mod.ts";
import { MEMORY } from "../../lib/store/mod.ts";
import { sent, span, TRACE_ID } from "../otlp/spans.ts";
import { fakeHost } from "../support/fake_host.ts";
import { randomEvents } from "../support/random_run.ts";

const CHAT = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "m",
  "gen_ai.usage.input_tokens": 4n,
};
const SPANS = sent([span(1, { attributes: CHAT }), span(2, { attributes: CHAT })]);

function appOf(): App {
  return new App({
    useSimulator: true,
    defaults: {},
    retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
    home: "/nowhere",
    storePath: MEMORY,
    storeGiven: true,
    agentFolders: [],
    secrets: {},
    environments: { plain: {}, runner: {} },
  }, { host: fakeHost() });
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("importFiles() finds OTLP by content: JSON, JSON lines, protobuf, gzip, in folders", async () => {
  await inFolder(async (folder) => {
    const of = (n: number) => sent([span(1, { traceId: `${n}`.repeat(32), attributes: CHAT })]);
    const files: Readonly<Record<string, string | Uint8Array>> = {
      "a.json": JSON.stringify(JSON.parse(encodeTracesJson(of(1))), null, 2),
      "b.jsonl": `${encodeTracesJson(of(2))}\n${encodeTracesJson(of(3))}\n{"cut`,
      "c.bin": encodeTraces(of(4)),
      "d.bin.gz": gzipSync(encodeTraces(of(5))),
      "readme.txt": "nothing of ours",
      "other.json": '{"name":"not a trace"}',
    };
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeFile(
        join(folder, name),
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    await using app = appOf();
    const report = await importFiles(app, [folder]);
    assertEquals(report.runs.map(({ runId }) => runId[0]).toSorted(), ["1", "2", "3", "4", "5"]);
    assertEquals([report.files, report.badLines, report.unchanged], [4, 1, 0]);
    const again = await importFiles(app, [folder]);
    assertEquals([again.runs, again.unchanged], [[], 5]);
    await rejects(
      importFiles(app, [join(folder, "readme.txt")]),
      /Cannot import .*readme.txt: it is neither/,
    );
    await rejects(importFiles(app, [join(folder, "none")]), /Cannot import/);
  });
});

Deno.test("importFiles() counts a run once that several files hold, as new where any of them brought something", async () => {
  await inFolder(async (folder) => {
    const first = sent([span(1, { attributes: CHAT })]);
    await Deno.writeFile(join(folder, "a.bin"), encodeTraces(first));
    await Deno.writeTextFile(join(folder, "b.json"), encodeTracesJson(first));
    await Deno.writeFile(join(folder, "c.bin"), encodeTraces(SPANS));
    await using app = appOf();
    const counts = async (...paths: readonly string[]) => {
      const { files, runs, unchanged } = await importFiles(app, paths);
      return [files, runs.length, unchanged];
    };
    assertEquals(await counts(join(folder, "a.bin"), join(folder, "b.json")), [2, 1, 0]);
    assertEquals(await counts(folder), [3, 1, 0], "the last one brings a span");
    assertEquals(await counts(folder), [3, 0, 1]);
  });
});

Deno.test("importFiles() settles a trace without a root: nothing more comes from a file", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.bin");
    await Deno.writeFile(path, encodeTraces(sent([span(2, { attributes: CHAT })])));
    await using app = appOf();
    await importFiles(app, [path]);
    assertEquals((await (await app.store()).getRun(TRACE_ID))!.status, "completed");
  });
});

/** What an export keeps: all but whose run it is. */
const plain = ({ run, spans, snapshots, evaluations }: Trace) => ({
  run: { ...run, origin: "" },
  spans: [...spans.values()],
  snapshots,
  evaluations,
});

Deno.test("import of export jsonl traces is the same run, for any run", async () => {
  await inFolder(async (folder) => {
    const jsonl = await exporterOf("jsonl");
    let count = 0;
    await fc.assert(
      fc.asyncProperty(randomEvents, async (events) => {
        await using from = appOf();
        await using to = appOf();
        const source = await from.store();
        await source.write(events);
        const [run] = (await source.listRuns()).runs;
        const file = join(folder, `${count++}.jsonl`);
        if (jsonl.takes !== "one_table") throw new Error("no table");
        const signal = new AbortController().signal;
        await exportTable(from, jsonl, file, { table: "traces", signal });
        const report = await importFiles(to, [file]);
        assertEquals(report.runs.map(({ format }) => format), ["agentop"]);
        const target = await to.store();
        const expected = plain(await source.loadTrace(run!.traceId));
        const isOver = !["running", "waiting", "paused", "queued"].includes(expected.run.status);
        assertEquals(plain(await target.loadTrace(run!.traceId)), {
          ...expected,
          run: { ...expected.run, ...(isOver ? {} : { status: "interrupted" }) },
        });
        assertEquals((await target.verify()).problems, []);
        assertEquals((await importFiles(to, [file])).unchanged, 1);
      }),
      { numRuns: 8 },
    );
  });
});

Deno.test("importFiles() takes no line that is not what was written, and writes over nothing that is here", async () => {
  await inFolder(async (folder) => {
    await using app = appOf();
    const store = await app.store();
    const path = join(folder, "a.jsonl");
    const row = (trace: unknown) =>
      JSON.stringify({ format: "agentop.run/1", runId: "x", trace: JSON.stringify(trace) });
    await Deno.writeTextFile(path, `${row({})}\n${row({ run: 1 })}\n${row([])}\n`);
    assertEquals((await importFiles(app, [path])).badLines, 3);
    await Deno.writeFile(path, encodeTraces(SPANS));
    await importFiles(app, [path]);
    const before = await store.loadTrace(TRACE_ID);
    const file = join(folder, "own.jsonl");
    const jsonl = await exporterOf("jsonl");
    if (jsonl.takes !== "one_table") throw new Error("no table");
    await exportTable(app, jsonl, file, { table: "traces", signal: new AbortController().signal });
    assertEquals((await importFiles(app, [file])).unchanged, 1);
    assertEquals(await store.loadTrace(TRACE_ID), before);
  });
});
