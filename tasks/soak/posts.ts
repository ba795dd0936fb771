import { gzipSync } from "node:zlib";
import { encodeTraces } from "../../lib/otlp/mod.ts";
import { CliHome } from "../../tests/support/cli.ts";
import { idOf, sent, span } from "../../tests/otlp/spans.ts";
import type { SoakResult } from "./check.ts";

const POSTS = 10_000;
const AT_ONCE = 1_000;
const SPANS_PER_TRACE = 5;
/** Every so many posts are no OTLP; every so many come twice. */
const MALFORMED_EVERY = 10;
const TWICE_EVERY = 17;
const KILL_AFTER = POSTS / 2;
const TRIES_MAX = 200;
const WAIT_MS = 100;
const RSS_MAX_MB = 256;

const isMalformed = (n: number) => n % MALFORMED_EVERY === 9;
const traceOf = (n: number) => (Math.floor(n / SPANS_PER_TRACE) + 1).toString(16).padStart(32, "0");

function bodyOf(n: number): Uint8Array<ArrayBuffer> {
  const body = encodeTraces(sent([span(n + 2, { traceId: traceOf(n), parentSpanId: "" })]));
  if (isMalformed(n)) body.fill(0xff, 0, 8);
  return new Uint8Array(gzipSync(body));
}

/**
 * Many programs send spans at once to a server that is killed meanwhile: what is no OTLP is 400, every other span is kept, and
 * once, however often it came.
 */
export async function posts(): Promise<SoakResult> {
  const problems: string[] = [];
  await using home = await CliHome.create();
  let server = await serving(home, 0);
  const { url, port } = server;
  let [answered, largestMb, next, restarts] = [0, 0, 0, 0];
  let restarting: Promise<void> | undefined;
  const restart = async () => {
    largestMb = Math.max(largestMb, await rssMb(server.child.pid));
    await ended(server.child, "SIGKILL");
    server = await serving(home, port);
    restarts++;
  };
  const post = async (n: number) => {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const response = await fetch(`${url}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
        body: bodyOf(n),
      }).catch(() => undefined); // killed
      await response?.body?.cancel().catch(() => {});
      const status = response?.status;
      if (status === (isMalformed(n) ? 400 : 200)) return;
      if (status !== undefined && status !== 429 && status !== 503) {
        return void problems.push(`post ${n}: ${status}`);
      }
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
    problems.push(`post ${n}: not answered`);
  };
  const sender = async () => {
    for (let n = next++; n < POSTS; n = next++) {
      await post(n);
      if (n % TWICE_EVERY === 0) await post(n);
      if (++answered === KILL_AFTER) await (restarting = restart());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  await restarting;
  largestMb = Math.max(largestMb, await rssMb(server.child.pid));
  await ended(server.child, "SIGTERM");
  await home.withStore(async (store) => {
    for (let first = 0; first < POSTS; first += SPANS_PER_TRACE) {
      const wanted = Array.from({ length: SPANS_PER_TRACE }, (_, at) => first + at)
        .filter((n) => !isMalformed(n)).map((n) => idOf(n + 2));
      const { spans } = await store.loadTrace(traceOf(first));
      const found = [...spans.keys()].filter((id) => wanted.includes(id));
      if (found.length !== wanted.length || spans.size !== wanted.length) {
        problems.push(`trace ${traceOf(first)}: ${spans.size} spans of ${wanted.length}`);
      }
    }
    problems.push(...(await store.verify()).problems);
  });
  if (largestMb > RSS_MAX_MB) problems.push(`${largestMb} MB of memory`);
  return {
    check: "OTLP posts",
    tried: `${POSTS} posts, ${AT_ONCE} at once, a tenth no OTLP, over ${restarts} kill -9`,
    problems,
    worst: `${largestMb} MB of memory`,
    promise: `each span once, what is none 400, ${RSS_MAX_MB} MB at most`,
  };
}

interface Serving {
  readonly child: Deno.ChildProcess;
  readonly url: string;
  readonly port: number;
}

async function serving(home: CliHome, port: number): Promise<Serving> {
  const child = home.start(["--json", "serve", "--port", String(port)]);
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream() as Decoding)) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return { child, ...JSON.parse(text) };
}

type Decoding = ReadableWritablePair<string, Uint8Array>;

async function ended(child: Deno.ChildProcess, signal: Deno.Signal): Promise<void> {
  child.kill(signal);
  await child.status;
  await Promise.all([child.stdin.close(), child.stderr.cancel()].map((it) => it.catch(() => {})));
}

/** The most that a process had in memory so far; 0 where the system does not say. */
async function rssMb(pid: number): Promise<number> {
  // Deno itself reads nothing there.
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`], stderr: "null" })
    .output();
  const status = new TextDecoder().decode(stdout);
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
