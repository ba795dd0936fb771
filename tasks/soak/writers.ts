import { join } from "node:path";
import { openStore } from "../../lib/store/mod.ts";

const CHILD = new URL("../../tests/store/fixtures/child.ts", import.meta.url).pathname;
const RUNS_EACH = 5;

/** So many processes write runs into one store at once, step by step. Nobody may fail; says how long the longest write took. */
export async function manyWriters(processes: number): Promise<{ longestMs: number; problems: string[] }> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    const ends = await Promise.all(Array.from({ length: processes }, () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-prompt",
          "--quiet",
          "--allow-read",
          "--allow-write",
          CHILD,
          "write",
          path,
          `${RUNS_EACH}`,
        ],
        stdout: "piped",
        stderr: "piped",
      }).output()));
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const problems = ends.filter(({ code }) => code !== 0).map(({ stderr }) =>
      `a writer failed: ${text(stderr)}`
    );
    await using store = await openStore(path);
    const runs = await store.countRuns({ status: ["completed"] });
    if (runs !== processes * RUNS_EACH) problems.push(`${runs} runs of ${processes * RUNS_EACH} are stored`);
    const { ok, problems: damage } = await store.verify();
    if (!ok) problems.push(...damage);
    const waits = ends.map(({ stdout }) => Number(/longest (\d+) ms/.exec(text(stdout))?.[1] ?? NaN));
    return { longestMs: Math.max(...waits), problems };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
