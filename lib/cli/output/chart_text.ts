import { type ChartFinding, drawPlot, type Line, type Tone } from "../../charts/mod.ts";
import { wrap } from "../../present/mod.ts";
import type { Look, Style } from "./look.ts";

const SERIES: readonly Style[] = ["blue", "yellow", "green", "magenta", "cyan", "red"];
const STYLES: Readonly<Record<Exclude<Tone, number>, Style | undefined>> = {
  other: "dim",
  bad: "red",
  wait: "dim",
  dim: "dim",
  title: "bold",
  plain: undefined,
};
const COLUMNS_MAX = 120;

/** A chart for the terminal: what it says, then the plot. */
export function formatChart(chart: ChartFinding, look: Look): string {
  const columns = Math.min(COLUMNS_MAX, look.columns);
  return [
    ...wrap(chart.title, columns, { wholeWords: true }).map((line) => look.paint("bold", line)),
    ...wrap(chart.subtitle, columns, { wholeWords: true }).map((line) => look.paint("dim", line)),
    "",
    ...drawPlot(chart.text, { columns }).map((line) => paintLine(line, look)),
  ].join("\n");
}

function paintLine(line: Line, look: Look): string {
  return line.map(({ text, tone }) => look.paint(styleOf(tone), text)).join("").trimEnd();
}

function styleOf(tone: Tone): Style | undefined {
  return typeof tone === "number" ? SERIES[tone % SERIES.length] : STYLES[tone];
}
