import assert from "node:assert/strict";
import { parse } from "yaml";
import { BUILTIN_SCENARIOS, BUNDLED_AGENTS, DEMOS, parseScenarios } from "../../lib/simulator/mod.ts";

import { renderBundledAgents, renderBundledNotebooks } from "../../tasks/embed_agents.ts";
import { CALCULATOR, type Json, playAgent, system, TestSimulator, tool, user } from "./support.ts";

interface AgentFile {
  readonly name: string;
  readonly model: string;
  readonly instructions: string;
  readonly tools?: readonly unknown[];
  readonly retry?: { readonly maxAttempts: number };
}

function agent(name: string): AgentFile {
  return parse(BUNDLED_AGENTS[`${name}.yaml`]!) as AgentFile;
}

const FILE_TOOLS = [
  CALCULATOR,
  tool("list_files", { path: { type: "string" } }),
  tool("read_file", { path: { type: "string" } }),
];

/** Adds what is written as `a + b + c`, in cents. */
function add(expression: string): string {
  assert.match(expression, /^[\d.]+( \+ [\d.]+)+$/);
  const cents = expression.split(" + ").reduce((sum, term) => sum + Math.round(Number(term) * 100), 0);
  return String(cents / 100);
}

function research(csv: string, sim: TestSimulator) {
  const { model, instructions } = agent("researcher");
  const messages = [system(instructions), user(DEMOS.find((demo) => demo.agent === "researcher")!.prompt)];
  return playAgent(sim, { model, messages, tools: FILE_TOOLS }, (name, args) => {
    if (name === "list_files") return "notes.txt  12 bytes\nsales.csv  1,032 bytes";
    if (name === "read_file") return args.path === "sales.csv" ? csv : "Cannot read it";
    return add(String(args.expression));
  });
}

Deno.test("demo researcher lists, reads, calculates and answers with the figures of the file", async () => {
  await using sim = await TestSimulator.start();
  const csv = BUNDLED_AGENTS["data/sales.csv"]!;
  const { answer, calls } = await research(csv, sim);
  assert.deepEqual(calls, ["list_files", "read_file", "calculator"]);
  const rows = csv.trim().split("\n").slice(1);
  const cents = rows.reduce((sum, row) => sum + Math.round(Number(row.split(",")[5]) * 100), 0);
  const total = (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
  assert.ok(answer.content.includes(`${rows.length} rows`), answer.content);
  assert.ok(answer.content.includes(total), `${total} in: ${answer.content}`);
});

Deno.test("demo researcher goes on when a person has changed what the file said", async () => {
  await using sim = await TestSimulator.start();
  const { answer, calls } = await research("There are 24 rows, says the person.", sim);
  assert.deepEqual(calls, ["list_files", "read_file"]);
  assert.match(answer.content, /There are 24 rows, says the person\./);
});

Deno.test("demo researcher answers with other figures for another file", async () => {
  await using sim = await TestSimulator.start();
  const { answer } = await research("region,revenue\nmars,1000.25\nvenus,2\nmars,3.5\n", sim);
  assert.match(answer.content, /sales\.csv has 3 rows\. Their total revenue is 1,005\.75, .* mars\./);
});

Deno.test("demo researcher says so when the file has no such column", async () => {
  await using sim = await TestSimulator.start();
  const { answer, calls } = await research("a,b\n1,2\n", sim);
  assert.deepEqual(calls, ["list_files", "read_file"]);
  assert.match(answer.content, /demo-researcher.*csv\.terms:revenue.*no column "revenue" among a, b/);
});

Deno.test("demo researcher answers other questions by the rules", async () => {
  await using sim = await TestSimulator.start();
  const { instructions } = agent("researcher");
  const messages = [system(instructions), user("What is 6 * 7?")];
  const { answer, calls } = await playAgent(sim, { messages, tools: FILE_TOOLS }, () => "42");
  assert.deepEqual(calls, ["calculator"]);
  assert.equal(answer.content, "6 * 7 = 42.");
});

Deno.test("demo editor hands the prompt to the writer and returns its draft", async () => {
  await using sim = await TestSimulator.start();
  const prompt = DEMOS.find((demo) => demo.agent === "editor")!.prompt;
  const tools = [tool("writer", { prompt: { type: "string" } })];
  const write = async (name: string, args: Json) => {
    assert.equal(name, "writer");
    const messages = [system(agent("writer").instructions), user(String(args.prompt))];
    return (await sim.ask({ messages })).content;
  };
  const messages = [system(agent("editor").instructions), user(prompt)];
  const { answer, calls } = await playAgent(sim, { messages, tools }, write);
  assert.deepEqual(calls, ["writer"]);
  assert.match(answer.content, /^Edited, \d+ words:\n\nMeet the new kettle\. /);
});

Deno.test("demo flaky meets a 429, a 503 and a broken stream within its agent's attempts", async () => {
  await using sim = await TestSimulator.start();
  const { model, instructions, retry } = agent("flaky");
  const body = {
    model,
    stream: true,
    messages: [system(instructions), user("Explain why a retry should wait.")],
  };
  const limited = await sim.post(body);
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get("retry-after"), "1");
  await limited.body?.cancel();
  const unavailable = await sim.post(body);
  assert.equal(unavailable.status, 503);
  await unavailable.body?.cancel();
  await assert.rejects(async () => await (await sim.post(body)).text(), TypeError);
  assert.match(await (await sim.post(body)).text(), /"finish_reason":"stop"[\s\S]*\[DONE\]/);
  assert.ok(retry!.maxAttempts >= 4);
});

Deno.test("DEMOS name bundled agents whose scenario answers them", async () => {
  const seen: string[] = [];
  await using sim = await TestSimulator.start({ onRequest: (request) => void seen.push(request.answeredBy) });
  for (const demo of DEMOS) {
    const { instructions, tools = [] } = agent(demo.agent);
    const offered = tools.map((entry) => {
      const name = typeof entry === "string" ? entry : Object.keys(entry as Json)[0]!;
      return tool(name === "agent" ? String((entry as Json).agent) : name, { prompt: { type: "string" } });
    });
    const response = await sim.post({
      model: "mistral-small-latest",
      messages: [system(instructions), user(demo.prompt)],
      ...(offered.length > 0 ? { tools: offered } : {}),
    });
    await response.body?.cancel();
    assert.match(seen.at(-1)!, new RegExp(`scenario demo-${demo.agent} step 1`));
  }
});

Deno.test("BUNDLED_AGENTS is what tasks/embed_agents.ts makes of agents/", async () => {
  const file = new URL("../../lib/simulator/bundled_agents.ts", import.meta.url);
  assert.equal(await Deno.readTextFile(file), renderBundledAgents());
  const folder = new URL("../../agents/", import.meta.url);
  for (const [name, text] of Object.entries(BUNDLED_AGENTS)) {
    assert.equal(text, await Deno.readTextFile(new URL(name, folder)));
  }
});

Deno.test("BUNDLED_NOTEBOOKS is what tasks/embed_agents.ts makes of notebooks/", async () => {
  const file = new URL("../../lib/app/notebooks/bundled_notebooks.ts", import.meta.url);
  assert.equal(await Deno.readTextFile(file), renderBundledNotebooks());
});

Deno.test("BUNDLED_AGENTS have files whose revenue is units times price", () => {
  const rows = BUNDLED_AGENTS["data/sales.csv"]!.trim().split("\n").slice(1).map((row) => row.split(","));
  assert.equal(rows.length, 24);
  for (const [date, , , units, price, revenue] of rows) {
    assert.ok(!Number.isNaN(Date.parse(date!)));
    assert.equal((Number(units) * Number(price)).toFixed(2), revenue);
  }
});

Deno.test("BUILTIN_SCENARIOS pass the checks for scenario files", async () => {
  const { stringify } = await import("yaml");
  for (const scenario of BUILTIN_SCENARIOS) {
    assert.deepEqual(await parseScenarios(stringify(scenario), "builtin.yaml"), [scenario]);
  }
});
