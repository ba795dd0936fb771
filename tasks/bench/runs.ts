import { DatabaseSync } from "node:sqlite";
import { AgentRunner, type AgentServices, parseAgentFile } from "../../lib/agent/mod.ts";
import {
  type Message,
  NO_PERMISSIONS,
  systemHost,
  textOf,
  type Tool,
  toolCallsOf,
} from "../../lib/core/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import { createMistralProvider, createResilientProvider } from "../../lib/providers/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { type Figure, median, timeMs } from "./figure.ts";

const AGENT =
  "model: mistral-small-latest\ninstructions: You work through a list.\nlimits: { maxSteps: 200 }\n";
const CALLS = 10;

const WORDS =
  ("the agent reads a file and then calls tools to search rows of revenue by region and quarter because each " +
    "answer depends on margins orders customers products prices and the total of units sold").split(" ");
let seed = 7;
function prose(words: number): string {
  const next = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
  return Array.from({ length: words }, () => {
    const word = WORDS[next() % WORDS.length]!;
    return next() % 6 === 0 ? `${word} ${next() % 9973}` : word;
  }).join(" ");
}

function tool(words: number): Tool {
  return {
    name: "work",
    description: "Does one piece of work",
    parameters: { type: "object", properties: { n: { type: "integer" } } },
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: () => "work()",
    execute: () => Promise.resolve({ content: prose(words) }),
  };
}

/** A scenario of `calls` model calls, each but the last asking for the tool. */
function scenario(calls: number): string {
  const steps = Array.from({ length: calls - 1 }, (_, n) => ({
    text: `Part ${n}.`,
    toolCalls: [{ name: "work", arguments: { n } }],
  }));
  return JSON.stringify({ name: "bench", steps: [...steps, { text: "That is all." }] });
}

/** The simulator as a process of its own, so that it does not share the CPU time that is measured. */
async function simulator(calls: number, latencyMs: number) {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, scenario(calls));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=cli", "main.ts", "sim", "--json"].concat(
      ["--port", "0", "--latency", String(latencyMs), "--scenario", file],
    ),
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  let text = "";
  while (!text.includes("}")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the simulator did not start");
    text += new TextDecoder().decode(value);
  }
  const { url } = JSON.parse(text) as { url: string };
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel().catch(() => {});
      await Deno.remove(file);
    },
  };
}

function services(url: string, store: AgentServices["store"], words: number): AgentServices {
  const host = systemHost();
  const provider = createResilientProvider(createMistralProvider({ host, apiKey: "bench", serverUrl: url }), {
    host,
    maxConcurrency: 64,
  });
  return {
    store,
    host,
    prices: createPriceBook(),
    provider: () => provider,
    createTool: () => Promise.resolve(tool(words)),
    loadAgent: () => Promise.reject(new Error("no hand-offs here")),
  };
}

async function withStore<T>(action: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await action(`${folder}/bench.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const config = async () => ({
  ...await parseAgentFile(AGENT, "agents/bench.yaml"),
  tools: [{ kind: "tool" as const, name: "work" }],
});

/** The same model calls without recording, retry, budget or store: the floor. */
async function bareLoop(url: string): Promise<void> {
  const provider = createMistralProvider({ host: systemHost(), apiKey: "bench", serverUrl: url });
  const work = tool(20);
  const agent = await config();
  const context = { signal: new AbortController().signal, emit: () => {}, traceId: "0", parentSpanId: "0" };
  const messages: Message[] = [
    { role: "system", parts: [{ type: "text", content: agent.instructions }] },
    { role: "user", parts: [{ type: "text", content: "go" }] },
  ];
  for (;;) {
    const { message } = await provider.chat(
      { model: agent.model, messages, tools: [work], parameters: agent.parameters },
      context,
    );
    messages.push(message);
    const calls = toolCallsOf(message);
    if (calls.length === 0) return void textOf(message);
    for (const call of calls) {
      const { content } = await work.execute(call.arguments, {
        ...context,
        host: systemHost(),
        maxOutputBytes: 1e6,
      });
      messages.push({
        role: "tool",
        parts: [{ type: "tool_call_response", id: call.id, name: "work", response: content }],
      });
    }
  }
}

/** The same traffic without the SDK: what HTTP, the simulator and this machine take. */
async function rawLoop(url: string, calls: number): Promise<void> {
  const { name, description, parameters } = tool(20);
  const tools = [{ type: "function", function: { name, description, parameters } }];
  const messages: object[] = [{ role: "system", content: "You work." }, { role: "user", content: "go" }];
  for (let n = 0; n < calls; n++) {
    const id = `call${String(n).padStart(5, "0")}`;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer bench" },
      body: JSON.stringify({ model: "mistral-small-latest", messages, tools, stream: true }),
    });
    await response.text();
    const call = { id, type: "function", function: { name, arguments: JSON.stringify({ n }) } };
    messages.push({ role: "assistant", content: `Part ${n}.`, tool_calls: [call] });
    messages.push({ role: "tool", tool_call_id: id, name, content: prose(20) });
  }
}

export async function overhead(): Promise<Figure[]> {
  await using sim = await simulator(CALLS, 0);
  return await withStore(async (path) => {
    await using store = await openStore(path);
    const runner = new AgentRunner(services(sim.url, store, 20));
    const agent = await config();
    const bare: number[] = [];
    const recorded: number[] = [];
    let steps = 0;
    for (let round = 0; round < 25; round++) {
      const bareMs = await timeMs(() => bareLoop(sim.url));
      const runMs = await timeMs(async () => {
        const run = await runner.run(agent, { prompt: "go" });
        steps = run.totals.steps;
        if (run.status !== "completed") throw new Error(`the run ${run.status}: ${run.error?.message}`);
      });
      if (round < 5) continue; // warm-up
      bare.push(bareMs);
      recorded.push(runMs);
    }
    return [{
      name: `overhead per step (${steps} steps; bare loop ${median(bare).toFixed(1)} ms, run ${
        median(recorded).toFixed(1)
      } ms)`,
      value: (median(recorded) - median(bare)) / steps,
      unit: "ms",
      limit: 1.5,
    }];
  });
}

export async function concurrency(): Promise<Figure[]> {
  const latencyMs = 100;
  await using sim = await simulator(CALLS, latencyMs);
  return await withStore(async (path) => {
    await using store = await openStore(path);
    const runner = new AgentRunner(services(sim.url, store, 20));
    const agent = await config();
    await runner.run(agent, { prompt: "warm up" });
    const times: number[] = [];
    const bare: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < 3; round++) {
      raw.push(await timeMs(() => Promise.all(Array.from({ length: 50 }, () => rawLoop(sim.url, CALLS)))));
      bare.push(await timeMs(() => Promise.all(Array.from({ length: 50 }, () => bareLoop(sim.url)))));
      times.push(
        await timeMs(() =>
          Promise.all(Array.from({ length: 50 }, () => runner.run(agent, { prompt: "go" })))
        ),
      );
    }
    const ideal = CALLS * latencyMs;
    return [
      {
        name: `50 concurrent runs of ${CALLS} calls at ${latencyMs} ms, against the ideal (plain HTTP: ${
          (median(raw) / ideal).toFixed(2)
        } x, bare SDK loops: ${(median(bare) / ideal).toFixed(2)} x)`,
        value: median(times) / ideal,
        unit: "x",
        limit: 1.15,
      },
      { name: "memory of that process", value: Deno.memoryUsage().rss / 1e6, unit: "MB", limit: 300 },
    ];
  });
}

export async function storage(): Promise<Figure[]> {
  const calls = 30;
  const runs = 40;
  await using sim = await simulator(calls, 0);
  return await withStore(async (path) => {
    await using store = await openStore(path);
    const runner = new AgentRunner(services(sim.url, store, 215));
    const agent = await config();
    const settle = async () => {
      await store.indexPending();
      using sqlite = new DatabaseSync(path);
      sqlite.exec("pragma wal_checkpoint(truncate)");
      return (await Deno.stat(path)).size;
    };
    await runner.run(agent, { prompt: "the first one pays for the empty tables" });
    const before = await settle();
    let promptBytes = 0;
    for (let n = 0; n < runs; n++) {
      const run = await runner.run(agent, { prompt: `go ${n}` });
      const messages = (await store.loadMessages(run.traceId)).slice(0, -1);
      promptBytes += JSON.stringify(messages.map((it) => it.message)).length;
    }
    const kilobytes = (await settle() - before) / runs / 1024;
    return [{
      name: `stored per run of ${calls} calls (last prompt ${(promptBytes / runs / 1024).toFixed(0)} KB)`,
      value: kilobytes,
      unit: "KB",
      limit: 60,
    }];
  });
}
