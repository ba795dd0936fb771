import { cut, pad, width } from "../../present/mod.ts";
import { Canvas } from "./canvas.ts";
import type {
  Axis,
  BarsChart,
  ColumnsChart,
  HeatChart,
  Line,
  PointsChart,
  Segment,
  TextChart,
  Tone,
} from "./text_chart.ts";

/** How much room there is. */
export interface TextRoom {
  readonly columns: number;
  /** Of the plot of a chart with two axes. @default 10 */
  readonly rows?: number;
}

const ROWS_DEFAULT = 10;
const COLUMNS_MIN = 30;
const LABEL_SHARE = 0.4;
const PLOT_MIN = 6;
const SHADES = [" ", "░", "▒", "▓", "█"] as const;
const MARK = "◆";
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** The plot, its axes and its legend, at most `columns` wide. */
export function drawPlot(chart: TextChart, room: TextRoom): readonly Line[] {
  const columns = Math.max(COLUMNS_MIN, room.columns);
  const rows = room.rows ?? ROWS_DEFAULT;
  switch (chart.kind) {
    case "columns":
      return drawColumns(chart, columns, rows);
    case "points":
      return drawPoints(chart, columns, rows);
    case "bars":
      return drawBars(chart, columns);
    case "heat":
      return drawHeat(chart, columns);
  }
}

const seg = (text: string, tone: Tone = "plain"): Segment => ({ text, tone });

// ---------------------------------------------------------------------------------------------- columns

function drawColumns(
  { labels, series, format }: ColumnsChart,
  columns: number,
  rows: number,
): readonly Line[] {
  const sums = labels.map((_, at) => series.reduce((sum, { values }) => sum + values[at]!, 0));
  const max = Math.max(0, ...sums);
  const gutter = Math.max(width(format(max)), width(format(0))) + 1;
  const canvas = new Canvas(columns - gutter, rows);
  const perColumn = canvas.width / labels.length;
  // Where there is room, columns stand apart.
  const gap = perColumn >= 6 ? 2 : perColumn >= 3 ? 1 : 0;
  labels.forEach((_, at) => {
    const from = Math.floor(at * perColumn);
    const to = Math.max(from, Math.floor((at + 1) * perColumn) - 1 - gap);
    let below = 0;
    for (const { values, tone } of series) {
      const bottom = dots(below, max, canvas.height);
      below += values[at]!;
      // What there is can be seen.
      const top = Math.max(dots(below, max, canvas.height), values[at]! > 0 ? bottom + 1 : bottom);
      for (let x = from; x <= to; x++) for (let y = bottom; y < top; y++) canvas.dot(x, y, tone);
    }
  });
  const axis = labelledAxis(labels, canvas.columns);
  return [
    ...withScale(canvas.lines(), [format(max), format(0)], gutter),
    [seg(" ".repeat(gutter)), seg(axis, "dim")],
    ...legend(series, columns),
  ];
}

function dots(value: number, max: number, height: number): number {
  return max > 0 ? Math.round(value / max * height) : 0;
}

/** First and last label at the ends, and one in the middle where it fits. */
function labelledAxis(labels: readonly string[], columns: number): string {
  const [first = "", last = ""] = [labels[0], labels.at(-1)];
  if (labels.length < 2 || width(first) + width(last) + 2 > columns) return cut(first, columns);
  const middle = labels[labels.length >> 1]!;
  const rest = columns - width(first) - width(last);
  if (labels.length < 3 || width(middle) + 4 > rest) return first + " ".repeat(rest) + last;
  const before = Math.max(2, Math.round(columns / 2 - width(middle) / 2) - width(first));
  const after = rest - width(middle) - before;
  if (after < 2) return first + " ".repeat(rest) + last;
  return first + " ".repeat(before) + middle + " ".repeat(after) + last;
}

/** The largest value beside the first row, the least beside the last. */
function withScale(
  lines: readonly Line[],
  [top, bottom]: readonly [string, string],
  gutter: number,
): readonly Line[] {
  return lines.map((line, row) => {
    const text = row === 0 ? top : row === lines.length - 1 ? bottom : "";
    return [seg(`${pad(text, gutter - 1, "right")} `, "dim"), ...line];
  });
}

function legend(
  series: readonly { readonly name: string; readonly tone: Tone }[],
  columns: number,
): readonly Line[] {
  const lines: Segment[][] = [];
  let used = Infinity;
  for (const { name, tone } of series) {
    const text = cut(name, columns - 4);
    if (used + width(text) + 4 > columns) [used] = [0, lines.push([])];
    const line = lines.at(-1)!;
    if (line.length > 0) line.push(seg("  "));
    line.push(seg("■ ", tone), seg(text));
    used += width(text) + 4;
  }
  return lines;
}

// ---------------------------------------------------------------------------------------------- points

function drawPoints({ series, isJoined, x, y }: PointsChart, columns: number, rows: number): readonly Line[] {
  const points = series.flatMap((it) => it.points);
  const [x0, x1] = range(points.map(([at]) => at), x);
  const [y0, y1] = range(points.map(([, at]) => at), y);
  const gutter = Math.max(width(y.format(y1)), width(y.format(y0))) + 1;
  const canvas = new Canvas(columns - gutter, rows);
  const place = (value: number, from: number, to: number, room: number) =>
    to > from ? Math.round((value - from) / (to - from) * (room - 1)) : room >> 1;
  for (const { points, tone } of series) {
    const placed = points.map(([px, py]) =>
      [place(px, x0, x1, canvas.width), place(py, y0, y1, canvas.height)] as const
    );
    placed.forEach(([px, py], index) => {
      const next = placed[index + 1];
      if (isJoined && next) canvas.line(px, py, next[0], next[1], tone);
      else if (isJoined) canvas.dot(px, py, tone);
      // A point of one dot is hard to see.
      else {for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
          canvas.dot(px + dx, py + dy, tone);
        }}
    });
  }
  const ends = labelledAxis([x.format(x0), x.title, x.format(x1)], canvas.columns);
  return [
    [seg(`${" ".repeat(gutter)}${cut(y.title, canvas.columns)}`, "dim")],
    ...withScale(canvas.lines(), [y.format(y1), y.format(y0)], gutter),
    [seg(" ".repeat(gutter)), seg(ends, "dim")],
    ...legend(series, columns),
  ];
}

function range(values: readonly number[], { from }: Axis): readonly [number, number] {
  const least = from ?? values.reduce((a, b) => Math.min(a, b), Infinity);
  return [least, values.reduce((a, b) => Math.max(a, b), least)];
}

// ---------------------------------------------------------------------------------------------- bars

function drawBars(
  { rows, from = 0, to, format, legend: names }: BarsChart,
  columns: number,
): readonly Line[] {
  const most = (pick: (row: BarsChart["rows"][number]) => string) =>
    rows.reduce((sum, row) => Math.max(sum, width(pick(row))), 0);
  const valueRoom = Math.min(most((row) => row.value), Math.floor(columns * LABEL_SHARE));
  const labelRoom = Math.min(
    most((row) => row.label),
    Math.floor(columns * LABEL_SHARE),
    columns - valueRoom - PLOT_MIN - 2,
  );
  const plot = columns - labelRoom - valueRoom - 2;
  const place = (value: number) =>
    to > from ? Math.max(0, Math.min(1, (value - from) / (to - from))) * plot : 0;
  const lines = rows.map(({ label, pieces, value, mark }): Line => [
    seg(`${pad(cut(label, labelRoom), labelRoom)} `),
    ...marked(
      barLine(pieces.map((it) => ({ from: place(it.from), to: place(it.to), tone: it.tone })), plot),
      mark === undefined ? undefined : Math.min(plot - 1, Math.floor(place(mark))),
    ),
    seg(` ${pad(cut(value, valueRoom), valueRoom, "right")}`, "dim"),
  ]);
  const axis = labelledAxis([format(from), format(to)], plot);
  return [...lines, [seg(" ".repeat(labelRoom + 1)), seg(axis, "dim")], ...legend(names, columns)];
}

/** Pieces in columns; the last column of each in eighths. */
function barLine(
  pieces: readonly { readonly from: number; readonly to: number; readonly tone: Tone }[],
  columns: number,
): Line {
  const out: Segment[] = [];
  let at = 0;
  for (const { from, to, tone } of pieces) {
    const start = Math.max(at, Math.min(columns - 1, Math.floor(from)));
    if (start > at) out.push(seg(" ".repeat(start - at)));
    const whole = Math.max(0, Math.min(columns, Math.floor(to)) - start);
    const part = Math.min(columns, to) - Math.floor(to);
    const rest = start + whole < columns ? EIGHTHS[Math.round(part * 7)]! : "";
    const text = "█".repeat(whole) + (whole === 0 && rest === "" && start < columns ? "▏" : rest);
    out.push(seg(text, tone));
    at = start + width(text);
  }
  if (at < columns) out.push(seg(" ".repeat(columns - at)));
  return out;
}

/** A line of characters of one column each, with a sign in one of them. */
function marked(line: Line, column: number | undefined): Line {
  if (column === undefined) return line;
  let at = 0;
  return line.flatMap(({ text, tone }) => {
    const place = column - at;
    at += text.length;
    if (place < 0 || place >= text.length) return [{ text, tone }];
    const parts = [seg(text.slice(0, place), tone), seg(MARK), seg(text.slice(place + 1), tone)];
    return parts.filter((it) => it.text !== "");
  });
}

// ---------------------------------------------------------------------------------------------- heat

function drawHeat({ rows, columns: names, format }: HeatChart, columns: number): readonly Line[] {
  const max = rows.reduce((most, row) => Math.max(most, ...row.values.map((value) => value ?? 0)), 0);
  const labelRoom = Math.min(
    rows.reduce((sum, row) => Math.max(sum, width(row.label)), 0),
    Math.floor(columns * LABEL_SHARE),
  );
  const room = columns - labelRoom - 1;
  const shown = Math.min(names.length, room);
  const cellWidth = Math.max(1, Math.min(4, Math.floor(room / Math.max(1, shown))));
  const shade = (value: number | null) => {
    if (value === null) return " ";
    const rank = max > 0 ? Math.ceil(value / max * (SHADES.length - 1)) : 0;
    return SHADES[Math.max(1, rank)]!;
  };
  const lines = rows.map(({ label, values }): Line => [
    seg(`${pad(cut(label, labelRoom), labelRoom)} `, "dim"),
    seg(values.slice(0, shown).map((value) => shade(value).repeat(cellWidth)).join("").trimEnd(), 0),
  ]);
  const axis = labelledAxis(names.slice(0, shown), shown * cellWidth);
  return [
    ...lines,
    [seg(" ".repeat(labelRoom + 1)), seg(axis, "dim")],
    [seg("░", 0), seg(` up to ${format(max / 4)}  `), seg("█", 0), seg(` up to ${format(max)}`)],
    ...(shown < names.length ? [[seg(`… and ${names.length - shown} more columns`, "dim")]] : []),
  ];
}
