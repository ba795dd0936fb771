import assert from "node:assert/strict";
import { NO_TOTALS, NO_USAGE, type Run, type Span, type Trace } from "../../lib/core/mod.ts";
import type { Effect, Msg, PlainMsg } from "../../lib/tui/contract/message.ts";
import type { Queries } from "../../lib/tui/contract/queries.ts";
import { type App, initApp } from "../../lib/tui/app/model.ts";
import { envOf } from "../../lib/tui/app/env.ts";
import type { Env, Screen } from "../../lib/tui/contract/screen.ts";
import { loadScreens } from "../../lib/tui/app/screen_list.ts";
import { updateApp } from "../../lib/tui/app/update.ts";
import { viewApp } from "../../lib/tui/app/view.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { THEMES } from "../../lib/tui/draw/theme.ts";
import { agentsScreen } from "../../lib/tui/screens/agents/screen.ts";
import { type CostsModel, fittingModels } from "../../lib/tui/screens/costs/model.ts";
import type { CostsQueries } from "../../lib/tui/screens/costs/queries.ts";
import { costsScreen } from "../../lib/tui/screens/costs/screen.ts";
import { bookmarksOf, rememberLive, restoreLive } from "../../lib/tui/screens/live/model.ts";
import type { LiveQueries } from "../../lib/tui/screens/live/queries.ts";
import { factLines } from "../../lib/tui/screens/live/facts.ts";
import { liveScreen } from "../../lib/tui/screens/live/screen.ts";
import { fieldOf } from "../../lib/tui/draw/text_field.ts";
import { LIST_START } from "../../lib/tui/widgets/list.ts";
import { plain, width } from "../../lib/tui/terminal/text.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";
import { AGENTS } from "./screens_scenario.ts";

const SCREENS = await loadScreens();
const NOW_MS = Date.UTC(2026, 0, 31, 12);
const app = (size = { columns: 100, rows: 30 }): App =>
  initApp({
    screens: SCREENS,
    size,
    nowMs: NOW_MS,
    theme: THEMES.none,
    glyphs: UNICODE,
    endpoint: "api.mistral.ai",
    storePath: "/tmp/agentop.db",
    hasEditor: false,
  });
const ENV: Env = envOf(app());

function after<M, Q extends Queries>(
  screen: Screen<M, Q>,
  model: M,
  ...msgs: readonly Msg<Q>[]
): { model: M; effects: readonly Effect[] } {
  const effects: Effect[] = [];
  let current = model;
  for (const msg of msgs) {
    const [next, more] = screen.update(current, msg, ENV);
    current = next;
    effects.push(...more);
  }
  return { model: current, effects };
}

const act = (action: string, count?: number): PlainMsg => ({
  type: "action",
  action,
  ...(count === undefined ? {} : { count }),
});
const loads = (effects: readonly Effect[]) => effects.filter((effect) => effect.type === "load");

const row = (key: string, costUsd: number) => ({
  key,
  runs: 1,
  llmCalls: 1,
  usage: { ...NO_USAGE, inputTokens: 10 },
  costUsd,
  unknownCostCalls: 0,
});

/** The costs screen with rows. */
function filled(): CostsModel {
  const { model } = after(costsScreen, costsScreen.init(), { type: "enter" });
  return after(costsScreen, model, {
    type: "answer",
    slot: "rows",
    ticket: 1,
    answer: [row("a b", 2), row("c", 1), { ...row("never", 0), llmCalls: 0, usage: NO_USAGE }],
  }).model;
}

Deno.test("updateCosts() asks nothing of the store but effects, and drops rows that were never used", () => {
  const { effects } = after(costsScreen, costsScreen.init(), { type: "enter" });
  assert.deepEqual(loads(effects).map((effect) => effect.slot), [
    "rows",
    "days",
    "budgets",
    "forecast",
    "endpoints",
    "chart",
    "runs",
  ]);
  assert.deepEqual(filled().rows.map((each) => each.key), ["a b", "c"]);
});

Deno.test("updateCosts() takes an answer that was asked before the latest refresh, and none of another tab", () => {
  const asked = after(costsScreen, filled(), { type: "store_changed" }, { type: "store_changed" });
  assert.ok(loads(asked.effects).every((effect) => effect.minIntervalMs !== undefined));
  const answer = (ticket: number): Msg<CostsQueries> => ({
    type: "answer",
    slot: "rows",
    ticket,
    answer: [row("fresh", 1)],
  });
  assert.equal(after(costsScreen, asked.model, answer(1)).model.rows[0]!.key, "fresh");
  const other = after(costsScreen, asked.model, act("tab_right"));
  assert.deepEqual(after(costsScreen, other.model, answer(1)).model.rows, []);
});

Deno.test("b sets a budget of the row or of all runs, and says what is not one", () => {
  const opened = after(costsScreen, filled(), act("budget"));
  assert.equal(opened.model.setting!.text, "model:a b ");
  assert.equal(costsScreen.mode(opened.model), "filter");
  const bad = after(costsScreen, opened.model, { type: "text", text: "5 dollars" }, act("choose"));
  assert.match(
    JSON.stringify(bad.effects),
    /Cannot set a budget: it needs a scope, USD and run, day, week, month/,
  );
  assert.notEqual(bad.model.setting, undefined);
  const good = after(costsScreen, opened.model, { type: "text", text: "$5 per day" }, act("choose"));
  const [asked] = loads(good.effects);
  assert.deepEqual([asked!.slot, asked!.query], ["budgetSet", {
    budget: { scope: "model:a b", per: "day", limitUsd: 5 },
  }]);
  const state = { scope: "model:a b", per: "day" as const, limitUsd: 5, spentUsd: 1, reservedUsd: 0 };
  const done = after(costsScreen, good.model, {
    type: "answer",
    slot: "budgetSet",
    ticket: asked!.ticket,
    answer: state,
  });
  assert.equal(done.model.setting, undefined);
  assert.match(JSON.stringify(done.effects), /Set \$5\.00 per day for model:a b/);
  assert.deepEqual(loads(done.effects).map(({ slot }) => slot), ["budgets"]);
  assert.equal(after(costsScreen, opened.model, act("cancel")).model.setting, undefined);
});

Deno.test("lists of prompts and of what was paid twice lead to their runs", () => {
  const run = (runId: string) => ({ runId, traceId: `trace ${runId}` });
  const prompts = {
    prompts: [{ agent: "a", prompt: "p", dearest: run("r1") }],
    found: 1,
    runs: 1,
    isCut: false,
  };
  const twice = { requests: [{ calls: [{ ...run("r2"), spanId: "s" }, { ...run("r3"), spanId: "u" }] }] };
  const model = { ...filled(), prompts, twice } as unknown as CostsModel;
  const target = (tab: CostsModel["tab"]) => after(costsScreen, { ...model, tab }, act("open")).effects;
  assert.deepEqual(target("prompts"), [{
    type: "go",
    screen: "live",
    target: { traceId: "trace r1", runId: "r1" },
  }]);
  assert.deepEqual(target("twice"), [{
    type: "go",
    screen: "live",
    target: { traceId: "trace r3", runId: "r3" },
  }]);
});

Deno.test("viewCosts() says what is left of the limits of the server that was called last", () => {
  const note = (remaining: number) => ({
    address: "https://api.example",
    keyId: "0a1b2c3d",
    refusedFields: [],
    limits: [
      { of: "tokens", per: "minute", limit: 100, remaining: 90 } as const,
      { of: "requests", per: "minute", limit: 60, remaining } as const,
    ],
    notedAtUs: ENV.nowMs * 1000 - 12e6,
  });
  const { model } = after(costsScreen, filled(), {
    type: "answer",
    slot: "endpoints",
    ticket: 1,
    answer: [note(3)],
  });
  const top = costsScreen.view(model, { ...ENV, size: { columns: 220, rows: 40 } })[0]!;
  const text = top.map((piece) => piece.text).join("");
  assert.match(text, /api\.example key 0a1b2c3d requests per minute: 3 of 60 left 12s ago/);
});

Deno.test("updateCosts() quotes the key it filters the runs by", () => {
  const all = after(costsScreen, filled(), act("since"));
  const { effects } = after(costsScreen, all.model, act("open"));
  assert.deepEqual(effects.at(-1), { type: "go", screen: "runs", search: 'model:"a b"' });
});

Deno.test("fittingModels() keeps the order of the list, but for names that begin with what was typed", () => {
  const listed = { ...filled(), models: ["new-latest", "a-latest", "new-2401"] };
  const order = (text: string) =>
    fittingModels({ ...listed, choosing: { field: fieldOf(text), list: LIST_START } });
  assert.deepEqual(order(""), ["new-latest", "a-latest", "new-2401"]);
  assert.deepEqual(order("a"), ["a-latest", "new-latest"]);
});

Deno.test("updateCosts() prices the shown tokens again when they change", () => {
  const chosen = after(costsScreen, filled(), act("what_if"), { type: "text", text: "other" }, act("choose"));
  const { slot, query } = loads(chosen.effects).at(-1)!;
  const usage = row("", 0).usage;
  assert.deepEqual([slot, query], ["prices", { model: "other", usages: [usage, usage] }]);
  const priced = after(costsScreen, chosen.model, {
    type: "answer",
    slot: "prices",
    ticket: 1,
    answer: { model: "other", usd: [null, 3] },
  });
  assert.deepEqual([...priced.model.whatIf!.usd], [["a b", null], ["c", 3]]);
  const again = after(costsScreen, priced.model, {
    type: "answer",
    slot: "rows",
    ticket: 1,
    answer: [row("new", 1)],
  });
  assert.equal(loads(again.effects)[0]!.slot, "prices");
  assert.equal(after(costsScreen, again.model, act("back")).model.whatIf, undefined);
});

Deno.test("updateAgents() asks for the runs of the agent that is chosen now, once per agent", () => {
  const entered = after(agentsScreen, agentsScreen.init(), { type: "enter", name: "writer" });
  const listed = after(agentsScreen, entered.model, {
    type: "answer",
    slot: "agents",
    ticket: 1,
    answer: AGENTS,
  });
  const { slot, query } = loads(listed.effects)[0]!;
  assert.deepEqual([slot, query], ["runs", { agent: "writer" }]);
  assert.equal(after(agentsScreen, listed.model, act("down"), act("down"), act("down")).effects.length, 1);
  assert.deepEqual(after(agentsScreen, listed.model, act("open")).effects, [
    { type: "go", screen: "launch", name: "writer" },
  ]);
});

function traceOf(steps: number, status: Run["status"]): Trace {
  const traceId = "1".repeat(32);
  const span = (spanId: string, given: Partial<Span>): Span => ({
    traceId,
    spanId,
    name: "s",
    kind: "llm",
    startTimeUs: 1_000,
    endTimeUs: 2_000,
    status: "ok",
    attributes: {},
    ...given,
  });
  const spans = new Map([["root", span("root", { kind: "agent" })]]);
  for (let step = 1; step <= steps; step++) {
    spans.set(`s${step}`, span(`s${step}`, { step, parentSpanId: "root", startTimeUs: 1_000 + step }));
    spans.set(
      `t${step}`,
      span(`t${step}`, {
        parentSpanId: `s${step}`,
        kind: "attempt",
        startTimeUs: 1_000 + step,
        status: "error",
      }),
    );
  }
  const run: Run = {
    traceId,
    runId: "r",
    agent: "a",
    status,
    model: "m",
    origin: "agent",
    userId: "u",
    tags: {},
    config: {},
    prompt: "",
    startTimeUs: 1_000,
    totals: NO_TOTALS,
  };
  return { run, spans, snapshots: [], evaluations: [] };
}

function watching(trace: Trace) {
  const target = { traceId: trace.run.traceId, runId: trace.run.runId };
  const { model } = after(liveScreen, liveScreen.init(), { type: "enter", target });
  return after(liveScreen, model, {
    type: "answer",
    slot: "trace",
    ticket: model.tickets.trace,
    answer: trace,
  })
    .model;
}

Deno.test("updateLive() scrubs within the steps, from inside a step too", () => {
  const model = watching(traceOf(5, "completed"));
  const at = (...msgs: readonly PlainMsg[]) => after(liveScreen, model, ...msgs).model.selectedId;
  assert.equal(at(act("step_on")), "s1");
  assert.equal(at(act("step_on", 3)), "s3");
  assert.equal(at(act("step_on", 99)), "s5");
  assert.equal(at(act("step_back")), "s5");
  assert.equal(at(act("step_on"), act("down"), act("step_on")), "s2");
  assert.equal(at(act("step_on"), act("step_back", 9)), "s1");
});

Deno.test("updateLive() follows again when it is scrubbed past the last step of a live run", () => {
  const model = watching(traceOf(3, "running"));
  const last = after(liveScreen, model, act("step_on", 3)).model;
  assert.deepEqual([last.selectedId, last.follow], ["s3", false]);
  assert.equal(after(liveScreen, last, act("step_on")).model.follow, true);
});

Deno.test("updateLive() toggles bookmarks and goes from one to the next, around the end", () => {
  const model = { ...watching(traceOf(5, "completed")), runId: "ab-1" };
  const marked =
    after(liveScreen, model, act("step_on", 2), act("bookmark"), act("step_on", 2), act("bookmark")).model;
  assert.deepEqual(bookmarksOf(marked), [2, 4]);
  assert.equal(after(liveScreen, marked, act("to_bookmark")).model.selectedId, "s2");
  assert.deepEqual(bookmarksOf(after(liveScreen, marked, act("bookmark")).model), [2]);
  const kept = JSON.parse(JSON.stringify(rememberLive(marked)));
  assert.deepEqual(bookmarksOf({ ...restoreLive(model, kept), runId: marked.runId }), [2, 4]);
  for (const bad of [{}, [["x y", [1]]], [["ab", ["1"]]], [["ab"]], [[1, [1]]], "ab"]) {
    assert.equal(restoreLive(model, { bookmarks: bad }).bookmarks.size, 0);
  }
});

Deno.test("updateLive() does not starve: a trace asked for before the latest change is taken", () => {
  const model = watching(traceOf(1, "running"));
  const changed = after(liveScreen, model, { type: "store_changed" }, { type: "store_changed" });
  const answer: Msg<LiveQueries> = {
    type: "answer",
    slot: "trace",
    ticket: model.tickets.trace,
    answer: traceOf(2, "running"),
  };
  assert.equal(after(liveScreen, changed.model, answer).model.trace!.spans.size, 5);
});

Deno.test("viewApp() fills the screen exactly with costs and agents, at every size", () => {
  for (let columns = 40; columns <= 200; columns += 13) {
    for (let rows = 12; rows <= 60; rows += 6) {
      for (
        const [screen, model] of [["costs", filled()], ["agents", {
          ...agentsScreen.init(),
          agents: AGENTS,
          state: "ready",
        }]] as const
      ) {
        const base = app({ columns, rows });
        const frame = viewApp({ ...base, active: screen, models: { ...base.models, [screen]: model } });
        assert.equal(frame.length, rows, `${screen} ${columns}x${rows}`);
        for (const line of frame) {
          assert.ok(width(plain(line)) <= columns, `${screen} ${columns}x${rows}: ${line}`);
        }
      }
    }
  }
});

Deno.test("updateApp() hands a filter and a name to the screen it goes to", () => {
  const start = app();
  const at = {
    ...start,
    active: "agents" as const,
    models: { ...start.models, agents: { ...agentsScreen.init(), agents: AGENTS, state: "ready" } },
  };
  const [next] = updateApp(at, { type: "screen", screen: "agents", msg: act("open") });
  assert.equal(next.active, "launch");
});

Deno.test("a run that completed with a warning says which beside its figures", () => {
  const run: Run = {
    ...sampleRun(fakeHost()),
    status: "completed",
    warnings: [{ type: "cut_off", message: "the answer was cut off" }],
  };
  const trace: Trace = { run, spans: new Map(), snapshots: [], evaluations: [] };
  const text = factLines(trace, ENV, 60).map((line) => line.map((it) => it.text).join("").trimEnd());
  assert.deepEqual(text.slice(text.indexOf(" Warnings")), [
    " Warnings",
    " cut off    the answer was cut off",
  ]);
});
