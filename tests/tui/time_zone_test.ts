import assert from "node:assert/strict";
import { openStore } from "../../lib/store/mod.ts";
import { envOf } from "../../lib/tui/app/env.ts";
import { initApp } from "../../lib/tui/app/model.ts";
import { viewApp } from "../../lib/tui/app/view.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { THEMES } from "../../lib/tui/draw/theme.ts";
import type { TuiServices } from "../../lib/tui/ports.ts";
import { INITIAL, todayRow } from "../../lib/tui/screens/costs/model.ts";
import { COSTS_QUERIES } from "../../lib/tui/screens/costs/queries.ts";
import { factLines } from "../../lib/tui/screens/live/facts.ts";
import { RUNS_QUERIES } from "../../lib/tui/screens/runs/queries.ts";
import { plain } from "../../lib/tui/terminal/text.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

const START_MS = Date.UTC(2026, 0, 1, 12); // two o'clock in the morning of the next day there
const NOW_MS = START_MS + 3_600_000;
const ZONE = "Pacific/Kiritimati";

const appIn = (timeZone?: string) =>
  initApp({
    screens: [],
    size: { columns: 120, rows: 30 },
    nowMs: NOW_MS,
    theme: THEMES.none,
    glyphs: UNICODE,
    endpoint: "api.mistral.ai",
    storePath: "/tmp/agentop.db",
    hasEditor: false,
    ...(timeZone === undefined ? {} : { timeZone }),
  });

Deno.test("the workbench names the zone in its header, and its days and times are those of it", async () => {
  await using store = await openStore(":memory:");
  await store.write([...sampleEvents({ host: fakeHost({ startMs: START_MS }), rounds: 1 })]);
  const header = (timeZone?: string) => plain(viewApp(appIn(timeZone))[0]!);
  assert.match(header(ZONE), /Pacific\/Kiritimati · api\.mistral\.ai $/);
  assert.doesNotMatch(header(), /Pacific|UTC/);

  const started = async (timeZone?: string) => {
    const trace = await store.loadTrace((await store.resolveRun("last")).traceId);
    const lines = factLines(trace, envOf(appIn(timeZone)), 60);
    return lines.map((line) => line.map(({ text }) => text).join("").trim()).filter((line) =>
      /^(?:day|started)/.test(line)
    );
  };
  assert.deepEqual(await started(ZONE), ["started    02:00:00 1h ago"]);
  assert.deepEqual(await started(), ["started    12:00:00Z 1h ago"]);
  assert.deepEqual(await started("Pacific/Niue"), ["started    01:00:00 1h ago"]);

  const services = { store, timeZone: ZONE } as unknown as TuiServices;
  const later = { nowMs: NOW_MS + 20 * 3_600_000 }; // still that day there, and the next in UTC
  const activity = await RUNS_QUERIES.activity(services, { filter: {}, filterText: "", ...later });
  assert.deepEqual([activity.today, activity.days.at(-1)?.day, activity.days.at(-1)?.runs], [
    1,
    "2026-01-02",
    1,
  ]);
  const utc = await RUNS_QUERIES.activity({ store } as unknown as TuiServices, {
    filter: {},
    filterText: "",
    ...later,
  });
  assert.deepEqual([utc.today, utc.days.at(-1)?.day, utc.days.at(-2)?.runs], [0, "2026-01-02", 1]);

  const days = await COSTS_QUERIES.days(services, { filter: {} });
  const today = todayRow({ ...INITIAL, days }, envOf(appIn(ZONE)));
  assert.deepEqual([today?.key, today?.runs], ["2026-01-02", 1]);
});
