import assert from "node:assert/strict";
import { MODEL, Passage, user } from "./passage.ts";

/** What one call of these costs: 10 tokens in, 5 out. */
async function costOfOne(it: Passage): Promise<number> {
  await (await it.chat([user("hello")], { more: { max_tokens: 5 } })).text();
  return (await it.runs())[0]!.totals.costUsd;
}

Deno.test("a call that a budget has no money for does not go on, and its run and its program hear why", async () => {
  await using it = await Passage.open();
  await it.store.saveBudget({ scope: "all", per: "day", limitUsd: 1e-9 });
  const response = await it.chat([user("hello")], { more: { max_tokens: 5 } });
  assert.equal(response.status, 402);
  assert.match(
    (await response.json()).detail,
    /Cannot call the model within the budget .* per day for all runs/,
  );
  assert.equal(it.asked.length, 0);
  const [run] = await it.runs();
  assert.deepEqual([run!.status, run!.error?.type, run!.totals.costUsd], ["failed", "budget", 0]);
  const [state] = await it.store.listBudgets(await windows());
  assert.deepEqual([state!.spentUsd, state!.reservedUsd], [0, 0]);
});

Deno.test("however many programs call at once, proxied calls stay within a budget", async () => {
  await using it = await Passage.open();
  const one = await costOfOne(it);
  const limitUsd = 100 * one;
  await it.store.saveBudget({ scope: `model:${MODEL}`, per: "day", limitUsd });
  const statuses = await Promise.all(Array.from({ length: 60 }, async (_, n) => {
    const response = await it.chat([user(`question ${n} ${"long ".repeat(n)}`)], {
      more: { max_tokens: 50 },
    });
    await response.body?.cancel();
    return response.status;
  }));
  assert.ok(statuses.includes(402) && statuses.includes(200), `${new Set(statuses)}`);
  await it.calls.settled();
  const [state] = await it.store.listBudgets(await windows());
  assert.ok(state!.spentUsd <= limitUsd, `${state!.spentUsd} of ${limitUsd}`);
  assert.equal(state!.reservedUsd, 0, "what was set aside is free again");
});

Deno.test("a call of an agent that has a budget of its own leaves others alone", async () => {
  await using it = await Passage.open();
  await it.store.saveBudget({ scope: "agent:greedy", per: "month", limitUsd: 1e-9 });
  const ask = async (agent: string) => {
    const response = await it.chat([user(`I am ${agent}`)], { headers: { "x-agentop-agent": agent } });
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual([await ask("greedy"), await ask("modest")], [402, 200]);
});

async function windows() {
  const { budgetWindows } = await import("../../lib/analysis/mod.ts");
  return budgetWindows(Date.now(), "UTC");
}
