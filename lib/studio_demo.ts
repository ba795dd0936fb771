import { join } from "node:path";
import { readConfig } from "./cli/mod.ts";
import { systemHost } from "./core/mod.ts";
import { openStudio, type Studio } from "./studio.ts";

const DAY_MS = 24 * 3_600_000;
const TOTAL = "How many rows in sales.csv and what is the total revenue?";
const SHARE = "What is 17% of 240?";
const [SMALL, LARGE] = ["mistral-small-latest", "mistral-large-latest"];

/** Oldest first: days ago, agent, prompt, model where it is not the agent's own. */
const DEMO_RUNS: readonly (readonly [number, string, string, string?])[] = [
  [4, "researcher", TOTAL, SMALL],
  [4, "main", SHARE],
  [3, "researcher", TOTAL, LARGE],
  [2, "editor", "Write a two-sentence product note about the new kettle."],
  [2, "main", SHARE, LARGE],
  [1, "flaky", "Explain why a retry should wait."],
  [1, "researcher", TOTAL, SMALL],
  [0, "main", SHARE],
  [0, "researcher", TOTAL, LARGE],
];

/**
 * Opens the studio with a person's own runs. Where there are none yet, it opens a demo store beside theirs instead, whose runs the
 * built-in simulator makes now; it says on the console which one it is.
 *
 * ```ts ignore
 * import { openStudioOrDemo } from "@agentop/studio";
 *
 * await using studio = await openStudioOrDemo();
 * console.log((await studio.runs()).length > 0);
 * ```
 *
 * @param home Folder for both stores. It comes from the environment when left out.
 * @returns The studio; its store is open and has runs.
 * @throws {AgentOpError} A variable of the environment cannot be used.
 * @throws {StoreError} A store cannot be opened.
 */
export async function openStudioOrDemo({ home: given }: { readonly home?: string } = {}): Promise<Studio> {
  const flags = given === undefined ? {} : { home: given };
  const own = await openStudio(flags);
  const [newest] = await own.runs({ limit: 1 });
  if (newest) {
    console.log("These are your own runs.");
    return own;
  }
  await own[Symbol.asyncDispose]();
  const home = join(readConfig(flags).home, "demo");
  await Deno.mkdir(home, { recursive: true });
  const options = { home, store: join(home, "agentop.db"), simulator: true };
  const demo = await openStudio(options);
  const made = (await demo.runs({ limit: DEMO_RUNS.length })).length;
  if (made === 0) {
    await Promise.all(DEMO_RUNS.map(async ([daysAgo, agent, prompt, model]) => {
      const host = systemHost();
      await using then = await openStudio({
        ...options,
        host: { ...host, now: () => host.now() - daysAgo * DAY_MS },
      });
      await then.run(agent, prompt, { group: "demo", set: model === undefined ? {} : { model } });
    }));
  }
  console.log(
    "Your store has no runs yet. These are demo runs that the built-in simulator made on this machine:\n" +
      "no model was asked, and nothing was spent. Prices are those of the models it plays.",
  );
  return demo;
}
