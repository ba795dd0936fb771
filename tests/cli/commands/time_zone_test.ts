import assert from "node:assert/strict";
import { CliHome } from "../../support/cli.ts";

// Runs begin at 2026-01-01T00:00Z and an hour later.
const NIUE = { AGENTOP_TZ: "Pacific/Niue" }; // eleven hours behind

Deno.test("start, days and --since are those of one zone, which is named; JSON times are UTC", async () => {
  await using home = await CliHome.create();
  const [first] = await home.seed({ rounds: 1 }, { rounds: 1 });
  const there = (...args: string[]) => home.run(args, { env: NIUE });
  const [shown, span, days, table, since, later, document, utc] = await Promise.all([
    there("show", first!),
    there("runs", "--json", "--since", "2025-12-31T13:30"),
    there("cost", "--by", "day", "--json"),
    there("cost", "--by", "day"),
    there("cost", "--by", "day", "--json", "--since", "2025-12-31"),
    there("cost", "--by", "day", "--json", "--since", "2026-01-01"),
    there("show", first!, "--json"),
    there("--utc", "cost", "--by", "day"),
  ]);
  assert.match(shown.stdout, /started +2025-12-31 13:00:00 Pacific\/Niue \(/);
  assert.equal(span.json().length, 1);
  assert.deepEqual(
    days.json().map((it: { key: string; timeZone: string; runs: number }) => [it.key, it.timeZone, it.runs]),
    [["2025-12-31", "Pacific/Niue", 2]],
  );
  assert.match(table.stdout, /^DAY \(Pacific\/Niue\) .*\n2025-12-31 /);
  assert.deepEqual(since.json(), days.json());
  assert.deepEqual(later.json(), []);
  assert.equal(document.json().run.startTime, "2026-01-01T00:00:00.000Z");
  assert.match(utc.stdout, /^DAY \(UTC\) .*\n2026-01-01 /);
});

Deno.test("the zone is that of the process where none is named, and a bad name is refused by the variable's name", async () => {
  await using home = await CliHome.create();
  const [first] = await home.seed({ rounds: 1 });
  const [own, bad] = await Promise.all([
    home.run(["show", first!], { env: { AGENTOP_TZ: "", TZ: "Asia/Kathmandu" } }),
    home.run(["runs"], { env: { AGENTOP_TZ: "Mars" } }),
  ]);
  assert.match(own.stdout, /started +2026-01-01 05:45:00 Asia\/(?:Kathmandu|Katmandu) \(/);
  assert.deepEqual([bad.code, bad.stdout], [2, ""]);
  assert.match(bad.stderr, /^agentop: Cannot use AGENTOP_TZ: not a time zone: got "Mars"\. Try: .+\n$/);
});
