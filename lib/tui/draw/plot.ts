import { drawPlot, type TextChart, type Tone as ChartTone } from "../../charts/mod.ts";
import { clean } from "../terminal/text.ts";
import type { Glyphs } from "./glyphs.ts";
import { fitLine, type Line, seg } from "./line.ts";
import type { Tone } from "./theme.ts";

const SERIES: readonly Tone[] = ["llm", "warn", "ok", "agent", "attempt", "error"];
const TONES: Readonly<Record<Exclude<ChartTone, number>, Tone>> = {
  other: "dim",
  bad: "error",
  wait: "dim",
  dim: "dim",
  title: "strong",
  plain: "text",
};

/** What the plot itself is made of: its blanks count. */
const DOTS = /^[ \u2800-\u28ff]*$/;

/** A chart in `columns` × `rows`, its legend with it as far as there is room for both. */
export function plotLines(
  chart: TextChart,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  glyphs: Glyphs,
): readonly Line[] {
  const draw = (height: number) => drawPlot(chart, { columns, rows: Math.max(1, height) });
  const around = draw(1).length - 1;
  const lines = draw(rows - Math.min(around, Math.max(1, rows >> 1)));
  return lines.slice(0, rows).map((line) =>
    fitLine(
      line.map(({ text, tone }) => seg(signs(DOTS.test(text) ? text : clean(text), glyphs), toneOf(tone))),
      columns,
    )
  );
}

function signs(text: string, glyphs: Glyphs): string {
  if (glyphs.hasBraille) return text;
  return text.replace(/[\u2801-\u28ff■█]/g, glyphs.barFull).replace(/\u2800/g, " ");
}

function toneOf(tone: ChartTone): Tone {
  return typeof tone === "number" ? SERIES[tone % SERIES.length]! : TONES[tone];
}
