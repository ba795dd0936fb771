import assert from "node:assert/strict";
import { GLOBAL_KEYS } from "../../lib/tui/app/global_keys.ts";
import { helpSections, liveKeys } from "../../lib/tui/app/keymap.ts";
import { type App, type AppEffect, type AppMsg, initApp, savedState } from "../../lib/tui/app/model.ts";
import type { Mode } from "../../lib/tui/contract/keys.ts";
import { startApp, tickMs, updateApp } from "../../lib/tui/app/update.ts";
import { viewApp } from "../../lib/tui/app/view.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { THEMES } from "../../lib/tui/draw/theme.ts";
import { loadScreens } from "../../lib/tui/app/screen_list.ts";
import { plain, width } from "../../lib/tui/terminal/text.ts";

const SCREENS = await loadScreens();
const start = (size = { columns: 100, rows: 30 }): App =>
  startApp(initApp({
    screens: SCREENS,
    size,
    nowMs: Date.UTC(2026, 0, 1),
    theme: THEMES.none,
    glyphs: UNICODE,
    endpoint: "api.mistral.ai",
    storePath: "/tmp/agentop.db",
    hasEditor: false,
  }))[0];

function run(app: App, ...msgs: readonly AppMsg[]): { app: App; effects: readonly AppEffect[] } {
  const effects: AppEffect[] = [];
  let current = app;
  for (const msg of msgs) {
    const [next, more] = updateApp(current, msg);
    current = next;
    effects.push(...more);
  }
  return { app: current, effects };
}

const key = (name: string): AppMsg =>
  name.length === 1 ? { type: "key", key: name, char: name } : { type: "key", key: name };

Deno.test("startApp() asks for runs and nothing else", () => {
  const [, effects] = startApp(start());
  assert.deepEqual(
    effects.map((effect) =>
      effect.type === "screen" && effect.effect.type === "load" ? effect.effect.slot : effect.type
    ),
    ["runs"],
  );
});

Deno.test("updateApp() drops answers that are not the latest", () => {
  const app = start();
  const page = { page: 0, rows: [], heads: 0 } as const;
  const stale = run(app, {
    type: "screen",
    screen: "runs",
    msg: { type: "answer", slot: "runs", ticket: 0, answer: page },
  });
  assert.equal(stale.app, app);
  const fresh = run(app, {
    type: "screen",
    screen: "runs",
    msg: { type: "answer", slot: "runs", ticket: 1, answer: page },
  });
  assert.notEqual(fresh.app, app);
});

Deno.test("updateApp() follows a digit to its screen at once, unless a motion says that it was a count", () => {
  const { app, effects } = run(start(), key("4"));
  assert.equal(app.active, "costs");
  const timer = effects.at(-1)!;
  assert.ok(timer.type === "timer");
  const settled = run(app, timer.msg).app;
  assert.deepEqual([settled.active, settled.count, settled.countedOn], ["costs", "", undefined]);
  assert.equal(run(app, timer.msg, key("j")).app.active, "costs");
  const counted = run(app, key("j"), timer.msg).app;
  assert.deepEqual([counted.active, counted.count, counted.history], ["runs", "", []]);
  assert.equal(run(start(), key("1"), key("2"), key("G")).app.active, "runs");
  assert.equal(run(start(), key("3"), key("6")).app.active, "compare");
  assert.equal(run(app, key("/"), key("w")).app.active, "costs");
});

Deno.test("updateApp() quits at the top, goes back below it, and never quits while typing", () => {
  assert.deepEqual(run(start(), key("q")).effects, [{ type: "exit", stop: [] }]);
  const below = run(start(), key("3"), { type: "count_over", count: "3" }, key("q"));
  assert.equal(below.app.active, "runs");
  assert.ok(below.effects.every((effect) => effect.type !== "exit"));
  const typing = run(start(), key("/"), key("q"));
  assert.ok(typing.effects.every((effect) => effect.type !== "exit"));
  assert.match(viewApp(typing.app).join("\n"), /\/.*q/);
  assert.deepEqual(run(start(), key("/"), key("ctrl+c")).effects.at(-1), { type: "exit", stop: [] });
});

Deno.test("updateApp() shows a screen that is loaded late, and keeps what was kept for one that never is", () => {
  const [home, ...others] = SCREENS;
  const kept = { costs: { zoom: true }, compare: { mode: "unified" } };
  const early = initApp(
    { ...start(), screens: [home!] },
    { settings: {}, keys: {}, screen: "runs", screens: kept },
  );
  const at = run(early, key("4"), { type: "count_over", count: "4" }).app;
  assert.equal(at.active, "costs");
  assert.match(viewApp(at).join("\n"), /4 Costs/);
  assert.deepEqual(savedState(at, {}).screens, kept);
  const [loaded, effects] = updateApp(at, { type: "screens", screens: [home!, ...others] });
  assert.ok(effects.some((effect) => effect.type === "screen" && effect.screen === "costs"));
  assert.match(viewApp(loaded).join("\n"), /Cost by model/);
  assert.deepEqual(savedState(loaded, {}).screens, kept);
});

Deno.test("tickMs() is undefined while nothing moves: an idle workbench costs nothing", () => {
  const app = start();
  assert.equal(tickMs(app), undefined);
  assert.equal(typeof tickMs(run(app, { type: "notify", level: "info", text: "x" }).app), "number");
});

Deno.test("every key table has one meaning per key and a help text for each", () => {
  for (const screen of SCREENS) {
    const modes = new Set(screen.keys.flatMap((item): readonly Mode[] => item.modes ?? ["normal"]));
    for (const mode of modes) {
      const taken = new Map<string, string>();
      for (const item of [...screen.keys, ...GLOBAL_KEYS]) {
        if (!(item.modes ?? ["normal"]).includes(mode) || item.when) continue;
        for (const name of item.keys) {
          assert.equal(
            taken.get(name),
            undefined,
            `${screen.id}, ${mode}: ${name} is ${taken.get(name)} and ${item.action}`,
          );
          taken.set(name, item.action);
        }
      }
    }
    for (const item of screen.keys) assert.ok(item.help.length > 0 && item.label.length > 0);
  }
});

Deno.test("a key that acts the same on two screens is the same key", () => {
  const keysOf = new Map<string, string>();
  for (const screen of SCREENS) {
    for (const item of screen.keys) {
      if (!["copy", "zoom", "launch", "stop", "filter"].includes(item.action)) continue;
      const known = keysOf.get(item.action);
      assert.ok(known === undefined || known === item.keys.join(), item.action);
      keysOf.set(item.action, item.keys.join());
    }
  }
});

Deno.test("helpSections() lists every key that can be pressed", () => {
  for (const number of ["1", "2", "3"]) {
    const first = run(start(), key(number)).app;
    const app = run(first, { type: "count_over", count: number }).app;
    const listed = new Set(helpSections(app).flatMap((section) => section.keys));
    for (const { key: live } of liveKeys(app)) assert.ok(listed.has(live), live.action);
  }
});

Deno.test("viewApp() fills the screen exactly at every size", () => {
  for (let columns = 1; columns <= 200; columns += 7) {
    for (let rows = 1; rows <= 60; rows += 5) {
      for (const number of ["", "2", "3"]) {
        let app = run(start(), { type: "resize", size: { columns, rows } }).app;
        if (number !== "") app = run(app, key(number), { type: "count_over", count: number }).app;
        const frame = viewApp(app);
        assert.equal(frame.length, rows, `${columns}x${rows} ${number}`);
        for (const row of frame) {
          assert.ok(
            width(plain(row)) <= columns,
            `${columns}x${rows} ${number}: ${width(plain(row))} ${row}`,
          );
        }
      }
    }
  }
});

Deno.test("lib/tui/mod.ts loads nothing until runTui() is called", async () => {
  const source = await Deno.readTextFile(new URL("../../lib/tui/mod.ts", import.meta.url));
  const imports = [...source.matchAll(/^(?:import|export) (type )?.*from/gm)];
  assert.ok(imports.length > 0 && imports.every((match) => match[1] !== undefined));
});
