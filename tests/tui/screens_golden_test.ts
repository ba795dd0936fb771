import type { Store } from "../../lib/core/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { costlyMonth, richRun, SERVICES } from "./screens_scenario.ts";

interface Frame {
  readonly name: string;
  readonly fill?: (store: Store, host: FakeHost) => Promise<unknown>;
  /** What to see, then what to press. */
  readonly steps: readonly (readonly [RegExp, ...string[]])[];
  readonly seen: RegExp;
  readonly sizes?: readonly (readonly [number, number])[];
}

const SIZES = [[160, 48], [100, 30], [80, 24]] as const;
const RUNS = /▶ ✓ done/;
const OPEN: readonly (readonly [RegExp, ...string[]])[] = [[RUNS, "j", "enter"], [/There are 1,204 rows/]];
const tab = (steps: number, ...before: readonly string[]): Frame["steps"] => [
  ...OPEN,
  [/There are 1,204 rows/, ...before, ...Array.from({ length: steps }, () => "]")],
];

const FRAMES: readonly Frame[] = [
  { name: "costs", fill: costlyMonth, steps: [[RUNS, "4"]], seen: /mistral-large-latest[\s\S]*total/ },
  {
    name: "costs_day",
    fill: costlyMonth,
    steps: [[RUNS, "4"], [/total/, "tab", "tab"]],
    seen: /DAY[\s\S]*2026-01-20/,
  },
  {
    name: "costs_budget",
    fill: costlyMonth,
    steps: [[RUNS, "4"], [/total/, "shift+tab"]],
    seen: /RUN {6}AGENT[\s\S]*%/,
  },
  {
    name: "costs_what_if",
    fill: costlyMonth,
    steps: [[RUNS, "4"], [/total/, "m", "small"], [/mistral-small-2603/, "enter"]],
    seen: /WHAT IF[\s\S]*with|with[\s\S]*WHAT IF/,
  },
  {
    name: "costs_choose",
    fill: costlyMonth,
    steps: [[RUNS, "4"], [/total/, "m"]],
    seen: /mistral-small-2603/,
    sizes: [[100, 30]],
  },
  {
    name: "costs_empty",
    steps: [[/No runs yet/, "4"]],
    seen: /No model was called/,
    sizes: [[100, 30], [40, 12]],
  },
  { name: "agents", fill: richRun, steps: [[RUNS, "7"]], seen: /read_file +reads \.\/data/ },
  {
    name: "agents_broken",
    fill: richRun,
    steps: [[RUNS, "7"], [/7 Agents[\s\S]*read_file/, "G"]],
    seen: /cannot be used/,
  },
  { name: "run_markdown", fill: richRun, steps: OPEN, seen: /1,203 are orders/ },
  { name: "run_json", fill: richRun, steps: tab(2, "2.", "tab"), seen: /arguments[\s\S]*path: "sales\.csv"/ },
  { name: "run_attempts", fill: richRun, steps: tab(3, "."), seen: /lost to retries/ },
  { name: "run_memory", fill: richRun, steps: tab(4, "4."), seen: /\+ \/rows {2}1204/ },
  { name: "run_receipt", fill: richRun, steps: tab(5, "."), seen: /412 input tokens × \$0\.10 \/ 1M/ },
  { name: "run_receipt_all", fill: richRun, steps: tab(5), seen: /calls of this run/, sizes: [[100, 30]] },
  { name: "run_raw", fill: richRun, steps: tab(6, "."), seen: /spanId/, sizes: [[100, 30]] },
  { name: "run_evals", fill: richRun, steps: tab(7), seen: /faithful {2}0\.875/, sizes: [[100, 30]] },
];

for (const frame of FRAMES) {
  for (const size of frame.sizes ?? SIZES) {
    const name = `${frame.name}_${size[0]}x${size[1]}`;
    Deno.test(`viewApp() draws ${name}`, async () => {
      await using bench = await Bench.open(size, frame.fill, SERVICES, { color: "none" });
      for (const [seen, ...keys] of frame.steps) {
        await bench.see(size[0] < 60 ? /AgentOp/ : seen);
        if (keys.length > 0) await bench.steady();
        bench.press(...keys);
      }
      await bench.see(frame.seen);
      await assertGolden(name, await bench.steady());
    });
  }
}
