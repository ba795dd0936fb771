import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { applyEvent, type DurableEvent, type Trace } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "./fake_host.ts";
import { sampleEvents } from "./sample_run.ts";

/** A store whose process was cut off: every event of one run was acknowledged, and all of it stands in the write-ahead log. */
export interface CutOff {
  readonly folder: string;
  readonly events: readonly DurableEvent[];
}

/** Fills `folder` with the files of such a store, `a.db` first. */
export async function cutOff(folder: string, rounds = 3): Promise<CutOff> {
  const path = join(folder, "live.db");
  await using store = await openStore(path, { host: fakeHost() });
  const events = [...sampleEvents({ host: fakeHost(), rounds })];
  for (const event of events) await store.write([event]);
  for (const end of ["", "-wal"]) await Deno.copyFile(`${path}${end}`, join(folder, `a.db${end}`));
  await Deno.mkdir(join(folder, "a.db-live"));
  for await (const { name, isFile } of Deno.readDir(`${path}-live`)) {
    if (isFile) await Deno.copyFile(join(`${path}-live`, name), join(folder, "a.db-live", name));
  }
  return { folder, events };
}

export type LogDamage = "cut" | "flip" | "zero";

/** Damages the log of such a store in a copy, opens that, and checks what is promised. Gives how many writes were lost. */
export async function openDamagedLog(
  { folder, events }: CutOff,
  kind: LogDamage,
  random: () => number,
): Promise<number> {
  const copy = await Deno.makeTempDir();
  try {
    const path = join(copy, "a.db");
    await Deno.copyFile(join(folder, "a.db"), path);
    await Deno.mkdir(`${path}-live`);
    for await (const { name } of Deno.readDir(join(folder, "a.db-live"))) {
      await Deno.copyFile(join(folder, "a.db-live", name), join(`${path}-live`, name));
    }
    const log = await Deno.readFile(join(folder, "a.db-wal"));
    const at = Math.floor(random() * log.length);
    if (kind === "flip") log[at]! ^= 1 << Math.floor(random() * 8);
    if (kind === "zero") log.fill(0, at, at + 1 + Math.floor(random() * 4096));
    await Deno.writeFile(`${path}-wal`, kind === "cut" ? log.subarray(0, at) : log);
    return await checkPrefix(path, events);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** What is there is what was written, up to some write; what is missing is said. */
async function checkPrefix(path: string, events: readonly DurableEvent[]): Promise<number> {
  await using store = await openStore(path, { host: fakeHost() });
  const kept = writesIn(path);
  let trace: Trace | undefined;
  for (const event of events.slice(0, kept)) trace = applyEvent(trace, event);
  const { runs } = await store.listRuns();
  assert.equal(runs.length, trace ? 1 : 0);
  if (trace) assert.deepEqual(await store.loadTrace(trace.run.traceId), trace);
  const lost = await store.lostWrites();
  assert.deepEqual(lost.map(({ count }) => count), kept === events.length ? [] : [events.length - kept]);
  const report = await store.verify();
  assert.equal(report.ok, kept === events.length, report.problems.join("; "));
  return events.length - kept;
}

function writesIn(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare("select seq from clock").get()?.["seq"]);
}
