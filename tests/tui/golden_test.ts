import type { TuiOptions, TuiServices } from "../../lib/tui/mod.ts";
import type { Store } from "../../lib/core/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { everyState, finishedRun, liveRun, waitingRun } from "./scenario.ts";

interface Frame {
  readonly name: string;
  readonly sizes: readonly (readonly [number, number])[];
  readonly fill?: (store: Store, host: FakeHost) => Promise<unknown>;
  /** What to press, and what to see before the next. */
  readonly steps: readonly (readonly [RegExp, ...string[]])[];
  readonly seen: RegExp;
  readonly options?: TuiOptions;
  readonly given?: Partial<TuiServices>;
}

const SIZES = [[160, 48], [100, 30], [80, 24]] as const;
const WIDE = [[160, 48], [100, 30]] as const;
const LISTED = /today 6[\s\S]*● live[\s\S]*▾ . agent writer/;

const FRAMES: readonly Frame[] = [
  { name: "runs", sizes: SIZES, fill: everyState, steps: [], seen: LISTED },
  {
    name: "runs_incoming",
    sizes: SIZES,
    fill: async (store, host) => {
      await everyState(store, host);
      await finishedRun(store, host, { agent: "research-api", origin: "otlp" });
      await store.saveServerNote({
        url: "http://127.0.0.1:4318",
        startedAtUs: 1,
        notedAtUs: 2,
        spans: 9_000,
        spansPerSecond: 1_234,
        errors: 3,
        sender: "research-api",
      });
    },
    steps: [],
    seen: /↓ ?1\.2k[\s\S]*today 7[\s\S]*✓ \w*.+ resea/,
  },
  {
    name: "received",
    sizes: WIDE,
    fill: (store, host) => finishedRun(store, host, { agent: "research-api", origin: "otlp" }),
    steps: [[/today 1[\s\S]*✓ done/, "enter"]],
    seen: /research-api ↓ otlp[\s\S]*There are 1,204/,
  },
  { name: "runs_empty", sizes: SIZES, steps: [], seen: /No runs yet/ },
  { name: "runs_narrow", sizes: [[50, 20]], fill: everyState, steps: [], seen: /today 6[\s\S]*writer/ },
  { name: "too_small", sizes: [[40, 10]], fill: everyState, steps: [], seen: /needs 40x12/ },
  {
    name: "runs_filter",
    sizes: WIDE,
    fill: everyState,
    steps: [[LISTED, "/", "status:fail agent:flaky"]],
    seen: /matching 1 [\s\S]*1 match[\s\S]*try 2 timeout/,
  },
  {
    name: "live",
    sizes: SIZES,
    fill: everyState,
    steps: [[LISTED, "enter"]],
    seen: /thank you for ordering twice/,
  },
  {
    name: "finished",
    sizes: SIZES,
    fill: everyState,
    steps: [[LISTED, "j", "enter"]],
    seen: /There are 1,204 rows/,
  },
  {
    name: "attempts",
    sizes: [[100, 30]],
    fill: everyState,
    steps: [[LISTED, "j", "enter"], [/There are 1,204/, "j", "]", "]", "]"]],
    seen: /lost to retries[\s\S]*server asked to wait/,
  },
  {
    name: "memory",
    sizes: [[100, 30]],
    fill: everyState,
    steps: [[LISTED, "j", "enter"], [/There are 1,204/, "G", "]", "]", "]", "]"]],
    seen: /memory after step 2/,
  },
  {
    name: "approve",
    sizes: SIZES,
    fill: waitingRun,
    steps: [[/◔ waiting[\s\S]*approval/, "enter"], [/waits: press a/, "a"]],
    seen: /always in this run/,
  },
  { name: "launch", sizes: SIZES, fill: everyState, steps: [[LISTED, "l"]], seen: /researcher[\s\S]*broken/ },
  {
    name: "launch_prompt",
    sizes: WIDE,
    fill: everyState,
    steps: [[LISTED, "l"], [/broken/, "enter", "Count the rows.", "enter", "Then 合計 them."]],
    seen: /合計 them/,
  },
  { name: "help", sizes: [[100, 30]], fill: everyState, steps: [[LISTED, "?"]], seen: /type to filter/ },
  {
    name: "palette",
    sizes: SIZES,
    fill: everyState,
    steps: [[LISTED, "ctrl+p"]],
    seen: /type a few letters/,
  },
  {
    name: "palette_found",
    sizes: [[100, 30]],
    fill: everyState,
    steps: [[LISTED, "ctrl+p"], [/type a few letters/, "copy"]],
    seen: /> copy/,
  },
  {
    name: "jump",
    sizes: [[80, 24]],
    fill: everyState,
    steps: [[LISTED, ":", "run "]],
    seen: /the newest run[\s\S]*flaky:/,
  },
  {
    name: "settings",
    sizes: SIZES,
    fill: everyState,
    steps: [[LISTED, "ctrl+t"]],
    seen: /theme +<[\s\S]*runs\.open/,
  },
  {
    name: "marked",
    sizes: [[100, 30]],
    fill: everyState,
    steps: [[LISTED, "space", "j", "space", "Y"]],
    seen: /2 marked/,
  },
  {
    name: "stop_marked",
    sizes: [[80, 24]],
    fill: async (store, host) => {
      await liveRun(store, host, "one");
      await liveRun(store, host, "two");
    },
    steps: [[/today 2/, "space", "space", "S"]],
    seen: /Stop 2 runs\?/,
  },
  {
    name: "first_start",
    sizes: SIZES,
    steps: [],
    seen: /run this demo/,
    given: {
      demos: () =>
        Promise.resolve([
          { agent: "researcher", prompt: "p", about: "tools: lists files, reads one, calculates" },
          { agent: "editor", prompt: "p", about: "two agents: the editor hands the draft to the writer" },
          {
            agent: "flaky",
            prompt: "p",
            about: "retries: a 429, a 503 and a broken stream, then the answer",
          },
        ]),
    },
  },
  {
    name: "ascii",
    sizes: [[100, 30]],
    fill: everyState,
    steps: [],
    seen: /today 6[\s\S]*agent writer/,
    options: { ascii: true },
  },
];

for (const frame of FRAMES) {
  for (const size of frame.sizes) {
    const name = `${frame.name}_${size[0]}x${size[1]}`;
    Deno.test(`viewApp() draws ${name}`, async () => {
      await using bench = await Bench.open(size, frame.fill, frame.given, {
        color: "none",
        ...frame.options,
      });
      for (const [seen, ...keys] of frame.steps) {
        // Narrow screens have no preview to wait for.
        await bench.see(size[0] < 60 || size[1] < 24 ? /AgentOp/ : seen);
        bench.press(...keys);
      }
      await bench.see(frame.seen);
      await assertGolden(name, await bench.steady());
    });
  }
}
