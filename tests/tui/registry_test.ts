import assert from "node:assert/strict";
import fc from "fast-check";
import { completions, destination, NO_NAMES } from "../../lib/tui/app/jump.ts";
import { keymapOf, keyTables } from "../../lib/tui/app/keymap.ts";
import { MOTION_KEYS } from "../../lib/tui/contract/keys.ts";
import { loadScreens } from "../../lib/tui/app/screen_list.ts";
import { keyId } from "../../lib/tui/app/remap.ts";
import { readState, writeState } from "../../lib/tui/app/saved_state.ts";

const SCREENS = await loadScreens();
const IDS = keyTables(SCREENS).flatMap((table) => table.keys.map((key) => keyId(table.scope, key)));

Deno.test("readState() reads what writeState() wrote", () => {
  const state = fc.record({
    settings: fc.record({
      theme: fc.constantFrom("auto", "dark", "light", "16", "none"),
      mouse: fc.boolean(),
      ascii: fc.boolean(),
    }, { requiredKeys: [] }),
    keys: fc.dictionary(
      fc.constantFrom(...IDS),
      fc.array(fc.constantFrom("x", "f5", "ctrl+y"), { maxLength: 3 }),
    ),
    screen: fc.constantFrom("runs", "launch", "live"),
    screens: fc.dictionary(
      fc.constantFrom("runs", "live"),
      fc.dictionary(fc.constantFrom("a", "b"), fc.integer()),
    ),
  });
  fc.assert(fc.property(state, (given) => {
    const text = JSON.stringify(writeState(given as never));
    const { state: read, problems } = readState(JSON.parse(text));
    assert.deepEqual(problems, []);
    assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(given)));
  }));
});

Deno.test("readState() takes anything without throwing, and says what it does not use", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const { state } = readState(value);
    assert.equal(typeof state.settings, "object");
    keymapOf(state.keys, SCREENS);
  }));
  assert.match(readState([]).problems[0]!, /must hold one object/);
  assert.match(readState({ mouse: "yes" }).problems[0]!, /Cannot use mouse of tui\.json: got "yes"/);
  assert.match(readState({ keys: { "runs.sort": [1] } }).problems[0]!, /Cannot use keys\."runs\.sort"/);
  assert.deepEqual(readState(undefined).problems, []);
});

Deno.test("keymapOf() never lets two actions of one place share a key that was given", () => {
  const remap = fc.dictionary(
    fc.constantFrom(...IDS),
    fc.array(fc.constantFrom("x", "l", "q", "enter", "f5"), { maxLength: 2 }),
  );
  fc.assert(fc.property(remap, (given) => {
    const { bindings, problems } = keymapOf(given, SCREENS);
    const used = bindings.filter((binding) => binding.changed);
    assert.ok(used.length + problems.length >= Object.keys(given).length);
    for (const binding of used) assert.deepEqual(binding.keys, given[binding.id]);
    assert.ok(keymapOf(given, SCREENS).keysOf("everywhere").some((key) => key.keys.includes("ctrl+c")));
  }));
});

Deno.test("keymapOf() keeps ctrl+c and names actions that do not exist", () => {
  const { problems } = keymapOf({ "everywhere.interrupt": ["x"], "runs.fly": ["x"] }, SCREENS);
  assert.deepEqual(problems.map((problem) => /"([a-z.]+)"/.exec(problem)![1]), [
    "everywhere.interrupt",
    "runs.fly",
  ]);
});

Deno.test("destination() reads lines, and says what is wrong with the others", () => {
  const names = { agents: ["researcher", "writer"], runs: [] };
  assert.deepEqual(destination("run last~2", names), { type: "run", reference: "last~2" });
  assert.deepEqual(destination("  agent wri ", names), { type: "agent", name: "writer" });
  assert.deepEqual(destination("laun", names), { type: "screen", screen: "launch" });
  assert.deepEqual(destination("theme light", names), { type: "settings", change: { theme: "light" } });
  assert.deepEqual(destination("find status:failed refund", names), {
    type: "find",
    search: "status:failed refund",
  });
  const problem = (line: string) => (destination(line, names) as { problem: string }).problem;
  assert.match(problem("agent reseacher"), /Cannot find agent "reseacher"\. Try: :agent researcher/);
  assert.match(problem("run"), /":run" needs more/);
  assert.match(problem("runs now"), /takes nothing after it/);
  assert.match(problem("mouse maybe"), /got "maybe"\. Try: on or off/);
  assert.match(problem(""), /Cannot go anywhere yet/);
});

Deno.test("every completion leads somewhere or asks for one more word", () => {
  fc.assert(fc.property(fc.string({ maxLength: 8 }), (text) => {
    for (const { line } of completions(text, NO_NAMES)) {
      assert.ok(line.endsWith(" ") || !("problem" in destination(line, NO_NAMES)), line);
    }
    destination(text, NO_NAMES);
  }));
});

Deno.test("every key of a screen names an action that the screen has", async () => {
  const motions = new Set(MOTION_KEYS.map((key) => key.action));
  const folder = new URL("../../lib/tui/screens/", import.meta.url);
  // What every text that is read does is said in one place.
  const reading = await Deno.readTextFile(new URL("../reader/actions.ts", folder));
  for (const { id, keys } of SCREENS) {
    let source = reading.replaceAll("\n      ", "\n  ");
    for await (const { name } of Deno.readDir(new URL(`${id}/`, folder))) {
      if (name !== "keys.ts") source += await Deno.readTextFile(new URL(`${id}/${name}`, folder));
    }
    for (const { action } of keys) {
      assert.ok(motions.has(action) || new RegExp(`^  ${action}[:,]`, "m").test(source), `${id}: ${action}`);
    }
  }
});
