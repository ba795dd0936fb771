import assert from "node:assert/strict";
import { budgetWindows } from "../../lib/analysis/mod.ts";
import type { AgentConfig } from "../../lib/agent/mod.ts";
import { BUDGET_WAIT, type Run } from "../../lib/core/mod.ts";
import { longStatus, runTone, shortStatus, waitsForBudget } from "../../lib/present/mod.ts";
import { assumedUsd } from "../../lib/agent/unpriced.ts";
import { type AgencyOptions, TestAgency } from "../support/test_agency.ts";

const AGENT = "name: writer\nmodel: mistral-small-latest\nparameters: { maxTokens: 100 }\n";
const SHORT = JSON.stringify({ name: "short", steps: [{ text: "done" }] });

async function writerOf(agency: TestAgency, more = "") {
  return await agency.agent(`${AGENT}${more}`, "writer");
}

/** The most that a call of this agent can cost, as a refusal says. */
async function worstCase(agency: TestAgency, agent: AgentConfig): Promise<number> {
  await agency.store.saveBudget({ scope: "all", per: "day", limitUsd: 1e-9 });
  const { error } = await agency.runner.run(agent, { prompt: "go" });
  await agency.store.removeBudget("all", "day");
  return Number(/it can cost \$([\d.]+)/.exec(error!.message)![1]);
}

function spentOf(agency: TestAgency) {
  return agency.store.listBudgets(budgetWindows(Date.now(), "UTC"));
}

Deno.test("a run stops before a call that could pass a budget of all runs, and says which", async () => {
  await using agency = await TestAgency.open({ scenarios: SHORT });
  const agent = await writerOf(agency);
  const first = await agency.runner.run(agent, { prompt: "go" });
  assert.equal(first.status, "completed");
  await agency.store.saveBudget({ scope: "agent:writer", per: "day", limitUsd: first.totals.costUsd });
  const second = await agency.runner.run(agent, { prompt: "go" });
  assert.deepEqual([second.status, second.error?.type, second.totals.attempts], ["stopped", "budget", 0]);
  assert.match(
    second.error!.message,
    /per day for agent:writer: it can cost \$0\.000\d+ with \$0\.000\d+ spent/,
  );
  assert.equal(
    second.error!.remedy,
    "agentop budget set agent:writer USD --per day, or wait until it begins anew",
  );
  const [state] = await spentOf(agency);
  assert.deepEqual([state!.spentUsd, state!.reservedUsd], [first.totals.costUsd, 0]);
  await agency.store.saveBudget({ scope: "agent:writer", per: "run", limitUsd: 1e-9 });
  await agency.store.removeBudget("agent:writer", "day");
  const third = await agency.runner.run(agent, { prompt: "go" });
  assert.equal(third.error!.remedy, "agentop budget set agent:writer USD --per run", "it never begins anew");
});

Deno.test("nobody is told to wait for a budget that each run begins with", async () => {
  await using agency = await TestAgency.open({ scenarios: SHORT });
  await agency.store.saveBudget({ scope: "agent:writer", per: "run", limitUsd: 1e-9 });
  const run = await agency.runner.run(await writerOf(agency), { prompt: "go" });
  assert.deepEqual([run.error?.type, run.error?.remedy], [
    "budget",
    "agentop budget set agent:writer USD --per run",
  ]);
});

Deno.test("runs at once wait for money that is set aside for others, and spend no more than there is", async () => {
  await using agency = await TestAgency.open({ scenarios: SHORT });
  const agent = await writerOf(agency);
  const limitUsd = 1.5 * await worstCase(agency, agent);
  await agency.store.saveBudget({ scope: "all", per: "month", limitUsd });
  const runs = await Promise.all(Array.from({ length: 8 }, () => agency.runner.run(agent, { prompt: "go" })));
  const done = runs.filter(({ status }) => status === "completed");
  assert.ok(done.length > 1, "most of what is set aside comes back");
  for (const run of runs) if (!done.includes(run)) assert.equal(run.error?.type, "budget");
  const [state] = await spentOf(agency);
  assert.ok(state!.spentUsd <= limitUsd);
  assert.equal(state!.reservedUsd, 0);
});

Deno.test("a run that waits for money that others have set aside says so, until it goes on", async () => {
  await using agency = await TestAgency.open({ scenarios: SHORT });
  const agent = await writerOf(agency);
  const usd = await worstCase(agency, agent);
  const all = { scope: "all", per: "month" } as const;
  await agency.store.saveBudget({ ...all, limitUsd: 1.5 * usd });
  const other = await agency.runner.queue(agent, { prompt: "other" });
  const claim = { traceId: other.traceId, spanId: "b".repeat(16), model: "m", usd };
  const { refusedBy } = await agency.store.reserveSpend({
    ...claim,
    windows: budgetWindows(Date.now(), "UTC"),
  });
  assert.equal(refusedBy, undefined);
  const running = agency.runner.run(agent, { prompt: "wait" });
  let seen: Run | undefined;
  while (seen === undefined) {
    const { runs } = await agency.store.listRuns({ filter: { status: ["running"] } });
    seen = runs.find((run) => waitsForBudget(run));
    // A store in memory answers before any timer does.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.match(
    seen.warnings![0]!.message,
    /^Waits for the budget of \$\S+ per month for all runs: \$0 spent, \$\S+ set/,
  );
  assert.deepEqual([shortStatus(seen), longStatus(seen), runTone(seen)], [
    "at budget",
    "waits for budget",
    "waiting",
  ]);
  await agency.store.saveBudget({ ...all, limitUsd: 3 * usd });
  const run = await running;
  const stored = await agency.store.getRun(run.traceId);
  for (const it of [run, stored!]) {
    assert.equal(it.status, "completed");
    assert.ok(!it.warnings?.some(({ type }) => type === BUDGET_WAIT));
  }
});

Deno.test("what a lost attempt may have cost is spent before the next one is set aside", async () => {
  const scenarios = JSON.stringify({
    name: "long",
    steps: [{ text: "x".repeat(4_000), faults: [{ eof: 1_000_000 }, { eof: 1_000_000 }] }],
  });
  await using agency = await TestAgency.open({ scenarios });
  await agency.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
  const run = await agency.runner.run(
    await writerOf(agency, "retry: { maxAttempts: 3 }\n"),
    { prompt: "go" },
  );
  assert.deepEqual([run.status, run.totals.attempts], ["completed", 3]);
  const [state] = await spentOf(agency);
  assert.ok(Math.abs(state!.spentUsd - run.totals.costUsd - run.totals.estimatedCostUsd!) < 1e-12);
  assert.equal(state!.reservedUsd, 0);
});

Deno.test("an agent's file may say what all its runs may spend in a day", async () => {
  await using agency = await TestAgency.open({ scenarios: SHORT });
  const agent = await writerOf(agency, "limits: { budgets: [{ limitUsd: 0.0000001, per: day }] }\n");
  const run = await agency.runner.run(agent, { prompt: "go" });
  assert.deepEqual([run.status, run.error?.type], ["stopped", "budget"]);
});

Deno.test("a run hears once that a part of a budget is reached", async () => {
  await using agency = await TestAgency.open({ scenarios: SHORT });
  const agent = await writerOf(agency);
  await agency.store.saveBudget({ scope: "all", per: "day", limitUsd: 1.9 * await worstCase(agency, agent) });
  const warnings = [];
  for (let i = 0; i < 3; i++) {
    const { warnings: given = [] } = await agency.runner.run(agent, { prompt: "go" });
    warnings.push(...given.filter(({ type }) => type === "budget"));
  }
  assert.ok(warnings.length >= 1 && warnings.length <= 2, JSON.stringify(warnings));
  assert.match(
    warnings[0]!.message,
    /^(?:50|80|100) % of the budget of \$\S+ per day for all runs is spent or reserved/,
  );
});

Deno.test("a model without a price is refused under a budget, free, or counts what is assumed", async () => {
  const unpriced = "name: writer\nmodel: sim-echo\nparameters: { maxTokens: 100 }\n";
  const runWith = async (options: Pick<AgencyOptions, "unpriced">) => {
    await using agency = await TestAgency.open({ scenarios: SHORT, ...options });
    await agency.store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
    const run = await agency.runner.run(await agency.agent(unpriced, "writer"), { prompt: "go" });
    return { run, state: (await spentOf(agency))[0]! };
  };
  const refused = await runWith({});
  assert.deepEqual([refused.run.status, refused.run.error?.type], ["stopped", "budget"]);
  assert.match(refused.run.error!.message, /its price is unknown/);
  const allowed = await runWith({ unpriced: "allow" });
  assert.deepEqual([allowed.run.status, allowed.state.spentUsd], ["completed", 0]);
  const assumed = await runWith({ unpriced: { usdPerMillion: 1000 } });
  assert.equal(assumed.run.status, "completed");
  const { totals } = assumed.run;
  assert.equal(totals.unknownCostCalls, 1, "an assumption is no price");
  assert.ok(
    Math.abs(assumed.state.spentUsd - (totals.usage.inputTokens + totals.usage.outputTokens) / 1000) < 1e-9,
  );
});

Deno.test("assumedUsd() assumes nothing of what nothing bounds", () => {
  assert.equal(assumedUsd({ usdPerMillion: 3 }, 2_000_000), 6);
  assert.equal(assumedUsd({ usdPerMillion: 3 }, Infinity), null);
  assert.equal(assumedUsd("refuse", 1), null);
  assert.equal(assumedUsd(undefined, 1), null);
  assert.equal(assumedUsd("allow", Infinity), 0);
});
