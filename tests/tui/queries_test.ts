import assert from "node:assert/strict";
import { NO_TOTALS, type Run } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { Loader } from "../../lib/tui/app/loader.ts";
import { envOf } from "../../lib/tui/app/env.ts";
import { initApp } from "../../lib/tui/app/model.ts";
import type { Effect, Msg } from "../../lib/tui/contract/message.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { THEMES } from "../../lib/tui/draw/theme.ts";
import { loadScreens } from "../../lib/tui/app/screen_list.ts";
import { runsTickMs } from "../../lib/tui/screens/runs/clock.ts";
import type { RunsModel } from "../../lib/tui/screens/runs/model.ts";
import type { PageAsked } from "../../lib/tui/screens/runs/listed.ts";
import type { RunsQueries } from "../../lib/tui/screens/runs/queries.ts";
import { runsScreen } from "../../lib/tui/screens/runs/screen.ts";
import { PAGE_ROWS, runAt } from "../../lib/tui/screens/runs/window.ts";
import { fakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { finishedRun } from "./scenario.ts";

const SCREENS = await loadScreens();
/** A store that changes in the time of a repaint and answers later than that. */
const CHANGE_MS = 10;
const ANSWER_MS = 150;

type Load = Extract<Effect, { type: "load" }>;

const ENV = envOf(initApp({
  screens: [],
  size: { columns: 100, rows: 30 },
  nowMs: Date.UTC(2026, 0, 1),
  theme: THEMES.none,
  glyphs: UNICODE,
  endpoint: "",
  storePath: "",
  hasEditor: false,
}));

/** Rows `from` … of a long list. */
function rows(from: number, count: number): readonly Run[] {
  return Array.from({ length: count }, (_, at) => ({
    traceId: String(from + at).padStart(32, "0"),
    runId: `run-${from + at}`,
    agent: "a",
    status: "completed",
    model: "m",
    origin: "agent",
    userId: "u",
    tags: {},
    config: {},
    prompt: "",
    startTimeUs: 1,
    endTimeUs: 2,
    totals: NO_TOTALS,
  }));
}

/** The home screen and the latest question of each slot. */
class Home {
  model: RunsModel = runsScreen.init();
  readonly asked = new Map<string, Load>();

  send(...msgs: readonly Msg<RunsQueries>[]): this {
    for (const msg of msgs) {
      const [next, effects] = runsScreen.update(this.model, msg, ENV);
      this.model = next;
      for (const effect of effects) if (effect.type === "load") this.asked.set(effect.slot, effect);
    }
    return this;
  }

  page(load: Load, runs: readonly Run[], nextCursor?: string): this {
    const { page, cursor } = load.query as PageAsked;
    const answer = {
      page,
      rows: runs.map((run) => ({ kind: "run" as const, id: run.traceId, run, depth: 0 })),
      heads: runs.length,
      ...(cursor === undefined ? {} : { cursor }),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    };
    return this.send({ type: "answer", slot: "runs", ticket: load.ticket, answer });
  }
}

Deno.test("updateRuns() takes the first rows however often the store changed since it asked for them", () => {
  const home = new Home().send({ type: "enter" });
  const first = home.asked.get("runs")!;
  for (let change = 0; change < 50; change++) home.send({ type: "store_changed" });
  assert.equal(home.model.state, "loading");
  home.page(first, rows(0, 3));
  assert.equal(home.model.state, "ready");
  assert.equal(runAt(home.model.window, 0)?.runId, "run-0");
});

Deno.test("updateRuns() takes the counts and the preview that were asked for before the latest change", () => {
  const home = new Home().send({ type: "enter" });
  home.page(home.asked.get("runs")!, rows(0, 1));
  const asked = new Map(home.asked);
  const preview = home.asked.get("preview")!;
  home.send({ type: "store_changed" }, { type: "store_changed" });
  home.send({ type: "answer", slot: "count", ticket: asked.get("count")!.ticket, answer: 7 });
  assert.equal(home.model.matching, 7);
  const { traceId } = preview.query as { traceId: string };
  const trace = { run: rows(0, 1)[0]!, spans: new Map(), snapshots: [], evaluations: [] };
  home.send({ type: "answer", slot: "preview", ticket: preview.ticket, answer: { traceId, trace } });
  assert.equal(home.model.preview?.trace, trace);
});

Deno.test("updateRuns() asks for what takes a look at every run when the first rows are there", () => {
  const home = new Home().send({ type: "enter" }, { type: "store_changed" });
  assert.deepEqual([...home.asked.keys()], ["runs"]);
  home.page(home.asked.get("runs")!, rows(0, 1));
  assert.deepEqual([...home.asked.keys()], ["runs", "preview", "count", "activity"]);
});

Deno.test("updateRuns() puts a page where it belongs, also when another one was asked for meanwhile", () => {
  const home = new Home().send({ type: "enter" });
  home.page(home.asked.get("runs")!, rows(0, PAGE_ROWS), "c1");
  home.send({ type: "store_changed" });
  const refresh = home.asked.get("runs")!;
  home.send({ type: "action", action: "bottom", count: PAGE_ROWS });
  home.send({ type: "action", action: "page_down" });
  const next = home.asked.get("runs")!;
  assert.deepEqual([(refresh.query as PageAsked).page, (next.query as PageAsked).page], [0, 1]);
  home.page(refresh, rows(1_000, PAGE_ROWS), "c1");
  home.page(next, rows(PAGE_ROWS, PAGE_ROWS), "c2");
  home.send({ type: "store_changed" });
  const second = home.asked.get("runs")!;
  assert.equal((second.query as PageAsked).page, Math.floor(home.model.list.top / PAGE_ROWS));
  home.page({ ...second, query: { ...second.query as PageAsked, page: 0 } }, rows(0, PAGE_ROWS), "c1");
  assert.equal(runAt(home.model.window, 0)?.runId, "run-0");
  assert.equal(runAt(home.model.window, PAGE_ROWS)?.runId, `run-${PAGE_ROWS}`);
});

Deno.test("updateRuns() reads the list from its end on G, in any order", () => {
  const home = new Home().send({ type: "enter" });
  home.send({ type: "action", action: "sort" });
  home.page(home.asked.get("runs")!, rows(0, PAGE_ROWS), "c1");
  home.send({ type: "action", action: "bottom" });
  const { sort, fromEnd, page, cursor } = home.asked.get("runs")!.query as PageAsked;
  assert.deepEqual({ sort, fromEnd, page, cursor }, {
    sort: "cost",
    fromEnd: true,
    page: 0,
    cursor: undefined,
  });
  home.page(home.asked.get("runs")!, rows(500, PAGE_ROWS), "c2");
  assert.equal(runAt(home.model.window, home.model.list.index)?.runId, "run-500");
});

Deno.test("updateRuns() drops the rows of the list before, when the filter or the order changed", () => {
  const home = new Home().send({ type: "enter" });
  const first = home.asked.get("runs")!;
  home.send({ type: "action", action: "sort" });
  home.page(first, rows(0, 3));
  assert.equal(home.model.state, "loading");
  home.page(home.asked.get("runs")!, rows(7, 1));
  assert.equal(runAt(home.model.window, 0)?.runId, "run-7");
});

Deno.test("Loader does not slow a question down that somebody waits for because a refresh came after it", async () => {
  const done: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let isBusy = true;
  const loader = new Loader(async (_, __, query) => {
    if (isBusy) await promise;
    return query;
  }, (_, msg) => void done.push(msg.type === "answer" ? msg.answer : msg));
  const load = (query: string, minIntervalMs?: number) =>
    loader.load("runs", {
      type: "load",
      slot: "runs",
      ticket: 1,
      query,
      ...(minIntervalMs === undefined ? {} : { minIntervalMs }),
    });
  load("under way");
  await new Promise((after) => setTimeout(after, 20));
  load("waited for");
  load("refresh", 60_000);
  isBusy = false;
  resolve();
  const deadline = performance.now() + 60_000;
  while (done.length < 2 && performance.now() < deadline) await new Promise((after) => setTimeout(after, 5));
  loader.close();
  assert.deepEqual(done, ["under way", "refresh"]);
});

Deno.test("the list of runs appears although the store changes faster than it answers", async () => {
  const host = fakeHost({ startMs: Date.UTC(2026, 0, 1, 9) });
  await using store = await openStore(":memory:", { host });
  await finishedRun(store, host);
  const busy = new Proxy(store, {
    get(target, name) {
      if (name === "onChange") return (listener: () => void) => stopping(setInterval(listener, CHANGE_MS));
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return async (...given: readonly unknown[]) => {
        await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
        return await value.apply(target, given);
      };
    },
  });
  await using bench = await Bench.open([100, 30], undefined, { store: busy });
  await bench.see(/researcher/);
});

function stopping(timer: ReturnType<typeof setInterval>): () => void {
  return () => clearInterval(timer);
}

Deno.test("every slot that a screen counts has a query, and every query a slot", async () => {
  for (const screen of SCREENS) {
    const { tickets = {} } = screen.init() as { tickets?: Record<string, number> };
    assert.deepEqual(
      Object.keys(await screen.queries?.() ?? {}).sort(),
      Object.keys(tickets).sort(),
      screen.id,
    );
  }
});

Deno.test("a screen goes to screens that there are", async () => {
  const known = new Set(SCREENS.map((screen) => screen.id));
  const folder = new URL("../../lib/tui/screens/", import.meta.url);
  let count = 0;
  for (const { id } of SCREENS) {
    for await (const entry of Deno.readDir(new URL(`${id}/`, folder))) {
      const source = await Deno.readTextFile(new URL(`${id}/${entry.name}`, folder));
      for (const [, name] of source.matchAll(/type: "go",\s+screen: "([^"]+)"/g)) {
        assert.ok(known.has(name!), `${id}/${entry.name} goes to ${name}`);
        count++;
      }
    }
  }
  assert.ok(count >= 10);
});

Deno.test("runsTickMs() counts seconds while something in view is said in them, and rests until an age is another", () => {
  const nowMs = Date.UTC(2026, 0, 1);
  const tick = (ageMs: number, status: Run["status"] = "completed") => {
    const home = new Home().send({ type: "enter" });
    const runs = rows(0, 2).map((run, at): Run => ({
      ...run,
      startTimeUs: (nowMs - (at === 0 ? ageMs : 86_400_000 * 10)) * 1000,
      ...(at === 0 ? { status } : {}),
    }));
    return runsTickMs(home.page(home.asked.get("runs")!, runs).model, nowMs);
  };
  assert.equal(tick(59_000), 1_000);
  assert.equal(tick(3_600_000 * 5, "running"), 1_000);
  assert.equal(tick(60_000 * 7 + 40_000), 20_000);
  assert.equal(tick(60_000 * 7 + 59_000), 5_000, "not for each row by itself");
  assert.equal(tick(3_600_000 * 5), 60_000);
  assert.equal(runsTickMs(runsScreen.init(), nowMs), undefined);
});
