/**
 * Writes `docs/*.svg`: real frames of the workbench on a terminal in memory, over a store made of runs like the demo's. The
 * same every time. `docs/workbench.svg` is what the README shows.
 *
 * @module
 */
import { DEMOS } from "../lib/simulator/mod.ts";
import type { Store } from "../lib/core/mod.ts";
import { openStore } from "../lib/store/mod.ts";
import type { TuiServices } from "../lib/tui/mod.ts";
import { loadScreens } from "../lib/tui/app/screen_list.ts";
import { Workbench } from "../lib/tui/app/workbench.ts";
import { type FakeHost, fakeHost } from "../tests/support/fake_host.ts";
import { VirtualTerminal } from "../tests/support/virtual_terminal.ts";
import { frameSvg } from "./screenshots/svg.ts";
import { fillComparison, fillGallery } from "./screenshots/gallery.ts";

const BYTES_MAX = 60_000;
const WAIT_MS_MAX = 20_000;
const FOLDER = new URL("../docs/", import.meta.url);

interface Shot {
  readonly name: string;
  readonly size?: readonly [number, number];
  readonly title: string;
  /** What to see, then what to press. */
  readonly steps: readonly (readonly [RegExp, ...string[]])[];
  readonly seen: RegExp;
  /** What the store holds. @default two weeks of runs, and one in every state */
  readonly fill?: (store: Store, host: FakeHost) => Promise<void>;
  /** Skipped while the screen does not exist. */
  readonly screen?: string;
}

const LIST = /runs \d[\s\S]*agent writer/;
const SHOTS: readonly Shot[] = [
  { name: "workbench", title: "Runs of AgentOp Studio", steps: [[LIST, "j"]], seen: /There are 1,204/ },
  { name: "live", title: "A run while it works", steps: [[LIST, "\r"]], seen: /thank you/ },
  { name: "run", title: "A finished run", steps: [[LIST, "j", "\r"]], seen: /There are 1,204/ },
  { name: "launch", title: "Launching an agent", steps: [[LIST, "2"]], seen: /researcher/ },
  { name: "costs", title: "What it cost", steps: [[LIST, ":", "costs", "\r"]], seen: /\$/, screen: "costs" },
  {
    name: "agents",
    title: "Agents",
    steps: [[LIST, ":", "agents", "\r"]],
    seen: /researcher/,
    screen: "agents",
  },
  { name: "palette", title: "Every action, by a few letters", steps: [[LIST, "\x10", "run"]], seen: /> run/ },
  { name: "settings", title: "Settings", steps: [[LIST, "\x14"]], seen: /runs\.open/ },
  { name: "first_start", title: "The first start", steps: [], seen: /run this demo/, fill: async () => {} },
  {
    name: "compare",
    title: "What a larger model did differently",
    size: [150, 34],
    steps: [[/mistral-large/, "6"], [/final answer/, "N"]],
    seen: /Final answer[\s\S]*9,412/,
    fill: fillComparison,
  },
];

async function take(shot: Shot): Promise<void> {
  const host = fakeHost({ startMs: Date.UTC(2026, 10, 20, 9) });
  await using store = await openStore(":memory:", { host });
  await (shot.fill ?? fillGallery)(store, host);
  const terminal = new VirtualTerminal(...(shot.size ?? [120, 34]));
  const services: TuiServices = {
    store,
    host,
    endpoint: "simulator (no key)",
    storePath: "~/.local/share/agentop/agentop.db",
    demos: () => Promise.resolve(DEMOS),
    agents: () => Promise.resolve(AGENTS),
    launch: () => Promise.reject(new Error("a picture starts nothing")),
  };
  let crash: unknown;
  const workbench = new Workbench(services, { background: "dark" }, {
    onExit: () => {},
    onCrash: (error) => void (crash ??= error),
    onUnopened: (error) => void (crash ??= error),
    suspend: () => {},
  }, { screens: await loadScreens(), terminal });
  workbench.start();
  const see = async (wanted: RegExp) => {
    for (const startMs = performance.now(); performance.now() - startMs < WAIT_MS_MAX;) {
      if (crash !== undefined) throw crash;
      if (wanted.test(await terminal.screen())) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${shot.name} never showed ${wanted}:\n${await terminal.screen()}`);
  };
  try {
    for (const [wanted, ...keys] of shot.steps) {
      await see(wanted);
      for (const key of keys) for (const char of key) terminal.send(char);
    }
    await see(shot.seen);
    await workbench.idle();
    const svg = frameSvg(await terminal.cells(), { title: shot.title });
    if (svg.length > BYTES_MAX) {
      throw new Error(`docs/${shot.name}.svg has ${svg.length} bytes: above ${BYTES_MAX}`);
    }
    await Deno.writeTextFile(new URL(`${shot.name}.svg`, FOLDER), svg);
    console.log(`docs/${shot.name}.svg  ${svg.length} bytes`);
  } finally {
    workbench.restore();
    terminal.dispose();
  }
}

const AGENTS = [
  {
    name: "researcher",
    path: "agents/researcher.yaml",
    model: "mistral-small-latest",
    description: "Answers with figures from the data folder.",
    tools: ["list_files", "read_file", "calculator"],
  },
  {
    name: "editor",
    path: "agents/editor.yaml",
    model: "mistral-medium-latest",
    description: "Plans a text and hands the writing over.",
    tools: ["writer", "write_file"],
  },
  {
    name: "writer",
    path: "agents/writer.yaml",
    model: "mistral-large-latest",
    description: "Writes.",
    tools: [],
  },
  {
    name: "flaky",
    path: "agents/flaky.yaml",
    model: "mistral-small-latest",
    description: "Meets faults.",
    tools: [],
  },
];

if (import.meta.main) {
  const { SCREENS } = await import("../lib/tui/screens/mod.ts");
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const shot of SHOTS) {
    if (shot.screen === undefined || SCREENS.some((screen) => screen.id === shot.screen)) await take(shot);
  }
}
