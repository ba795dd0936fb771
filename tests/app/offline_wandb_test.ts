import { deepStrictEqual as assertEquals, ok } from "node:assert";
import type { Buffer } from "node:buffer";
import { join } from "node:path";
import { exportWandb } from "../../lib/app/ways_out/export_wandb.ts";
import { exportApp } from "../support/export_app.ts";
import { sampleEvents } from "../support/sample_run.ts";
import { wandbRecords, type WireField, wireFields } from "../support/wandb_log.ts";

const signal = new AbortController().signal;

const at = (fields: readonly WireField[], number: number) => fields.filter((it) => it.number === number);
const text = (fields: readonly WireField[], number: number) => String(at(fields, number)[0]?.value);
const inner = (field: WireField) => [...wireFields(field.value as Buffer)];

Deno.test("exportWandb() without a server writes folders that wandb sync reads: configuration, history, figures, files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using app = exportApp({});
    const store = await app.store();
    const prompt = "y".repeat(50_000);
    await store.write([...sampleEvents({ rounds: 40, group: "night", prompt })]);
    const [run] = (await store.listRuns()).runs;
    const report = await exportWandb(app, { signal, offlineFolder: folder, project: "evals" });
    assertEquals([report.runs, report.url], [1, folder]);
    const [{ name }] = [...Deno.readDirSync(folder)] as [Deno.DirEntry];
    ok(/^offline-run-\d{8}_\d{6}-/.test(name) && name.endsWith(run!.runId), name);
    const path = join(folder, name);
    const records = [...wandbRecords(await Deno.readFile(join(path, `run-${run!.runId}.wandb`)))];
    assertEquals(records.map((it) => at(it, 1)[0]!.value), records.map((_, index) => index + 1));
    const facts = inner(at(records[1]!, 17)[0]!);
    assertEquals([text(facts, 1), text(facts, 3), text(facts, 6)], [run!.runId, "evals", "night"]);
    const config = inner(at(facts, 4)[0]!).map(inner);
    const told = config.find((it) => text(it, 1) === "prompt")!;
    assertEquals(JSON.parse(text(told, 16)).length, 10_001);
    const history = records.flatMap((it) => at(it, 2)).map(inner);
    assertEquals(history.length, 80);
    const exit = inner(records.flatMap((it) => at(it, 18))[0]!);
    assertEquals(exit, [{ number: 1, value: 0 }]);
    const files = inner(records.flatMap((it) => at(it, 6))[0]!).map(inner).map((it) => text(it, 1));
    for (const file of files) ok((await Deno.stat(join(path, "files", file))).size > 0);
    const modes = [
      path,
      join(path, "files"),
      join(path, `run-${run!.runId}.wandb`),
      join(path, "files", files[0]!),
    ];
    if (Deno.build.os !== "windows") {
      assertEquals(modes.map((it) => Deno.statSync(it).mode! & 0o777), [0o700, 0o700, 0o600, 0o600]);
    }
    assertEquals((await exportWandb(app, { signal, offlineFolder: folder })).unchanged, 1);
    assertEquals((await exportWandb(app, { signal, offlineFolder: folder, again: true })).runs, 1);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
