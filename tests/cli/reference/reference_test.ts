import assert from "node:assert/strict";
import { parseAgentFile } from "../../../lib/agent/mod.ts";
import { parseRunQuery, RUN_SYNTAX, RUN_TERMS } from "../../../lib/analysis/mod.ts";
import { createLook } from "../../../lib/cli/output/look.ts";
import { referenceText } from "../../../lib/cli/reference/reference_text.ts";
import type { Section } from "../../../lib/cli/reference/section.ts";
import { TOPICS } from "../../../lib/cli/reference/topics.ts";
import { width } from "../../../lib/present/mod.ts";
import { parsePriceOverlay } from "../../../lib/pricing/mod.ts";
import { parseScenarios } from "../../../lib/simulator/mod.ts";
import { openStore, storeViews } from "../../../lib/store/mod.ts";
import { TOOL_FACTORIES } from "../../../lib/tools/mod.ts";
import { agentSheet, SHEET } from "../../../tasks/agent_sheet.ts";
import { CliHome } from "../../support/cli.ts";

const topic = async (name: string): Promise<readonly Section[]> =>
  await TOPICS.find((it) => it.name === name)!.sections();

Deno.test("docs/agents.md is what the schemas and tables say", async () => {
  assert.equal(await Deno.readTextFile(SHEET), await agentSheet(), "stale. Try: deno task agent-sheet");
});

Deno.test("every example of the reference can be used as it stands", async () => {
  const [agent] = await topic("agent");
  assert.equal((await parseAgentFile(agent!.code!.text, "researcher.yaml")).tools.length, 3);
  for (const { name, example } of TOOL_FACTORIES) {
    const { tools } = await parseAgentFile(`tools:\n  ${example}\n`, "a.yaml");
    assert.deepEqual(tools.map((it) => it.name), [name]);
  }
  const [scenario] = await topic("scenario");
  assert.equal((await parseScenarios(scenario!.code!.text, "s.yaml"))[0]!.steps.length, 2);
  const [prices] = await topic("prices");
  assert.equal((await parsePriceOverlay(prices!.code!.text, "prices.yaml")).models.length, 1);
  for (const { example } of [...RUN_TERMS, ...RUN_SYNTAX]) {
    assert.deepEqual(parseRunQuery(example, 0).errors, [], example);
  }
});

Deno.test("the reference names every setting, term and column, each with what it is", async () => {
  const names = (sections: readonly Section[]) =>
    sections.flatMap(({ table }) => table?.rows.map(([name]) => name!.replace(/[`*]/g, "").trim()) ?? []);
  const settings = names(await topic("tools"));
  for (const { name, configSchema } of TOOL_FACTORIES) {
    for (const key of [name, ...Object.keys(configSchema.shape)]) assert(settings.includes(key), key);
  }
  assert.deepEqual(names(await topic("search")), [...RUN_TERMS, ...RUN_SYNTAX].map((it) => it.form));
  const columns = names(await topic("columns"));
  for (const view of await storeViews()) {
    for (const { name } of view.columns) assert(columns.includes(name), name);
  }
  for (const name of ["agent", "tools", "scenario", "prices"]) {
    for (const { title, table } of await topic(name)) {
      for (const row of table?.rows ?? []) assert(row.every((cell) => cell !== ""), `${title}: ${row}`);
    }
  }
});

Deno.test("storeViews() are the tables that a store has", async () => {
  await using _store = await openStore(":memory:");
  const names = (await storeViews()).map(({ name }) => name);
  for (const name of ["runs", "spans", "messages", "tool_calls"]) assert(names.includes(name), name);
});

Deno.test("referenceText() keeps to the width and shows no backticks", async () => {
  for (const { name, sections } of TOPICS) {
    const text = referenceText(
      (await sections()).map(({ code: _, ...it }) => it),
      createLook({ color: false, columns: 70 }),
    );
    assert.doesNotMatch(text, /`/);
    // An address or an example with signs and no blanks is left whole.
    const long = text.split("\n").filter((row) => width(row) > 70 && /\S \S/.test(row.trim()));
    assert.deepEqual(long, [], name);
  }
});

Deno.test("help explains topics as well as commands, and guesses at both", async () => {
  await using home = await CliHome.create();
  const [prices, guess, all, json] = await Promise.all([
    home.run(["help", "prices"]),
    home.run(["help", "scenarios"]),
    home.run(["--help"]),
    home.run(["help", "search", "--json"]),
  ]);
  assert.match(
    prices.stdout,
    /^prices\.yaml\n[^]*\n {2}inputPerMillion +USD per million tokens in \(a number of USD\)\n/,
  );
  assert.deepEqual([guess.code, guess.stderr], [
    2,
    'agentop: Cannot show help for "scenarios": there is no such command. Try: agentop help scenario\n',
  ]);
  for (const { name } of TOPICS) assert.match(all.stdout, new RegExp(`agentop help ${name} `));
  assert.equal(json.json()[0].title, "Searching runs");
});
