/**
 * Measures the workbench in a real pseudo-terminal of 160×48, over a store of 100,000 runs with 1,000,000 spans, beside the
 * least that a program on the same library can do. Linux only, because it reads /proc. Arguments: the number of spans.
 *
 * @module
 */
import { type Figure, median, printTable } from "./bench/figure.ts";
import { fill } from "./bench/queries.ts";
import { TuiSession } from "./bench/tui_session.ts";

const SPANS = Number(Deno.args[0] ?? 1_000_000);
const ROUNDS = 7;
const KEYS = 120;
const SETTLE_MS = 3_000;
const CPU_MS = 6_000;
const TOKENS_PER_SECOND = 100;
const KEY_PAUSE_MS = 40;

const root = new URL("..", import.meta.url).pathname;
const folder = await Deno.makeTempDir();
const storePath = `${folder}/agentop.db`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text: string) => console.error(text);

function permissions(): readonly string[] {
  return ["run", "--quiet", "--no-prompt"];
}

/** Small young generations: a workbench makes garbage steadily and keeps little. As in the task `tui`. */
const V8_FLAGS = "--v8-flags=--max-semi-space-size=2";
/** Files that are imported later are not read at the start. As in the task `tui`. */
const LAZY_IMPORTS = "--unstable-lazy-dynamic-imports";
const source = [
  Deno.execPath(),
  ...permissions(),
  V8_FLAGS,
  LAZY_IMPORTS,
  "-P=tui",
  `${root}main.ts`,
  "--store",
  storePath,
  "tui",
];
const bundled = [
  Deno.execPath(),
  ...permissions(),
  "--no-config",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env",
  "--allow-sys=hostname",
  `${folder}/dist/main.js`,
  "--store",
  storePath,
  "tui",
];
const floor = [
  Deno.execPath(),
  ...permissions(),
  "--allow-env",
  "--allow-read",
  `${root}tasks/bench/floor_tui.ts`,
];
const session = (command: readonly string[]) =>
  new TuiSession(command, { cwd: root, env: { AGENTOP_HOME: folder, MISTRAL_API_KEY: "" } });

async function bundle(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-run",
      "tasks/bundle.ts",
      `${folder}/dist`,
    ],
    cwd: root,
  }).output();
  if (!success) throw new Error("Cannot bundle the program");
}

/** Median over starts, of the first frame and of the first frame with runs in it. */
async function firstFrame(
  command: readonly string[],
  rows?: string,
): Promise<{ frameMs: number; rowsMs: number }> {
  const frames: number[] = [];
  const full: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    using one = session(command);
    const frameMs = await one.writtenMs("AgentOp");
    const rowsMs = rows === undefined ? frameMs : await one.writtenMs(rows);
    one.program.keys("q");
    await one.program.exit;
    if (round === 0) continue; // compiles, fills caches
    frames.push(frameMs);
    full.push(rowsMs);
  }
  return { frameMs: median(frames), rowsMs: median(full) };
}

interface KeyTimes {
  readonly p50: number;
  readonly p95: number;
}

/** Walks down and up so that every key leads somewhere else. */
async function keyTimes(one: TuiSession): Promise<KeyTimes> {
  const times: number[] = [];
  let position = 1;
  for (let index = 0; index < KEYS; index++) {
    const down = Math.floor(index / 20) % 2 === 0;
    position += down ? 1 : -1;
    times.push(await one.keyMs(down ? "j" : "k", position));
    await pause(KEY_PAUSE_MS);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length * 0.5)]!, p95: times[Math.floor(times.length * 0.95)]! };
}

async function measureIdle(command: readonly string[]) {
  using one = session(command);
  await one.writtenMs(" 1 of ");
  await pause(SETTLE_MS);
  const cpu = await one.cpuPercent(CPU_MS);
  const keys = await keyTimes(one);
  await pause(SETTLE_MS);
  return { cpu, keys, rssMb: one.rssMb };
}

async function measureStreaming() {
  const writer = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      `${root}tasks/bench/stream_writer.ts`,
      storePath,
      String(TOKENS_PER_SECOND),
    ],
    stdout: "piped",
  }).spawn();
  const started = writer.stdout.getReader();
  await started.read();
  try {
    using one = session(source);
    await one.writtenMs("streamer4");
    await pause(SETTLE_MS);
    const cpuList = await one.cpuPercent(CPU_MS);
    const keys = await keyTimes(one);
    one.program.keys("g\r");
    await pause(SETTLE_MS);
    if (!/paragraph\./.test(one.program.screen())) throw new Error(`no stream:\n${one.program.screen()}`);
    const cpuLive = await one.cpuPercent(CPU_MS);
    return { keys, cpuList, cpuLive, rssMb: one.rssMb };
  } finally {
    writer.kill("SIGKILL");
    await started.cancel();
    await writer.status;
  }
}

try {
  say(`filling a store with ${SPANS} spans …`);
  const { runs, spansPerRun } = await fill(storePath, { spans: SPANS, rounds: 3 });
  say(`${runs} runs of ${spansPerRun} spans; bundling …`);
  await bundle();
  say("first frames …");
  const least = await firstFrame(floor);
  const fromSource = await firstFrame(source, " 1 of ");
  const fromBundle = await firstFrame(bundled, " 1 of ");
  say("idle …");
  const leastIdle = await measureIdle(floor);
  const idle = await measureIdle(source);
  say("streaming …");
  const streaming = await measureStreaming();
  const beside = (value: number, unit: string) => `(floor ${value.toFixed(1)} ${unit})`;
  const figures: Figure[] = [
    {
      name: `first frame, source ${beside(least.frameMs, "ms")}`,
      value: fromSource.frameMs,
      unit: "ms",
      limit: 200,
    },
    { name: "first frame, bundled", value: fromBundle.frameMs, unit: "ms", limit: 120 },
    { name: "runs on the screen, source", value: fromSource.rowsMs, unit: "ms", limit: 400 },
    { name: "runs on the screen, bundled", value: fromBundle.rowsMs, unit: "ms", limit: 320 },
    {
      name: `key to paint p50, idle ${beside(leastIdle.keys.p50, "ms")}`,
      value: idle.keys.p50,
      unit: "ms",
      limit: 16,
    },
    {
      name: `key to paint p95, idle ${beside(leastIdle.keys.p95, "ms")}`,
      value: idle.keys.p95,
      unit: "ms",
      limit: 16,
    },
    { name: "key to paint p50, five runs stream", value: streaming.keys.p50, unit: "ms", limit: 30 },
    { name: "key to paint p95, five runs stream", value: streaming.keys.p95, unit: "ms", limit: 30 },
    { name: `CPU idle ${beside(leastIdle.cpu, "%")}`, value: idle.cpu, unit: "%", limit: 0.5 },
    { name: "CPU, list while five stream", value: streaming.cpuList, unit: "%", limit: 12 },
    { name: "CPU, one of five watched", value: streaming.cpuLive, unit: "%", limit: 12 },
    { name: `memory idle ${beside(leastIdle.rssMb, "MB")}`, value: idle.rssMb, unit: "MB", limit: 130 },
    { name: "memory while five stream", value: streaming.rssMb, unit: "MB", limit: 130 },
  ];
  printTable(figures);
  Deno.exitCode = figures.every(({ value, limit }) => value <= limit) ? 0 : 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}
