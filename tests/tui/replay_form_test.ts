import assert from "node:assert/strict";
import type { Store } from "../../lib/core/mod.ts";
import type { ReplayRequest } from "../../lib/app/mod.ts";
import type { TuiServices } from "../../lib/tui/mod.ts";
import { type AppConfig, chatModels } from "../../lib/app/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { finishedRun } from "./scenario.ts";

const INSTRUCTIONS = "You answer with figures from the data folder.\nCite the file you used.";
const CONFIG = {
  model: "mistral-small-latest",
  instructions: INSTRUCTIONS,
  parameters: { temperature: 0.2, maxTokens: 512 },
  tools: [{ kind: "tool", name: "calculator" }, {
    kind: "tool",
    name: "read_file",
    config: { root: "./data" },
  }],
};
const withTools = (store: Store, host: FakeHost) => finishedRun(store, host, { config: CONFIG });

/** A form whose starts are written down, with what the editor was given and what it saves. */
function services(
  requests: ReplayRequest[],
  saved: string[] = [],
  given: string[] = [],
): Partial<TuiServices> {
  return {
    replay: (request) => {
      requests.push(request);
      return Promise.reject(new Error("written down only"));
    },
    openEditor: (text) => {
      given.push(text);
      return Promise.resolve(saved.shift());
    },
    chatModels: () => Promise.resolve(["mistral-large-latest", "mistral-medium-latest", "codestral-latest"]),
    priceOf: (model, usage) =>
      Promise.resolve({ usd: model.startsWith("code") ? null : usage.inputTokens / 1e6 }),
  };
}

async function form(size: readonly [number, number], given: Partial<TuiServices>): Promise<Bench> {
  const bench = await Bench.open(size, withTools, given, { color: "none" });
  await bench.see(/▶ ✓ done/);
  bench.press("r");
  await bench.see(/these tokens cost/);
  return bench;
}

for (const size of [[160, 48], [100, 30], [80, 24]] as const) {
  Deno.test(`viewApp() draws replay_fields_${size[0]}x${size[1]} and the models that fit`, async () => {
    await using bench = await form(size, services([]));
    await assertGolden(`replay_fields_${size[0]}x${size[1]}`, await bench.steady());
    bench.press("large");
    await bench.until((screen) => !/codestral/.test(screen), "the models that fit");
    bench.press("down");
    await bench.see(/▶ mistral-large-latest/);
    await assertGolden(`replay_model_${size[0]}x${size[1]}`, await bench.steady());
  });
}

Deno.test("replay: models of runs and agent files come first, down takes one, what was typed is kept above them", async () => {
  const requests: ReplayRequest[] = [];
  await using bench = await form([100, 30], services(requests));
  const screen = await bench.see(/mistral-small-latest {2}as recorded +\$0\.00117 /);
  const names = [...screen.matchAll(/│ {3}(\S+(?:stral|latest)\S*) /g)].map((match) => match[1]);
  assert.deepEqual(names, [
    "mistral-small-latest",
    "mistral-large-latest",
    "mistral-medium-latest",
    "codestral-latest",
  ]);
  await bench.see(/codestral-latest +\?/);
  bench.press("med", "down");
  await bench.see(
    /▶ model +mistral-medium-latest[\s\S]*▶ mistral-medium-latest[\s\S]*→ model mistral-medium-latest/,
  );
  bench.press("up");
  await bench.see(/▶ model +med /);
  bench.press("down", "enter");
  await bench.until(() => requests.length === 1, "a request");
  assert.deepEqual(requests[0]!.overrides, { model: "mistral-medium-latest" });
  await bench.see(/written down only/);
  bench.press("\x15", "my-own-model");
  await bench.see(/No known model fits; it is asked for as it is typed/);
  bench.press("enter");
  await bench.until(() => requests.length === 2, "a request");
  assert.deepEqual(requests[1]!.overrides, { model: "my-own-model" });
});

Deno.test("replay: every parameter, tools on and off, and what new tool calls do go into the request", async () => {
  const requests: ReplayRequest[] = [];
  await using bench = await form([100, 30], services(requests));
  bench.press("tab", "0.7", "tab", "900", "tab", "11", "tab", "tab");
  await bench.see(/▶ tools +as recorded: calculator, read_file[\s\S]*\[x\] calculator[\s\S]*\[x\] read_file/);
  bench.press("right", "space");
  await bench.see(/without read_file[\s\S]*\[ \] read_file {2}off/);
  bench.press("tab", "tab", "right");
  await bench.see(/▶ new calls +live +\[ask\]/);
  await bench.see(/→ temperature 0\.7, maxTokens 900, seed 11, read_file off/);
  bench.press("enter");
  await bench.until(() => requests.length === 1, "a request");
  assert.deepEqual(requests[0], {
    runId: requests[0]!.runId,
    mode: "hybrid",
    tools: "ask",
    overrides: { temperature: "0.7", maxTokens: "900", seed: "11", "tools.read_file": "off" },
  });
});

Deno.test("replay: instructions and the text of a step are edited in the editor, from what was recorded", async () => {
  const requests: ReplayRequest[] = [];
  const given: string[] = [];
  const saved = [`${INSTRUCTIONS}\n`, "You sum.\nBriefly.\n", "no rows at all", "How many columns?"];
  await using bench = await form([100, 30], services(requests, saved, given));
  bench.press("tab", "tab", "tab", "tab", "ctrl+e");
  await bench.until(() => given.length === 1, "the editor");
  await bench.see(/nothing is changed yet/);
  bench.press("ctrl+e");
  await bench.see(/other instructions/);
  bench.press("tab", "tab", "tab", "tab", "2");
  await bench.see(/▶ from step +2[\s\S]*step 2 tool read_file/);
  bench.press("ctrl+e");
  await bench.see(/from step 2, step 2 edited/);
  bench.press("enter");
  await bench.until(() => requests.length === 1, "a request");
  assert.deepEqual(given.slice(0, 2), [INSTRUCTIONS, INSTRUCTIONS]);
  assert.match(given[2]!, /^id,date,amount/);
  assert.deepEqual(requests[0]!.overrides, { instructions: "You sum.\nBriefly." });
  assert.deepEqual([requests[0]!.fromStep, requests[0]!.edit], [2, { step: 2, text: "no rows at all" }]);
  // An edit belongs to its step; without one it is the prompt that is edited.
  bench.press("backspace");
  await bench.until((screen) => !/edited/.test(screen), "no edit any more");
  bench.press("ctrl+e");
  await bench.see(/another prompt/);
  bench.press("enter");
  await bench.until(() => requests.length === 2, "a request");
  assert.deepEqual([requests[1]!.fromStep, requests[1]!.edit], [undefined, {
    step: 0,
    text: "How many columns?",
  }]);
});

Deno.test("replay: what does not fit is refused where it is, and nothing starts", async () => {
  const requests: ReplayRequest[] = [];
  await using bench = await form([100, 30], services(requests));
  bench.press("tab", "tab", "0", "enter");
  await bench.see(/Cannot use max tokens: got "0"\. Try: a whole number above 0/);
  bench.press("\x15", "tab", "-1", "enter");
  await bench.see(/Cannot use seed: got "-1"/);
  bench.press("\x15", "shift+tab", "shift+tab", "0.5", "tab", "tab", "tab", "tab", "tab", "left");
  await bench.see(/▶ mode +hybrid +live +\[recorded\]/);
  bench.press("enter");
  await bench.see(/Cannot change temperature in a recorded replay: no model is asked/);
  assert.deepEqual(requests, []);
});

Deno.test("replay: without models to suggest, and without tools, the form says so and works", async () => {
  const requests: ReplayRequest[] = [];
  await using bench = await Bench.open([80, 24], (store, host) => finishedRun(store, host), {
    ...services(requests),
    agents: () => Promise.reject(new Error("no folder")),
    chatModels: () => Promise.reject(new Error("no tables")),
    priceOf: () => Promise.reject(new Error("no prices")),
  });
  await bench.see(/▶ ✓ done/);
  bench.store.costBy = () => Promise.reject(new Error("no store"));
  bench.press("r");
  await bench.see(/No known model fits/);
  bench.press("tab", "tab", "tab", "tab", "tab");
  await bench.see(/▶ tools +none[\s\S]*This agent has no tools/);
  bench.press("space", "right", "enter");
  await bench.until(() => requests.length === 1, "a request");
  assert.equal(requests[0]!.overrides, undefined);
});

Deno.test("chatModels() suggests models that write text: what the simulator serves, or what has a price today", async () => {
  for (const useSimulator of [true, false]) {
    const names = await chatModels({ useSimulator } as AppConfig, Date.UTC(2026, 10, 20));
    assert.ok(names.includes("mistral-large-latest") && names.includes("mistral-small-latest"));
    assert.ok(!names.some((name) => /embed|ocr|moderation/.test(name)), names.join(" "));
    assert.equal(new Set(names).size, names.length);
    assert.match(names[0]!, /-latest$/);
  }
});

Deno.test("replay: a click goes to a field, or takes a model or switches a tool; the form fits a small terminal", async () => {
  const requests: ReplayRequest[] = [];
  await using bench = await form([100, 30], services(requests));
  const click = async (wanted: RegExp) => {
    const rows = (await bench.steady()).split("\n");
    const y = rows.findIndex((row) => wanted.test(row));
    for (const end of ["M", "m"]) bench.terminal.send(`\x1b[<0;30;${y + 1}${end}`);
  };
  await click(/│ {3}mistral-medium-latest/);
  await bench.see(/▶ model +mistral-medium-latest/);
  await click(/│ {3}seed/);
  await bench.see(/▶ seed/);
  await click(/│ {3}tools/);
  await click(/\[x\] read_file/);
  await bench.see(/→ model mistral-medium-latest, read_file off/);
  await using small = await Bench.open([44, 14], withTools, services(requests), { color: "none" });
  await small.see(/▶ ✓/);
  small.press("r");
  await small.see(/▶ model/);
  small.press("shift+tab");
  await small.see(/▶ from step/);
});
