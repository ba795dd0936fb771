import { AgentOpError, escapeText, oneLine, type TraceEvent } from "../../lib/core/mod.ts";
import { parseAgentFile } from "../../lib/agent/mod.ts";
import { parseRunQuery } from "../../lib/analysis/mod.ts";
import { loadSuite } from "../../lib/evals/mod.ts";
import { markdown } from "../../lib/exporters/html/markdown.ts";
import { markdownBlocks } from "../../lib/present/mod.ts";
import { parsePriceOverlay } from "../../lib/pricing/mod.ts";
import { createMistralProvider, parseRetryAfter } from "../../lib/providers/mod.ts";
import { readArguments } from "../../lib/providers/call_arguments.ts";
import { BUNDLED_AGENTS, parseScenarios } from "../../lib/simulator/mod.ts";
import { evaluateExpression, ExpressionError } from "../../lib/tools/expression.ts";
import { fakeHost } from "../../tests/support/fake_host.ts";
import { openDatabase } from "../../tests/support/open_database.ts";
import { sampleEvents } from "../../tests/support/sample_run.ts";
import type { FuzzTarget } from "./fuzz.ts";
import { wireTargets } from "./fuzz_wire.ts";

// deno-lint-ignore no-control-regex
const RAW = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

/** Several times what people write. The parser takes up to ten microseconds for each character. */
const YAML_MAX_CHARS = 3_000;

/** What comes from outside most, and takes longest to read. */
const MAIN_WEIGHT = 5;

const chunk = (delta: unknown, more: Readonly<Record<string, unknown>> = {}) =>
  `data: ${
    JSON.stringify({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: null, ...more }],
    })
  }\n\n`;
const USAGE =
  `data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":1}}}\n\n`;
const SSE: readonly string[] = [
  chunk({ role: "assistant", content: "Hel" }) + chunk({ content: "lo" }) + USAGE + "data: [DONE]\n\n",
  chunk({
    role: "assistant",
    content: [{ type: "thinking", thinking: [{ type: "text", text: "so" }] }, { type: "text", text: "x" }],
  }) +
  USAGE + "data: [DONE]\n\n",
  chunk({ tool_calls: [{ id: "abcdefgh1", index: 0, function: { name: "f", arguments: '{"a":' } }] }) +
  chunk({ tool_calls: [{ index: 0, function: { arguments: "[1,2.5,null]}" } }] }, {
    finish_reason: "tool_calls",
  }) + "data: [DONE]\n\n",
  ': ping\n\nevent: error\ndata: {"object":"error","message":"busy","code":429}\n\n',
  `{"object":"error","message":"no such model","type":"invalid_model","code":1500}`,
  `{"detail":[{"loc":["body","messages"],"msg":"field required","type":"missing"}]}`,
];

/** An answer of a server, as it came over the network: the whole way through the SDK. */
function answers(): FuzzTarget {
  let body = "";
  let status = 200;
  const respond = () =>
    Promise.resolve(
      new Response(body, { status, headers: { "content-type": "text/event-stream", "retry-after": "1" } }),
    );
  const provider = createMistralProvider({ host: fakeHost({ fetch: respond as typeof fetch }), apiKey: "k" });
  const messages = [{ role: "user", parts: [{ type: "text", content: "hi" }] }] as const;
  return {
    name: "streamed answers",
    samples: SSE,
    async read(text, random) {
      [body, status] = [text, random() < 0.8 ? 200 : [400, 401, 429, 500][Math.floor(random() * 4)]!];
      await provider.chat({ model: "m", messages, tools: [], parameters: {} }, {
        signal: new AbortController().signal,
        emit: (_event: TraceEvent) => {},
        traceId: "0".repeat(32),
        parentSpanId: "1".repeat(16),
      });
    },
  };
}

const AGENT_FILES: readonly string[] = [
  ...Object.entries(BUNDLED_AGENTS).filter(([path]) => path.endsWith(".yaml")).map(([, text]) => text),
  "model: m\nparameters: { stop: [x], seed: 1 }\ntools:\n  - http_get: { allow: [a.example.org, '*.b.org:8080'] }\n  - sqlite_query: { path: ./a.db }\n" +
  "  - write_file: { root: ./out, append: true }\n  - agent: other\nmemory: { window: 4, keyValue: true }\napprove: auto\n",
];

/** What the program does with a text: an answer, or an error of ours. */
function reader(
  name: string,
  samples: readonly string[],
  read: FuzzTarget["read"],
  maxChars?: number,
): FuzzTarget {
  return { name, samples, read, ...(maxChars === undefined ? {} : { maxChars }) };
}

const MARKDOWN =
  "# Title\n\nA *b* **c** `d` [e](https://f.example)\n\n- one\n- two\n\n1. x\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n```ts\nx\n```\n\n> q\n";

function shown(text: string): void {
  for (
    const row of [escapeText(text, { multiline: true }), oneLine(escapeText(text), 200), escapeText(text)]
  ) {
    if (RAW.test(row)) throw new Error("a raw control character");
  }
}

/** Every value of a stored run, replaced by others: in the database, behind the store's back. */
async function storedRows(): Promise<FuzzTarget> {
  const { store, sqlite, [Symbol.asyncDispose]: close } = await openDatabase();
  await store.write([...sampleEvents({ rounds: 3 })]);
  const { traceId } = await store.resolveRun("last");
  sqlite.exec("pragma foreign_keys = off");
  const tables = ["run", "span", "body", "run_message", "run_usage", "snapshot"];
  const columns = tables.flatMap((table) =>
    (sqlite.prepare(`pragma table_info(${table})`).all() as { name: string; pk: number }[])
      .filter(({ pk, name }) => pk === 0 && name !== "trace_id").map(({ name }) => ({ table, name }))
  );
  const samples = columns.flatMap(({ table, name }) =>
    (sqlite.prepare(
      `select distinct cast(${name} as text) as v from ${table} where ${name} is not null limit 3`,
    ).all() as { v: string }[])
      .map(({ v }) => v)
  );
  const valueOf = (text: string, random: () => number) => {
    const kind = random();
    if (kind < 0.5) return text;
    if (kind < 0.6) return new TextEncoder().encode(text);
    if (kind < 0.7) return null;
    if (kind < 0.85) return BigInt(Math.floor((random() - 0.5) * 2 ** (random() * 63)));
    return (random() - 0.5) * 10 ** (random() * 40);
  };
  return {
    name: "stored rows",
    samples,
    async read(text, random) {
      const { table, name } = columns[Math.floor(random() * columns.length)]!;
      const key = table === "body" || table === "run" ? "id" : "position";
      const rows = sqlite.prepare(
        `select ${table === "snapshot" || table === "run_usage" ? "1" : key} as k from ${table}`,
      ).all();
      const at = rows[Math.floor(random() * rows.length)]!["k"] as number;
      const where = table === "snapshot" || table === "run_usage" ? "1" : `${key} = ${at}`;
      const before = sqlite.prepare(`select ${name} as v from ${table} where ${where}`).all();
      try {
        sqlite.prepare(`update ${table} set ${name} = ? where ${where}`).run(valueOf(text, random));
      } catch {
        return; // SQLite itself does not take it
      }
      try {
        await store.listRuns();
        await store.loadTrace(traceId);
      } finally {
        // One row, or rows of which the first speaks for all.
        sqlite.prepare(`update ${table} set ${name} = ? where ${where}`).run(before[0]!["v"] as string);
      }
    },
    [Symbol.asyncDispose]: close,
  };
}

const SUITES: readonly string[] = [
  "name: sums\nagent: adder\nrepeats: 2\nconcurrency: 4\nbudgetUsd: 0.5\n" +
  "cases:\n  - { id: a, prompt: 'What is {{x}} + 2?', vars: { x: 1, expect: '3' } }\n  - { prompt: hi, vars: { expect: a } }\n" +
  "scorers:\n  - contains: '{{expect}}'\n  - regex: '(?i)\\d+'\n  - { max_cost: 0.01 }\ngate: { failBelow: 0.9, margin: 0.02 }\n",
  "variants:\n  - { name: small, agent: a, set: { temperature: 0 } }\n  - { name: large, agent: b }\n" +
  "cases: [{ id: 1, prompt: 'x', scorers: [{ contains: x }] }, { prompt: 'y' }]\nscorers: [completed, { numeric: { value: 1, tolerance: 0.1 } }]\nmode: hybrid\n",
];

/** Everything that reads what others wrote. */
export async function fuzzTargets(): Promise<readonly FuzzTarget[]> {
  const scenarios = [
    "steps: [{ text: hi }]\n",
    '{"name":"a","match":{"agent":"b"},"steps":[{"toolCalls":[{"name":"f","arguments":{}}]}]}',
  ];
  return [
    { ...answers(), weight: MAIN_WEIGHT },
    {
      ...reader("agent files", AGENT_FILES, (text) => parseAgentFile(text, "agents/a.yaml"), YAML_MAX_CHARS),
      weight: MAIN_WEIGHT,
    },
    {
      ...reader("suites", SUITES, async (text) => {
        const missing = () => Promise.reject(new AgentOpError("Cannot find a run: there are none here"));
        await loadSuite("/nowhere/suite.yaml", { resolveRun: missing, findRuns: missing }, text);
      }, YAML_MAX_CHARS),
      weight: MAIN_WEIGHT,
    },
    { ...await storedRows(), weight: MAIN_WEIGHT },
    ...await wireTargets(),
    reader("scenario files", scenarios, (text) => parseScenarios(text, "a.yaml"), YAML_MAX_CHARS),
    reader(
      "price files",
      ["models:\n  - { id: m, input: 1, output: 2 }\n", "m: { input: 0.1, output: 0.3 }\n"],
      (text) => parsePriceOverlay(text, "prices.yaml"),
      YAML_MAX_CHARS,
    ),
    reader("filters", [
      "agent:a status:failed since:24h cost>0.1 -tag:x=y",
      '"a b" or (model:m and steps>=3)',
    ], (text) => {
      for (const error of parseRunQuery(text, 0).errors) {
        if (!(error instanceof AgentOpError)) throw error;
      }
    }),
    reader(
      "arguments of calls",
      ['{"a":[1,{"b":null}],"c":"d"}', "{}", "not json"],
      (text) => readArguments(text),
    ),
    reader(
      "waits of servers",
      ["7", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"],
      (text) => {
        const ms = parseRetryAfter(text, 0);
        if (ms !== undefined && !(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) {
          throw new Error(
            `a wait of ${ms} ms`,
          );
        }
      },
    ),
    reader("expressions", ["1 + 2 * (3 - 4)^2 % 5", "max(1, sqrt(2), -pi)", "round(2.345, 2)"], (text) => {
      try {
        evaluateExpression(text);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
      }
    }),
    reader("answers on a screen", [MARKDOWN, "plain\ttext\r\nof two lines"], (text) => {
      shown(text);
      markdownBlocks(text.split("\n"));
      String(markdown(text));
    }),
  ];
}
