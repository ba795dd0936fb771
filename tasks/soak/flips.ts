import { join } from "node:path";
import { flips, varied } from "../../tests/support/damaged_store.ts";
import type { SoakResult } from "./check.ts";
import { seeded } from "./mutate.ts";

const FLIPS_PER_ROUND = 10;

/** Flips bits of a store with several runs, one at a time: what changes a run is found, and nothing throws a raw error. */
export async function flippedBits(untilMs: number): Promise<SoakResult> {
  const folder = await Deno.makeTempDir();
  const problems: string[] = [];
  let [tried, changed, missed] = [0, 0, 0];
  try {
    const path = join(folder, "a.db");
    await varied(path);
    for (let round = 1; round === 1 || performance.now() < untilMs; round++) {
      for await (const flip of flips(path, FLIPS_PER_ROUND, seeded(round))) {
        tried++;
        if (flip.changed) changed++;
        if (flip.changed && !flip.found) {
          missed++;
          problems.push(`bit ${flip.bit} of round ${round} changed a run and was not found`);
        }
        problems.push(...flip.raw.map((line) => `bit ${flip.bit} of round ${round}: ${line}`));
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return {
    check: "flipped bits",
    tried: `${tried}, ${changed} changed what is read`,
    problems,
    worst: `${missed} not found`,
    promise: "db verify finds what changes a run; reading says it in one line",
  };
}
