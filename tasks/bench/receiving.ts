import { gzipSync } from "node:zlib";
import { encodeTraces } from "../../lib/otlp/mod.ts";
import { sent, span } from "../../tests/otlp/spans.ts";
import { type Figure, median, timeMs } from "./figure.ts";
import { chatServer, program, startServing } from "./serving.ts";

const SPANS_PER_POST = 100;
const POSTS = 200;
const SENDERS = 8;
/** Of one span's text: the messages of a call, so that a span has about 6 KB. */
const TEXT_CHARS = 5_500;
const CALLS = 500;
const CALLERS = 50;
/** Of a stream: as long as a short answer of a small model takes. */
const ANSWER_MS = 1_000;

/** Posts of one trace each: a root and the calls below it, each with other words. */
function posts(): readonly Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: POSTS }, (_, post) => {
    const traceId = (post + 1).toString(16).padStart(32, "0");
    const spans = Array.from({ length: SPANS_PER_POST }, (_, n) =>
      span(n + 1, {
        traceId,
        attributes: {
          "gen_ai.operation.name": n === 0 ? "invoke_agent" : "chat",
          "gen_ai.request.model": "mistral-small-latest",
          "gen_ai.usage.input_tokens": 1_200n,
          "gen_ai.usage.output_tokens": 80n,
          "gen_ai.input.messages": JSON.stringify([{
            role: "user",
            content: words(post * SPANS_PER_POST + n),
          }]),
        },
      }));
    return new Uint8Array(gzipSync(encodeTraces(sent(spans))));
  });
}

/** Text that packs about as well as what people write. */
function words(seed: number): string {
  let state = seed + 1;
  let text = "";
  while (text.length < TEXT_CHARS) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += `${(state % 4_096).toString(36)} word ${state % 97} `;
  }
  return text;
}

async function side(count: number, workers: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: workers }, async () => {
    while (next < count) await work(next++);
  }));
}

/** Spans that other programs send, and runs read back from what came of them. */
async function ingest(): Promise<Figure[]> {
  const home = await Deno.makeTempDir();
  try {
    const bodies = posts();
    await using server = await startServing(program(home, "serve", "--port", "0"));
    let most = 0;
    const tookMs = await timeMs(() =>
      side(POSTS, SENDERS, async (n) => {
        const response = await fetch(`${server.url}/v1/traces`, {
          method: "POST",
          headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
          body: bodies[n]!,
        });
        await response.body?.cancel();
        if (response.status !== 200) throw new Error(`${response.status} of a post`);
        if (n % 10 === 0) most = Math.max(most, await server.memoryMb());
      })
    );
    const readMs = await timeMs(async () => {
      while (await listed(server.url, POSTS) < POSTS) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    const lists: number[] = [];
    for (let round = 0; round < 21; round++) {
      lists.push(await timeMs(async () => void await (await fetch(`${server.url}/runs?limit=50`)).text()));
    }
    return [
      {
        name: "received span of 6 KB, on the disk (0.1 is 10,000/s)",
        value: tookMs / (POSTS * SPANS_PER_POST),
        unit: "ms",
        limit: 0.1,
      },
      {
        name: "and until it is read into its run, from its coming on",
        value: (tookMs + readMs) / (POSTS * SPANS_PER_POST),
        unit: "ms",
        limit: 0.5,
      },
      { name: "memory while receiving", value: most, unit: "MB", limit: 256 },
      { name: "GET /runs, 50 of them", value: median(lists.slice(1)), unit: "ms", limit: 5 },
    ];
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function listed(url: string, limit: number): Promise<number> {
  const runs: unknown[] = await (await fetch(`${url}/runs?limit=${limit}`)).json();
  return runs.length;
}

/** Streamed calls, and what the proxy adds to them: in step, which is the worst, and begun apart, as programs do. */
async function proxied(): Promise<Figure[]> {
  const home = await Deno.makeTempDir();
  try {
    await using models = await startServing(chatServer(ANSWER_MS));
    await using proxy = await startServing(program(home, "proxy", "--port", "0", "--upstream", models.url));
    const figures: Figure[] = [];
    for (const [how, apartMs] of [["at once", 0], ["begun apart", ANSWER_MS / CALLERS]] as const) {
      const [direct, through] = [await calls(models.url, apartMs), await calls(proxy.url, apartMs)];
      for (const [name, part, limit] of [["p50", 0.5, 2], ["p99", 0.99, 5]] as const) {
        const value = quantile(through, part) - quantile(direct, part);
        figures.push({
          name: `proxy adds to a streamed call, ${name} of 50 ${how}`,
          value,
          unit: "ms",
          limit,
        });
      }
    }
    return figures;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** How long each takes, ms, sorted; the first round, in which callers begin `apartMs` after one another, does not count. */
async function calls(url: string, apartMs: number): Promise<readonly number[]> {
  const took: number[] = [];
  await side(CALLS + CALLERS, CALLERS, async (n) => {
    if (n < CALLERS) await new Promise((resolve) => setTimeout(resolve, n * apartMs));
    const ms = await timeMs(async () => {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer bench" },
        body: JSON.stringify({
          model: "mistral-small-latest",
          stream: true,
          messages: [{ role: "user", content: `Call ${n}` }],
        }),
      });
      if (!(await response.text()).includes("42")) throw new Error("another answer");
    });
    if (n >= CALLERS) took.push(ms);
  });
  return took.sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

export async function receiving(): Promise<Figure[]> {
  return [...await ingest(), ...await proxied()];
}
