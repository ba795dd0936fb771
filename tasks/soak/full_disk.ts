import { join } from "node:path";
import { type DurableEvent, StoreError } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../../tests/support/fake_host.ts";
import { sampleEvents } from "../../tests/support/sample_run.ts";
import type { SoakResult } from "./check.ts";

const ROUNDS_MAX = 100;
const DISK = "size=6m";

/** Writes until a small disk is full: the error names the store, and all that was told of is there afterwards. */
export async function fullDisk(untilMs: number): Promise<SoakResult> {
  const check = "full disk";
  const promise = "the error names the store; what was told of stays, and verifies";
  const folder = await Deno.makeTempDir();
  if (!await succeeds("mount", "-t", "tmpfs", "-o", DISK, "tmpfs", folder)) {
    await Deno.remove(folder);
    return { check, tried: "not here: no small disk can be made", problems: [], worst: "–", promise };
  }
  const problems: string[] = [];
  let [rounds, most] = [0, 0];
  try {
    do {
      rounds++;
      const written = await fill(join(folder, `${rounds}.db`), rounds, problems);
      most = Math.max(most, written);
    } while (rounds < ROUNDS_MAX && performance.now() < untilMs);
  } finally {
    await succeeds("umount", folder);
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
  return { check, tried: `${rounds} rounds`, problems, worst: `${most} runs before it was full`, promise };
}

async function fill(path: string, round: number, problems: string[]): Promise<number> {
  const problem = (what: string) => void problems.push(`round ${round}: ${what}`);
  const newId = () => crypto.randomUUID().replaceAll("-", "");
  let [written, events] = [0, 0];
  {
    await using store = await openStore(path);
    try {
      for (;;) {
        const text = () => crypto.randomUUID().repeat(50 + round);
        // As the program does: the end of a step together with what is known after it.
        let batch: DurableEvent[] = [];
        for (const event of sampleEvents({ host: { ...fakeHost(), newId }, rounds: 5, text })) {
          batch.push(event);
          if (event.type === "span_end") continue;
          await store.write(batch);
          events += batch.length;
          batch = [];
        }
        written++;
      }
    } catch (error) {
      const isTold = error instanceof StoreError && error.message.includes(path);
      if (!isTold) problem(`${error}`);
    }
  }
  try {
    await using store = await openStore(path);
    const runs = await store.countRuns({ status: ["completed"] });
    if (runs < written) problem(`${written} runs were written, ${runs} are there (${events} events)`);
    const { ok, problems: damage } = await store.verify();
    if (!ok) problem(damage.join("; "));
  } catch (error) {
    // There is no room left to open it for writing either: that is said, and ends when there is.
    if (!(error instanceof StoreError)) problem(`${error}`);
  }
  for (const end of ["", "-wal", "-shm"]) await Deno.remove(path + end).catch(() => {});
  return written;
}

async function succeeds(command: string, ...args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}
