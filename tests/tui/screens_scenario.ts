import {
  ATTR,
  type DurableEvent,
  type Message,
  newSpanId,
  nowUs,
  type Run,
  type Store,
} from "../../lib/core/mod.ts";
import type { AgentEntry } from "../../lib/app/mod.ts";
import type { TuiServices } from "../../lib/tui/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { say, Story } from "./scenario.ts";

const DAY_MS = 86_400_000;

export const MARKDOWN = [
  "# Report",
  "",
  "There are **1,204 rows** in `sales.csv`, see [the file](data/sales.csv).",
  "",
  "- the *first* is the header",
  "  - so 1,203 are orders, and this line is long enough to be broken at the end of the pane it is in",
  "1. newest: 2026-01-01",
  "",
  "> Trust, but verify.",
  "",
  "| region | revenue |",
  "|--------|--------:|",
  "| north  | 1,003.0 |",
  "| 南     |    12.5 |",
  "",
  "```sql",
  "select count(*) from sales; -- **not bold**",
  "```",
].join("\n");

/** A run whose every tab has something to say. The clock ends where it began. */
export async function richRun(store: Store, host: FakeHost, given: Partial<Run> = {}): Promise<Story> {
  const story = await Story.begin(store, host, {
    config: { limits: { budgetUsd: 0.005 } },
    group: "demo",
    ...given,
  });
  const system = say("system", "You answer with figures from the data folder.");
  const user = say("user", story.run.prompt);
  const first = await story.call([system, user]);
  await story.attempt(first, 0, 320, { type: "429", waitMs: 1_200, askedMs: 1_000 });
  await story.attempt(first, 1, 640);
  const args = { path: "sales.csv", options: { encoding: "utf-8", ranges: [1, 2, 3] } };
  const asks: Message = {
    role: "assistant",
    parts: [{ type: "tool_call", id: "c1", name: "read_file", arguments: args }],
  };
  const price = {
    model: "mistral-small-2603",
    source: "built-in",
    date: "2026-01-01",
    usdPerMillion: { input_tokens: 0.1, output_tokens: 0.3 },
  };
  await story.end(first, {
    responseModel: story.run.model,
    usage: {
      inputTokens: 412,
      outputTokens: 18,
      cachedInputTokens: 0,
      cacheWriteInputTokens: 0,
      reasoningTokens: 0,
    },
    cost: { usd: 0.0000466, quantities: { input_tokens: 412, output_tokens: 18 }, tag: price },
    outputMessages: [asks],
  });
  const tool = await story.tool("read_file", args, "read_file(sales.csv)");
  host.advance(42);
  await story.end(tool, {
    attributes: {
      [ATTR.toolCallResult]: JSON.stringify({
        rows: Array.from(
          { length: 30 },
          (_, index) => ({ id: index + 1, region: index % 2 ? "north" : "south" }),
        ),
        note: "first line\nsecond line",
      }),
    },
  });
  await story.remember(tool, { file: "sales.csv", rows: 12, seen: { a: 1 } }, [system, user, asks]);
  const hand = await story.tool("writer", { prompt: "Write it up." }, "writer(Write it up.)");
  host.advance(500);
  const child = await Story.begin(store, host, {
    agent: "writer",
    prompt: "Write it up.",
    parentRunId: story.run.runId,
    tags: { "agentop.tool_call": hand },
  });
  const draft = await child.call();
  await child.attempt(draft, 0, 300);
  await child.answer(draft, say("assistant", "A draft of the child."), [50, 9], null);
  await child.finish("completed", { output: "A draft of the child." });
  await story.end(hand, {
    attributes: { [ATTR.childRunId]: child.run.runId, [ATTR.toolCallResult]: "A draft of the child." },
  });
  const last = await story.call([system, user, asks]);
  await story.attempt(last, 0, 1_900);
  await story.answer(last, say("assistant", MARKDOWN), [760, 58], 0.0012);
  await story.remember(last, { file: "sales.csv", rows: 1204, seen: { a: 1, b: [2] } }, [
    system,
    user,
    asks,
    say("assistant", MARKDOWN),
  ]);
  await story.finish("completed", { output: MARKDOWN });
  const evaluation: DurableEvent = {
    type: "evaluation",
    evaluation: {
      evalId: newSpanId(host),
      traceId: story.run.traceId,
      name: "faithful",
      value: 0.875,
      label: "good",
      explanation: "Every figure is in the file.",
      source: "judge",
      scorerVersion: "2",
      createdAtUs: nowUs(host),
    },
  };
  await store.write([evaluation]);
  return story;
}

/** A month of runs of some agents and models, some without a known price. */
export async function costlyMonth(store: Store, host: FakeHost): Promise<void> {
  const models = ["mistral-large-latest", "mistral-small-latest", "modèle-local"];
  const agents = ["researcher", "writer", "翻訳者"];
  for (let day = 0; day < 20; day++) {
    const story = await Story.begin(store, host, {
      agent: agents[day % 3]!,
      model: models[day % 3]!,
      userId: day % 2 ? "ada" : "default",
      ...(day % 4 === 0 ? {} : { group: day % 4 === 1 ? "nightly" : "demo" }),
      ...(day % 3 === 2 ? {} : { config: { limits: { budgetUsd: 0.05 } } }),
    });
    const call = await story.call();
    host.advance(2_000);
    const unknown = day % 3 === 2;
    await story.answer(
      call,
      say("assistant", "Done."),
      [1_000 + day * 800, 200 + day * 10],
      unknown ? null : 0.002 * (day + 1),
    );
    await story.finish("completed", { output: "Done." });
    host.advance(DAY_MS - 2_000);
  }
}

export const AGENTS: readonly AgentEntry[] = [
  {
    name: "researcher",
    path: "agents/researcher.yaml",
    model: "mistral-small-latest",
    description: "Answers with figures from the data folder.",
    tools: ["calculator", "read_file", "http_get", "writer"],
    permissions: [
      "touches nothing outside",
      "reads ./data",
      "reaches api.example.org",
      "hands work to this agent, in a run of its own",
    ],
    approve: "ask",
    limits: [["steps", "at most 12"], ["budget", "$0.05"]],
    instructions: "You answer with figures.\n\n- Cite the **file** you used.",
  },
  { name: "writer", path: "agents/writer.yaml", model: "mistral-large-latest", tools: [], approve: "never" },
  {
    name: "broken",
    path: "agents/broken.yaml",
    model: "",
    tools: [],
    error:
      'Cannot load agents/broken.yaml:12: limits.maxSteps must be a positive integer: got "ten", and this goes on and on so that it takes more than a row',
    remedy: "12",
    line: 12,
    others: ['line 14: approve must be ask, auto or never: got "maybe".'],
  },
];

/** Prices and agent files for the screens' tests. */
export const SERVICES: Partial<TuiServices> = {
  agents: () => Promise.resolve(AGENTS),
  pricedModels: () => Promise.resolve(["mistral-large-2512", "mistral-small-2603"]),
  priceOf: (model, usage) =>
    Promise.resolve({
      usd: model.startsWith("mistral") ? (usage.inputTokens * 2 + usage.outputTokens * 6) / 1e6 : null,
    }),
};
