import { Buffer } from "node:buffer";
import { join } from "node:path";
import { type Store, systemHost } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../../tests/support/fake_host.ts";
import { sampleEvents } from "../../tests/support/sample_run.ts";
import type { SoakResult } from "./check.ts";

const CHILD = new URL("./load_child.ts", import.meta.url).pathname;
const WRITERS = 4;
const PAUSE_MS = 200;
const BIG_BYTES = 1.1 * 2 ** 30;
const BIG_TEXT_BYTES = 64 * 1024;

/** The same of a store beyond 1 GiB: it takes some minutes to fill. */
export async function bigBackups(untilMs: number): Promise<SoakResult> {
  return await backups(untilMs, BIG_BYTES);
}

/** Until the file is that large: texts that cannot be packed well. */
async function fill(store: Store, path: string, bytes: number): Promise<void> {
  while ((await Deno.stat(path)).size < bytes) {
    const text = () => crypto.getRandomValues(Buffer.alloc(BIG_TEXT_BYTES)).toString("base64");
    const host = { ...fakeHost({ startMs: Date.now() }), newId: systemHost().newId };
    for (let at = 0; at < 4; at++) await store.write([...sampleEvents({ host, rounds: 40, text })]);
  }
}

/** Copies a store again and again while others write steps into it as fast as they can: every copy opens and verifies. */
export async function backups(untilMs: number, bytesAtFirst = 0): Promise<SoakResult> {
  const folder = await Deno.makeTempDir();
  const problems: string[] = [];
  let [copies, longestMs, writes, bytes] = [0, 0, 0, 0];
  try {
    const path = join(folder, "a.db");
    await using store = await openStore(path);
    await fill(store, path, bytesAtFirst);
    const writers = Array.from({ length: WRITERS }, () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-prompt",
          "--no-check",
          "--allow-read",
          "--allow-write",
          CHILD,
          path,
        ],
        stdout: "piped",
      }).spawn());
    // One byte for each hundred writes.
    const counted = writers.map(async ({ stdout }) => {
      for await (const chunk of stdout) writes += 100 * chunk.length;
    });
    const beganMs = performance.now();
    try {
      do {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        const copy = join(folder, `copy-${copies}.db`);
        const startMs = performance.now();
        await store.backupTo(copy);
        longestMs = Math.max(longestMs, performance.now() - startMs);
        copies++;
        bytes = Math.max(bytes, (await Deno.stat(copy)).size);
        {
          await using copied = await openStore(copy);
          const { ok, problems: damage } = await copied.verify();
          if (!ok) problems.push(...damage.map((it) => `copy ${copies}: ${it}`));
        }
        for (const end of ["", "-wal", "-shm", "-live"]) {
          await Deno.remove(`${copy}${end}`, { recursive: true }).catch(() => {});
        }
      } while (performance.now() < untilMs);
    } finally {
      const seconds = (performance.now() - beganMs) / 1000;
      for (const writer of writers) {
        writer.kill("SIGKILL");
        await writer.status;
      }
      await Promise.all(counted);
      writes /= seconds;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return {
    check: bytesAtFirst > 0 ? "backups of a large store under load" : "backups under load",
    tried: `${copies} copies while ${WRITERS} processes made ${writes.toFixed(0)} writes a second, up to ${
      (bytes / 1e6).toFixed(0)
    } MB`,
    problems,
    worst: `${longestMs.toFixed(0)} ms for one`,
    promise: "every copy opens and verifies",
  };
}
