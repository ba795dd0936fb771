import assert from "node:assert/strict";
import { Bench } from "./bench.ts";
import { momentOf, slowRun, someAlerts } from "./alerts_scenario.ts";
import { assertGolden } from "./golden.ts";

const SIZES = [[160, 48], [100, 30], [80, 24]] as const;
const RUNS = /✓ done/;
const LOG = /not acknowledged/;

const FRAMES = [
  { name: "alerts", steps: [[RUNS, "8"]], seen: /firing[\s\S]*triage/ },
  { name: "alerts_rules", steps: [[RUNS, "8"], [LOG, "tab"]], seen: /quiet[\s\S]*above/ },
] as const;

for (const { name, steps, seen } of FRAMES) {
  for (const size of SIZES) {
    Deno.test(`viewApp() draws ${name}_${size[0]}x${size[1]}`, async () => {
      await using bench = await Bench.open(size, someAlerts, {}, { color: "none" });
      for (const [wanted, ...keys] of steps) {
        await bench.see(wanted);
        await bench.steady();
        bench.press(...keys);
      }
      await bench.see(seen);
      await assertGolden(`${name}_${size[0]}x${size[1]}`, await bench.steady());
    });
  }
}

Deno.test("alerts: without a rule it says how to have one", async () => {
  await using bench = await Bench.open([80, 24]);
  bench.press("8");
  const screen = await bench.see(/No alert rule yet/);
  assert.match(screen, /agentop alerts add cost --above 0\.10/);
});

Deno.test("alerts: what fires is told on every screen and counted in the header until it is acknowledged", async () => {
  await using bench = await Bench.open([120, 30], someAlerts);
  await bench.see(/8 Alerts 3 /);
  await slowRun(bench.store, bench.host, "newcomer", 50_000);
  await bench.store.judgeAlerts(momentOf(bench.host));
  await bench.see(/slow: latency of a run of newcomer is 50\.0s, above 30\.0s: 8 shows it/);
  bench.press("8");
  await bench.see(/8 Alerts 4 [\s\S]*newcomer/);
  await bench.steady();
  bench.press("a");
  await bench.see(/8 Alerts 3 [\s\S]*seen/);
  await bench.steady();
  bench.press("A");
  await bench.see(/^(?!.*Alerts \d)[\s\S]*not acknowledged 0/);
});

Deno.test("alerts: Enter leads to the run behind one, or to the runs; a rule's Enter to what it found; escape back", async () => {
  await using bench = await Bench.open([120, 30], someAlerts);
  await bench.see(/8 Alerts 3 /);
  bench.press("8");
  await bench.see(/slow[\s\S]*triage/);
  await bench.steady();
  bench.press("enter");
  await bench.see(/Spans[\s\S]*agent triage/);
  bench.press("8");
  await bench.see(LOG);
  await bench.steady();
  bench.press("j", "enter");
  await bench.see(/since:/);
  bench.press("8", "tab");
  await bench.see(/FIRES/);
  await bench.steady();
  bench.press("enter");
  await bench.see(/of failing/);
  bench.press("escape");
  await bench.see(/FIRES/);
});

Deno.test("alerts: a rule is muted and heard again", async () => {
  await using bench = await Bench.open([120, 30], someAlerts);
  await bench.see(RUNS);
  bench.press("8", "tab");
  await bench.see(/FIRES/);
  await bench.steady();
  bench.press("m");
  await bench.see(/muted +failing/);
  await bench.steady();
  bench.press("m");
  await bench.see(/failing is heard again/);
  await bench.see(/fires 1 +failing/);
});

Deno.test("alerts: nothing from outside reaches the terminal raw", async () => {
  await using bench = await Bench.open([160, 48], someAlerts, {}, { color: "none" });
  bench.press("8");
  await bench.see(/triage/);
  await bench.steady();
  assert.ok(!bench.terminal.raw.includes("triage\x1b[31m"));
});
