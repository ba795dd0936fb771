import assert from "node:assert/strict";
import fc from "fast-check";
import { type Actions, updateOf } from "../../lib/tui/contract/handlers.ts";
import { envOf } from "../../lib/tui/app/env.ts";
import { initApp } from "../../lib/tui/app/model.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { lineWidth, seg } from "../../lib/tui/draw/line.ts";
import { THEMES } from "../../lib/tui/draw/theme.ts";
import {
  afterMotion,
  keptInView,
  LIST_START,
  listLines,
  type ListPlace,
  listRows,
  rowAt,
  selectedIndex,
  wheelMotion,
  withSelected,
} from "../../lib/tui/widgets/list.ts";
import { neighbour } from "../../lib/tui/widgets/neighbour.ts";
import { isInside, paneAt } from "../../lib/tui/widgets/panes.ts";

const rowsOf = (ids: readonly string[], height = 5) => listRows(ids, (id) => id, height);
const motions = fc.record({
  action: fc.constantFrom(
    "down",
    "up",
    "top",
    "bottom",
    "half_down",
    "half_up",
    "page_down",
    "page_up",
    "none",
  ),
  count: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
});
const lists = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 40 });

Deno.test("afterMotion() always has a selection that is there and in view", () => {
  fc.assert(fc.property(
    lists,
    fc.integer({ min: 1, max: 12 }),
    fc.array(motions, { maxLength: 20 }),
    (ids, height, presses) => {
      const rows = rowsOf(ids, height);
      let place: ListPlace = LIST_START;
      for (const motion of presses) {
        place = afterMotion(place, rows, motion);
        const index = selectedIndex(place, rows);
        assert.ok(index >= 0 && index < Math.max(1, ids.length));
        assert.ok(index >= place.top && index < place.top + height);
        assert.ok(place.top === 0 || place.top <= ids.length - height);
      }
    },
  ));
});

Deno.test("the selection is an item: it goes along when others come, and keeps its row when it is gone", () => {
  fc.assert(fc.property(lists, lists, fc.nat(), (before, others, at) => {
    fc.pre(before.length > 0);
    const place = withSelected(LIST_START, rowsOf(before), at % before.length);
    const id = before[at % before.length]!;
    const after = [...others.filter((other) => !before.includes(other)), ...before];
    assert.equal(after[selectedIndex(keptInView(place, rowsOf(after)), rowsOf(after))], id);
    const without = before.filter((other) => other !== id);
    const kept = selectedIndex(keptInView(place, rowsOf(without)), rowsOf(without));
    assert.equal(kept, Math.max(0, Math.min(at % before.length, without.length - 1)));
  }));
});

Deno.test("keptInView() is the same object when nothing changes, and brings its item into view in a smaller list", () => {
  const ids = Array.from({ length: 30 }, (_, index) => String(index));
  const place = withSelected(LIST_START, rowsOf(ids, 20), 15);
  assert.equal(keptInView(place, rowsOf(ids, 20)), place);
  const small = keptInView(place, rowsOf(ids, 4));
  assert.ok(small.top <= 15 && 15 < small.top + 4);
});

Deno.test("rowAt() is the row under the pointer, and none below the last", () => {
  const rows = rowsOf(["a", "b", "c"], 2);
  const place = withSelected(LIST_START, rows, 2);
  assert.deepEqual([0, 1, 2, -1].map((y) => rowAt(place, rows, y)), [1, 2, undefined, undefined]);
  assert.equal(rowAt(LIST_START, rowsOf(["a"], 5), 1), undefined);
  assert.deepEqual(wheelMotion(-3), { action: "up", count: 3 });
});

Deno.test("listLines() draws the rows in view as wide as asked, one of them with the pointer", () => {
  fc.assert(fc.property(lists, fc.integer({ min: 3, max: 30 }), fc.nat(60), (ids, columns, index) => {
    const rows = rowsOf(ids);
    const place = withSelected(LIST_START, rows, index);
    const look = { top: place.top, height: rows.height, columns, glyphs: UNICODE };
    const lines = listLines(ids, { ...look, selected: selectedIndex(place, rows) }, () => [seg("x")]);
    assert.equal(lines.length, Math.min(rows.height, ids.length));
    assert.equal(
      lines.filter((row) => row[0]!.text.includes(UNICODE.pointer)).length,
      Math.min(1, ids.length),
    );
    for (const row of lines) assert.equal(lineWidth(row), columns);
  }));
});

Deno.test("paneAt() names the pane under the pointer", () => {
  const areas = {
    left: { x: 0, y: 1, columns: 4, rows: 3 },
    right: { x: 4, y: 1, columns: 4, rows: 3 },
  };
  const at = (x: number, y: number) => paneAt(areas, ["left", "right"] as const, x, y);
  assert.deepEqual([at(0, 1), at(3, 3), at(4, 1), at(0, 0), at(0, 4)], [
    "left",
    "left",
    "right",
    undefined,
    undefined,
  ]);
  assert.equal(isInside(undefined, 0, 0), false);
  assert.deepEqual([neighbour([1, 2, 3], 3, 1), neighbour([1, 2, 3], 1, -1)], [1, 3]);
});

interface Counter {
  readonly count: number;
  readonly open: boolean;
  readonly tickets: { readonly number: number };
}

Deno.test("updateOf() finds the action of the state, hands motions on and drops answers that are old", () => {
  const env = envOf(initApp({
    screens: [],
    size: { columns: 80, rows: 24 },
    nowMs: 0,
    theme: THEMES.none,
    glyphs: UNICODE,
    endpoint: "",
    storePath: "",
    hasEditor: false,
  }));
  const closed: Actions<Counter> = {
    add: (model, _, count = 1) => [{ ...model, count: model.count + count }, []],
  };
  const open: Actions<Counter> = { close: (model) => [{ ...model, open: false }, []] };
  const update = updateOf<Counter, { number: () => Promise<number> }>({
    actions: (model) => (model.open ? open : closed),
    moved: (model, { action }) => [model, [{ type: "copy", text: action }]],
    answered: { number: (model, count) => [{ ...model, count }, []] },
  });
  const start: Counter = { count: 0, open: false, tickets: { number: 2 } };
  assert.equal(update(start, { type: "action", action: "add", count: 3 }, env)[0].count, 3);
  const asked = update({ ...start, open: true }, { type: "action", action: "add" }, env);
  assert.deepEqual([asked[0].count, asked[1]], [0, [{ type: "copy", text: "add" }]]);
  assert.deepEqual(update(start, { type: "action", action: "toString" }, env)[1], [{
    type: "copy",
    text: "toString",
  }]);
  const answer = (ticket: number) =>
    update(start, { type: "answer", slot: "number", ticket, answer: 7 }, env)[0];
  assert.deepEqual([answer(1), answer(2).count], [start, 7]);
  assert.equal(update(start, { type: "store_changed" }, env)[0], start);
  const failure = { message: "Cannot read: gone" };
  const failed = update(start, { type: "no_answer", slot: "number", ticket: 2, failure }, env);
  assert.deepEqual(failed[1], [{ type: "notice", level: "error", text: "Cannot read: gone" }]);
});
