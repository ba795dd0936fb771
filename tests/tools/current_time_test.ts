import assert from "node:assert/strict";
import { fakeHost } from "../support/fake_host.ts";
import { fails, succeeds, tool } from "./support.ts";

const host = fakeHost({ startMs: Date.UTC(2026, 6, 1, 22, 30, 5) });
const currentTime = tool("current_time", null, { host });

Deno.test("current_time gives the host's time in UTC", async () => {
  assert.equal((await succeeds(currentTime, {})).content, "2026-07-01T22:30:05Z (Wednesday, UTC)");
  assert.equal((await succeeds(currentTime, undefined)).content, "2026-07-01T22:30:05Z (Wednesday, UTC)");
});

Deno.test("current_time gives offset and day of a time zone", async () => {
  const { content } = await succeeds(currentTime, { timezone: "Asia/Kolkata" });
  assert.equal(content, "2026-07-02T04:00:05+05:30 (Thursday, Asia/Kolkata)");
});

Deno.test("current_time refuses an unknown zone", async () => {
  assert.match(await fails(currentTime, { timezone: "Mars/Olympus" }), /not an IANA time zone/);
});
