import { join } from "node:path";
import { AgentOpError } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import type { SoakResult } from "./check.ts";
import { seeded } from "./mutate.ts";

const CHILD = new URL("../../tests/store/fixtures/child.ts", import.meta.url).pathname;
const STEPS = 60;
const ROUNDS_MAX = 1_000;

/** Cuts, flips and blanks the write-ahead log of a store whose process was killed: what opens holds steps without a gap. */
export async function damagedWals(untilMs: number): Promise<SoakResult> {
  const folder = await Deno.makeTempDir();
  const problems: string[] = [];
  let [rounds, fewest, refused] = [0, Infinity, 0];
  try {
    const source = join(folder, "a.db");
    await killedWriter(source);
    const wal = await Deno.readFile(`${source}-wal`);
    do {
      const random = seeded(rounds++);
      const path = join(folder, `${rounds}.db`);
      await Deno.copyFile(source, path);
      await Deno.writeFile(`${path}-wal`, damaged(wal, random));
      try {
        const steps = await stepsOf(path);
        fewest = Math.min(fewest, steps.length);
        if (steps.some((step, at) => step !== at + 1)) {
          problems.push(`round ${rounds}: a gap: ${steps.join(" ")}`);
        }
      } catch (error) {
        refused++;
        if (!(error instanceof AgentOpError)) problems.push(`round ${rounds}: ${error}`);
      }
      for (const end of ["", "-wal", "-shm"]) await Deno.remove(path + end).catch(() => {});
    } while (rounds < ROUNDS_MAX && performance.now() < untilMs);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return {
    check: "damaged WALs",
    tried: `${rounds}, ${refused} refused in one line`,
    problems,
    worst: `${Number.isFinite(fewest) ? fewest : 0} steps left`,
    promise: "opens to steps without a gap, or says what is wrong",
  };
}

/** A store whose WAL holds everything: its process was killed. */
async function killedWriter(path: string): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", CHILD, "steps", path],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if ([...text.matchAll(/^step (\d+)$/gm)].some((match) => Number(match[1]) >= STEPS)) break;
  }
  child.kill("SIGKILL");
  await child.status;
}

function damaged(wal: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const kind = below(3);
  if (kind === 0) return wal.slice(0, below(wal.length));
  const copy = wal.slice();
  const at = below(wal.length);
  if (kind === 1) copy[at] = copy[at]! ^ (1 << below(8));
  else copy.fill(0, at, at + 1 + below(8_192));
  return copy;
}

/** The steps of the only run; none when it is not there yet. */
async function stepsOf(path: string): Promise<readonly number[]> {
  await using store = await openStore(path);
  const { runs } = await store.listRuns({ limit: 1 });
  if (runs.length === 0) return [];
  const { spans } = await store.loadTrace(runs[0]!.traceId);
  return [...new Set([...spans.values()].flatMap(({ step }) => step === undefined ? [] : [step]))]
    .sort((a, b) => a - b);
}
