import { z } from "zod";
import { NO_PERMISSIONS } from "../core/mod.ts";
import { defineFactory } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { ToolFailure } from "./tool_failure.ts";

/** Not the same twice, but it changes nothing: idempotent. */
export const currentTime = defineFactory({
  name: "current_time",
  description: "Tells the current date and time in any time zone.",
  permissions: "none",
  configSchema: z.strictObject({}),
  example: "- current_time",
  create: (_config, deps) =>
    defineTool({
      name: "current_time",
      description: "Get the current date and time in ISO 8601 with offset, and the day of the week.",
      arguments: z.strictObject({
        timezone: z.string().min(1).max(64).default("UTC").describe("IANA time zone, e.g. Europe/Paris"),
      }),
      permissions: NO_PERMISSIONS,
      idempotent: true,
      summary: ({ timezone }) => timezone,
      execute: ({ timezone }) => Promise.resolve({ content: timeIn(timezone, deps.host.now()) }),
    }),
});

function timeIn(timezone: string, nowMs: number): string {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      hourCycle: "h23",
      weekday: "long",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "longOffset",
    });
  } catch {
    throw new ToolFailure(
      `"${timezone}" is not an IANA time zone. Try: Europe/Paris, America/New_York or UTC.`,
    );
  }
  const parts = new Map(format.formatToParts(nowMs).map((part) => [part.type, part.value]));
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const offset = get("timeZoneName").replace("GMT", "") || "Z";
  const time = `${get("hour")}:${get("minute")}:${get("second")}`;
  return `${get("year")}-${get("month")}-${get("day")}T${time}${offset} (${get("weekday")}, ${timezone})`;
}
