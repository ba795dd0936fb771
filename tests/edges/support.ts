import type { Run, Trace } from "../../lib/core/mod.ts";
import { runPage } from "../../lib/exporters/html/run.ts";
import type { Line } from "../../lib/tui/draw/line.ts";

/** What the edges say, without what only draws: colours, tags, borders. */
export const plainOf = (lines: readonly Line[]): string =>
  lines.map((row) => row.map((part) => part.text).join("")).join("\n");

/** The words of a page, a blank where a tag stood. */
export function wordsOf(page: string): string {
  const body = page.slice(page.indexOf("<body"));
  return body.replace(/<[^>]*>/g, " ").replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/ +/g, " ");
}

/** The words of a page of a run. */
export async function pageText(trace: Trace, nowMs: number, handedTo: readonly Run[] = []): Promise<string> {
  return wordsOf(await runPage({ trace, handedTo, forks: [], nowMs, timeZone: "UTC" }));
}
