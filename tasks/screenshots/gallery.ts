import type { Message, Store } from "../../lib/core/mod.ts";
import type { FakeHost } from "../../tests/support/fake_host.ts";
import { everyState, say, Story } from "../../tests/tui/scenario.ts";

const HOUR_MS = 3_600_000;
const PROMPTS: readonly (readonly [string, string, string])[] = [
  ["researcher", "mistral-small-latest", "How many rows in sales.csv and what is the total revenue?"],
  ["editor", "mistral-medium-latest", "Write a two-sentence product note about the new kettle."],
  ["researcher", "mistral-small-latest", "Which region sold most in October?"],
  ["writer", "mistral-large-latest", "Summarise the support tickets of this week."],
];
/** How busy the days before were. */
const DAYS = [2, 3, 5, 4, 1, 0, 3, 6, 4, 5, 7, 2, 4];

/** Two weeks of runs, then one in every state. */
export async function fillGallery(store: Store, host: FakeHost): Promise<void> {
  host.advance(-DAYS.length * 24 * HOUR_MS);
  let number = 0;
  for (const count of DAYS) {
    const startMs = host.now();
    for (let at = 0; at < count; at++) {
      const [agent, model, prompt] = PROMPTS[number++ % PROMPTS.length]!;
      await shortRun(store, host, { agent, model, prompt }, number);
      host.advance(HOUR_MS / 2);
    }
    host.advance(24 * HOUR_MS - (host.now() - startMs));
  }
  await everyState(store, host);
}

/** A run whose figures depend on its number: two calls and a tool, sometimes refused once. */
async function shortRun(
  store: Store,
  host: FakeHost,
  given: { readonly agent: string; readonly model: string; readonly prompt: string },
  number: number,
): Promise<void> {
  const vary = (step: number, most: number) => (number * step) % most;
  const story = await Story.begin(store, host, { ...given, group: "demo" });
  const first = await story.call();
  if (number % 5 === 0) await story.attempt(first, 0, 210, { type: "429", waitMs: 800 + vary(37, 900) });
  await story.attempt(first, number % 5 === 0 ? 1 : 0, 380 + vary(173, 1_400));
  const asks: Message = {
    role: "assistant",
    parts: [{ type: "tool_call", id: "c1", name: "read_file", arguments: { path: "sales.csv" } }],
  };
  await story.answer(first, asks, [380 + vary(97, 700), 14 + vary(7, 40)], (4 + vary(13, 60)) / 10_000);
  const tool = await story.tool("read_file", { path: "sales.csv" }, "read_file(sales.csv)");
  host.advance(12 + vary(11, 90));
  await story.end(tool);
  const second = await story.call();
  await story.attempt(second, 0, 600 + vary(419, 5_200));
  await story.answer(
    second,
    say("assistant", "Done."),
    [700 + vary(211, 2_400), 60 + vary(31, 400)],
    (9 + vary(29, 170)) / 10_000,
  );
  if (number % 11 === 0) {
    await story.finish("failed", { error: { type: "timeout", message: "no answer within 30 s" } });
  } else await story.finish("completed", { output: "The total revenue is 18,402.50." });
}

/** A run, and the same again on a larger model, which calculates one step more and answers otherwise. */
export async function fillComparison(store: Store, host: FakeHost): Promise<void> {
  const original = await researched(
    store,
    host,
    "mistral-small-latest",
    "The total revenue is about 36,000, most of it in the west.",
  );
  host.advance(60_000);
  const forkedFrom = { runId: original.run.runId, step: 1 };
  await researched(
    store,
    host,
    "mistral-large-latest",
    "The total revenue is 36,034.80, most of it in the west (9,412.10).",
    {
      forkedFrom,
      sum: "36034.80",
    },
  );
}

async function researched(
  store: Store,
  host: FakeHost,
  model: string,
  answer: string,
  again: { readonly forkedFrom?: { readonly runId: string; readonly step: number }; readonly sum?: string } =
    {},
): Promise<Story> {
  const { sum, ...change } = again;
  const [, , prompt] = PROMPTS[0]!;
  const story = await Story.begin(store, host, {
    agent: "researcher",
    model,
    prompt,
    config: { model },
    ...change,
  });
  const calls: readonly (readonly [string, Record<string, string>, string])[] = [
    ["list_files", { path: "." }, "sales.csv  1,032 bytes"],
    ["read_file", { path: "sales.csv" }, "date,region,product,units,unit_price,revenue …"],
    ...(sum === undefined ? [] : [["calculator", { expression: "1003.00 + 1209.50 + …" }, sum] as const]),
  ];
  const price = model.includes("large") ? 0.0011 : 0.0004;
  for (const [name, args, response] of calls) {
    const call = await story.call();
    host.advance(640);
    const asks: Message = {
      role: "assistant",
      parts: [{ type: "tool_call", id: name, name, arguments: args }],
    };
    await story.answer(call, asks, [420, 18], price);
    const tool = await story.tool(name, args, `${name}(${Object.values(args)[0]})`);
    host.advance(9);
    const result: Message = {
      role: "tool",
      parts: [{ type: "tool_call_response", id: name, name, response }],
    };
    await story.end(tool, { outputMessages: [result] });
  }
  const call = await story.call();
  host.advance(1_100);
  await story.answer(call, say("assistant", answer), [690, 44], price * 2);
  await story.finish("completed", { output: answer });
  return story;
}
