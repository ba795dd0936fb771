import assert from "node:assert/strict";
import fc from "fast-check";
import { age, duration } from "../../lib/present/times.ts";
import { byteSize } from "../../lib/present/numbers.ts";
import type { RunStatus } from "../../lib/core/mod.ts";
import { longStatus, runTone, shortStatus, STATUS_LOOKS } from "../../lib/present/status.ts";
import { cell } from "../../lib/present/text.ts";
import { createLook, paragraph } from "../../lib/cli/output/look.ts";
import { cut, pad, width } from "../../lib/present/width.ts";
import {
  costDifference,
  costWords,
  exactMoney,
  knownCost,
  money,
  unitPrice,
} from "../../lib/present/money.ts";
import { table } from "../../lib/present/table.ts";
import { HOSTILE, UNSAFE } from "../support/cli.ts";

Deno.test("duration(), age(), money() and byteSize() stay short", () => {
  assert.deepEqual([0, 4.2, 999.6, 8_412, 192_000, 7_500_000, 273_600_000, NaN].map(duration), [
    "0ms",
    "4ms",
    "1.0s",
    "8.4s",
    "3m12s",
    "2h05m",
    "3d04h",
    "0ms",
  ]);
  assert.deepEqual([0, 5_000, 300_000, 10_800_000, 172_800_000].map((it) => age(0, it)), [
    "now",
    "5s",
    "5m",
    "3h",
    "2d",
  ]);
  assert.equal(age(10_000, 0), "now", "a clock that went back");
  assert.deepEqual([0, 1e-9, 0.000123, 0.021, 12.4, 1234567.891].map(money), [
    "$0",
    "<$0.000001",
    "$0.000123",
    "$0.0210",
    "$12.40",
    "$1,234,567.89",
  ]);
  assert.deepEqual([0, 999, 4_100, 12_000_000].map(byteSize), ["0 B", "999 B", "4.1 kB", "12.0 MB"]);
});

Deno.test("money() tells small sums apart, in no more columns than a table has", () => {
  assert.deepEqual([0, 1e-7, 0.000038, 0.0009, 0.00213, 0.0021, 0.5, 3.414, 1_234.5, 12_345].map(money), [
    "$0",
    "<$0.000001",
    "$0.000038",
    "$0.0009",
    "$0.00213",
    "$0.0021",
    "$0.5000",
    "$3.41",
    "$1,234.50",
    "$12,345.00",
  ]);
});

Deno.test("sums that are written with an exponent keep it", () => {
  assert.deepEqual([1e21, 1e30].map(money), ["$1e+21", "$1e+30"]);
  assert.deepEqual([exactMoney(1e30), unitPrice(1e30)], ["$1e+30", "$1e+30"]);
  assert.equal(money(999e18), "$999,000,000,000,000,000,000.00");
});

Deno.test("knownCost() and costWords() never show an unknown cost as 0, nor hide that a part is unknown", () => {
  const costs: readonly [usd: number | null, unknownCalls: number][] = [[0, 0], [0, 1], [null, 0], [0.5, 1], [
    0.5,
    0,
  ]];
  assert.deepEqual(costs.map((it) => knownCost(...it)), ["$0", "?", "?", "$0.5000+", "$0.5000"]);
  assert.deepEqual(costs.map((it) => costWords(...it)), [
    "$0",
    "unknown",
    "unknown",
    "$0.5000 and 1 call of unknown price",
    "$0.5000",
  ]);
});

Deno.test("costDifference() says the sign, and what is not known of it", () => {
  const [known, partly] = [{ isKnown: true }, { isKnown: false }];
  assert.deepEqual(
    [
      costDifference(0, known),
      costDifference(0.0021, known),
      costDifference(-3, known),
      costDifference(0, partly),
    ],
    ["same", "+$0.0021", "-$3.00", "unknown"],
  );
  assert.equal(costDifference(1, partly), "+$1.00, and calls of unknown price");
});

Deno.test("exactMoney() and unitPrice() never show an amount as nothing", () => {
  assert.deepEqual([0, 1e-9, 0.00012, 0.015, 12.5].map(exactMoney), [
    "$0.000000",
    "$0.000000001",
    "$0.000120",
    "$0.015000",
    "$12.500000",
  ]);
  assert.deepEqual([0.1, 0.015, 0.00000002].map(unitPrice), ["$0.10", "$0.015", "$2.00e-8"]);
});

Deno.test("every status has its own short word and a sign in ASCII too", () => {
  const looks = Object.values(STATUS_LOOKS);
  assert.equal(new Set(looks.map((it) => it.short)).size, looks.length);
  for (const { ascii, short } of looks) {
    assert.match(ascii, /^[!-~]$/);
    assert.ok(short.length <= 9);
  }
  const of = (status: RunStatus, type: string) => shortStatus({ status, error: { type, message: "" } });
  assert.deepEqual(
    [of("stopped", "max_steps"), of("stopped", "Bad thing"), of("failed", "401")],
    ["steps", "stopped", "failed"],
  );
});

Deno.test("a run that completed with a warning says which, the gravest first", () => {
  const warned = (...types: readonly string[]) => {
    const run = { status: "completed", warnings: types.map((type) => ({ type, message: "" })) } as const;
    return [shortStatus(run), longStatus(run), runTone(run)];
  };
  assert.deepEqual(warned(), ["done", "completed", "ok"]);
  assert.deepEqual(warned("empty_answer", "cut_off"), ["cut short", "cut short", "warn"]);
  assert.deepEqual(warned("empty_answer"), ["empty", "empty", "warn"]);
  assert.deepEqual(warned("parts_dropped"), ["done !", "completed !", "warn"]);
  const failed = { status: "failed", warnings: [{ type: "cut_off", message: "" }] } as const;
  assert.deepEqual([shortStatus(failed), runTone(failed)], ["failed", "error"]);
});

Deno.test("cut() and pad() give exactly the columns asked for", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.integer({ min: 1, max: 30 }),
      (raw, columns) => {
        const text = cell(raw);
        assert.ok(width(cut(text, columns)) <= columns);
        assert.equal(width(pad(cut(text, columns), columns)), columns);
        if (width(text) <= columns) assert.equal(cut(text, columns), text);
      },
    ),
  );
});

Deno.test("table() is never wider than the terminal", () => {
  const columns = [{ title: "A", min: 4 }, { title: "B", align: "right" as const, max: 10, drop: 1 }, {
    title: "C",
    min: 8,
  }];
  const row = fc.array(fc.string({ unit: "grapheme", maxLength: 80 }), { minLength: 3, maxLength: 3 });
  fc.assert(fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 40, max: 130 }), (rows, room) => {
    const text = table(columns, rows.map((it) => it.map(cell)), createLook({ color: false, columns: room }));
    for (const line of text.split("\n")) assert.ok(width(line) <= room, line);
  }));
});

Deno.test("table() cuts nothing and leaves nothing out in a pipe", () => {
  const long = "長い".repeat(200);
  const columns = [{ title: "A", min: 4, max: 10 }, { title: "B", drop: 1 }, { title: "C", min: 8, max: 9 }];
  const [head, row] = table(columns, [[long, "b", long]], createLook({ color: false })).split("\n");
  assert.match(head!, /^A +B +C$/);
  assert.equal(row, `${long}  b  ${long}`);
});

Deno.test("table() leaves columns out in their order before it cuts below the least", () => {
  const columns = [{ title: "NAME", min: 30 }, { title: "FIRST", drop: 2 }, { title: "SECOND", drop: 1 }];
  const rows = [["x".repeat(60), "1234567890", "1234567890"]];
  const heads = [90, 60, 52, 40].map((room) =>
    table(columns, rows, createLook({ color: false, columns: room })).split("\n")[0]!.split(/ +/)
  );
  assert.deepEqual(heads, [["NAME", "FIRST", "SECOND"], ["NAME", "FIRST", "SECOND"], ["NAME", "SECOND"], [
    "NAME",
  ]]);
});

Deno.test("paint() writes escapes only when colours are on, and paragraph() none from outside", () => {
  assert.equal(createLook({ color: false }).paint("red", "x"), "x");
  assert.equal(createLook({ color: true }).paint("red", "x"), "\x1b[31mx\x1b[39m");
  assert.doesNotMatch(paragraph(`${HOSTILE}\n${HOSTILE}`, createLook({ color: false, columns: 80 })), UNSAFE);
});
