import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addDays,
  dayOfNumber,
  dayOfTime,
  daysBetween,
  QUARTER_MS,
  startOfDay,
  timeOfWall,
  timeZoneNamed,
  wallTime,
  zoneOffsets,
} from "../../lib/core/mod.ts";

const at = (iso: string) => Date.parse(iso);

Deno.test("timeZoneNamed() knows IANA names in any case and offsets of whole quarters of an hour, and nothing else", () => {
  assert.deepEqual(
    ["Europe/Paris", "europe/paris", "utc", "+05:45", "+05:07", "Mars/Olympus", "", "Europe/Paris\n"].map(
      timeZoneNamed,
    ),
    ["Europe/Paris", "Europe/Paris", "UTC", "+05:45", undefined, undefined, undefined, undefined],
  );
});

Deno.test("wallTime() and dayOfTime() are what a clock and a calendar there show", () => {
  const ms = at("2026-11-27T18:20:30.999Z");
  assert.deepEqual(
    ["UTC", "Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Niue"].map((
      zone,
    ) => wallTime(ms, zone)),
    [
      "2026-11-27 18:20:30",
      "2026-11-27 19:20:30",
      "2026-11-28 00:05:30",
      "2026-11-27 14:50:30",
      "2026-11-28 08:20:30",
      "2026-11-27 07:20:30",
    ],
  );
  assert.equal(dayOfTime(ms, "Asia/Kathmandu"), "2026-11-28");
  for (const none of [NaN, Infinity, 1e18]) {
    assert.deepEqual([wallTime(none, "UTC"), dayOfTime(none, "UTC")], ["?", "?"]);
  }
});

Deno.test("startOfDay() is the first moment of the day, also where midnight is left out", () => {
  assert.equal(startOfDay("2026-11-28", "Pacific/Kiritimati"), at("2026-11-27T10:00Z"));
  assert.equal(startOfDay("2026-03-29", "Europe/Paris"), at("2026-03-28T23:00Z"));
  // Summer time began at midnight there: the day began at one o'clock.
  assert.equal(startOfDay("2018-11-04", "America/Sao_Paulo"), at("2018-11-04T03:00Z"));
  for (const none of ["2026-02-30", "?", "", "mistral-small-latest"]) {
    assert.equal(startOfDay(none, "UTC"), undefined);
  }
});

Deno.test("timeOfWall() takes the first of two equal times, and moves on what a clock leaves out", () => {
  assert.equal(timeOfWall("2026-10-25T02:30", "Europe/Paris"), at("2026-10-25T00:30Z"));
  assert.equal(timeOfWall("2026-03-29T02:30", "Europe/Paris"), at("2026-03-29T01:30Z"));
  assert.equal(timeOfWall("2026-02-30T10:00", "UTC"), undefined);
});

Deno.test("addDays() and daysBetween() count days, not hours", () => {
  assert.equal(addDays("2026-02-27", 2), "2026-03-01");
  assert.equal(addDays("2026-01-01", -1), "2025-12-31");
  assert.equal(daysBetween("2025-12-31", "2026-03-01"), 60);
});

const ZONES = [
  "UTC",
  "Europe/Paris",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Pacific/Chatham",
  "Pacific/Apia",
  "Africa/Casablanca",
  "+05:45",
];

Deno.test("zoneOffsets() puts every quarter of an hour into the day that a calendar there shows", () => {
  const quarters = fc.integer({ min: at("2005-01-01") / QUARTER_MS, max: at("2036-01-01") / QUARTER_MS });
  fc.assert(fc.property(fc.constantFrom(...ZONES), quarters, quarters, (timeZone, quarter, other) => {
    const offsets = zoneOffsets(Math.min(quarter, other), Math.max(quarter, other), timeZone);
    const { quarters } = offsets.find(({ fromQuarter }) => fromQuarter <= quarter)!;
    assert.equal(
      dayOfNumber(Math.floor((quarter + quarters) / 96)),
      dayOfTime(quarter * QUARTER_MS, timeZone),
    );
    assert.equal(
      dayOfTime((quarter + 1) * QUARTER_MS - 1, timeZone),
      dayOfTime(quarter * QUARTER_MS, timeZone),
    );
  }));
});
