import assert from "node:assert/strict";
import { BudgetExceededError, BudgetLedger } from "../../lib/agent/budget.ts";
import { limitToGoOn } from "../../lib/agent/go_on.ts";
import { continued } from "../../lib/agent/mod.ts";
import { limitFlags, limitRaisedBy, resumeCommand, type Run } from "../../lib/core/mod.ts";
import { TestAgency } from "../support/test_agency.ts";

const SUM = "What is 1 + 1?";

/** What stopped the run, and the command without its id. */
const said = ({ error, runId }: Run) => [error?.type, error?.remedy?.replace(runId, "ID")];

Deno.test("a run that a limit stopped says which command lets it go on, and that command does", async () => {
  await using agency = await TestAgency.open();
  const cases = [
    ["maxSteps: 1", "max_steps", "agentop resume ID --max-steps 2"],
    ["maxRepeats: 2", "loop", "agentop resume ID --max-repeats 4"],
    ["timeoutSeconds: 0.05", "timeout", "agentop resume ID --timeout 0.1"],
    ["budgetUsd: 0.0002", "budget", "agentop resume ID --budget 0.0014"],
  ] as const;
  for (const [limits, type, command] of cases) {
    const model = type === "loop" ? "sim-loop" : type === "timeout" ? "sim-hang" : "mistral-small-latest";
    const agent = await agency.agent(`model: ${model}\ntools: [calculator]\nlimits: { ${limits} }\n`);
    const run = await agency.runner.run(agent, { prompt: SUM });
    assert.deepEqual(said(run), [type, command]);
    const raised = limitRaisedBy(run.error?.remedy)!;
    const again = await agency.runner.execute(await continued(run, { [raised.limit]: raised.value }));
    if (type === "budget") assert.equal(again.status, "completed");
    else {assert.ok(
        again.totals.attempts > run.totals.attempts || again.totals.toolCalls > run.totals.toolCalls,
      );}
  }
});

Deno.test("limitToGoOn() asks for what the next call needs, rounded up, and for nothing that would not help", () => {
  const limits = { maxSteps: 12, timeoutSeconds: 600, toolTimeoutSeconds: 60, maxToolOutputBytes: 1 };
  const budget = (limitUsd: number, wantedUsd: number | null, ownUsd: number | undefined = limitUsd) =>
    limitToGoOn(
      "budget",
      { ...limits, ...(ownUsd === undefined ? {} : { budgetUsd: ownUsd }) },
      new BudgetExceededError(new BudgetLedger(limitUsd, { spentUsd: 0 }), wantedUsd),
    )?.value;
  assert.equal(budget(0.05, 0.01), 0.1);
  assert.equal(budget(0.05, 0.1234), 0.13);
  assert.equal(budget(0.0000001, 0.00123), 0.0013);
  assert.equal(budget(1, null), undefined);
  assert.equal(budget(1, 2, 5), undefined, "the budget of the run above");
  assert.deepEqual(limitToGoOn("max_steps", limits, undefined), { limit: "maxSteps", value: 24 });
  assert.deepEqual(limitToGoOn("loop", limits, undefined), { limit: "maxRepeats", value: 10 });
  assert.equal(limitToGoOn("401", limits, undefined), undefined);
});

Deno.test("the command and the flags say the same, and are read back", () => {
  const command = resumeCommand("0199-x", { limit: "budgetUsd", value: 0.0000012 });
  assert.equal(command, "agentop resume 0199-x --budget 0.0000012");
  assert.deepEqual(limitRaisedBy(command), { limit: "budgetUsd", value: 0.0000012 });
  assert.deepEqual(limitRaisedBy("a higher budget"), undefined);
  assert.deepEqual(limitRaisedBy(undefined), undefined);
  assert.deepEqual(limitFlags({ maxSteps: 24, budgetUsd: 1e-9 }), [
    "--max-steps",
    "24",
    "--budget",
    "0.000000001",
  ]);
});
