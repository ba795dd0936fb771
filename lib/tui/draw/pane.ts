import { cut, width } from "../terminal/text.ts";
import type { Glyphs } from "./glyphs.ts";
import { EMPTY, fitLine, type Line, lineWidth, overlay, seg, type Segment } from "./line.ts";

export interface PaneOptions {
  readonly title?: string;
  /** Drawn at the right end of the top border. */
  readonly note?: Line;
  /** Drawn at the right end of the bottom border. */
  readonly foot?: Line;
  readonly focused?: boolean;
  /** What part of the content is in view, for the mark in the right border. */
  readonly scroll?: { readonly top: number; readonly total: number };
  /** Replaces the title. */
  readonly tabs?: Line;
}

/** Rows and columns that a pane's border takes. */
export const BORDER = 2;

/** A box with a title; exactly `columns` × `rows`. */
export function pane(
  content: readonly Line[],
  columns: number,
  rows: number,
  glyphs: Glyphs,
  options: PaneOptions = {},
): readonly Line[] {
  const { box } = glyphs;
  const tone = options.focused ? "focus" : "border";
  const inner = Math.max(0, columns - BORDER);
  const height = Math.max(0, rows - BORDER);
  const edge = (left: string, right: string, head: Line, tail: Line): Line => {
    const room = Math.max(0, inner - lineWidth(tail));
    const short = lineWidth(head) > room ? fitLine(head, room) : head;
    const fill = box.horizontal.repeat(Math.max(0, inner - lineWidth(short) - lineWidth(tail)));
    return [seg(left, tone), ...short, seg(fill, tone), ...tail, seg(right, tone)];
  };
  const thumb = thumbOf(height, options.scroll);
  const result: Line[] = [
    edge(box.topLeft, box.topRight, titleOf(options, inner, tone, box.horizontal), padded(options.note)),
  ];
  for (let y = 0; y < height; y++) {
    const mark = thumb && y >= thumb.from && y < thumb.to ? glyphs.scrollThumb : box.vertical;
    result.push([seg(box.vertical, tone), ...fitLine(content[y] ?? EMPTY, inner), seg(mark, tone)]);
  }
  result.push(edge(box.bottomLeft, box.bottomRight, EMPTY, padded(options.foot)));
  return result.slice(0, Math.max(0, rows));
}

function titleOf(options: PaneOptions, inner: number, tone: "focus" | "border", dash: string): Line {
  if (options.tabs) return [seg(dash, tone), ...options.tabs];
  if (!options.title) return EMPTY;
  const text = cut(options.title, Math.max(0, inner - 4));
  if (width(text) === 0) return EMPTY;
  return [seg(dash, tone), seg(` ${text} `, options.focused ? "title" : "strong")];
}

function padded(note: Line | undefined): Line {
  if (!note || note.length === 0) return EMPTY;
  const blank: Segment = seg(" ", "dim");
  return [blank, ...note, blank];
}

function thumbOf(height: number, scroll: PaneOptions["scroll"]) {
  if (!scroll || scroll.total <= height || height < 3) return undefined;
  const size = Math.max(1, Math.round((height * height) / scroll.total));
  const free = height - size;
  const from = Math.round((scroll.top / Math.max(1, scroll.total - height)) * free);
  return { from, to: from + size };
}

/** Panes side by side. All must have the same number of rows. */
export function beside(...panes: readonly (readonly Line[])[]): readonly Line[] {
  const rows = Math.max(...panes.map((lines) => lines.length));
  return Array.from({ length: rows }, (_, y) => panes.flatMap((lines) => lines[y] ?? EMPTY));
}

/** A box in the middle of `base`, which is faded so that the box stands out. */
export function centered(base: readonly Line[], box: readonly Line[], columns: number): readonly Line[] {
  const wide = Math.max(0, ...box.map(lineWidth));
  const x = Math.max(0, Math.floor((columns - wide) / 2));
  const y = Math.max(0, Math.floor((base.length - box.length) / 2));
  return base.map((row, index) => {
    const faded = fitLine(row.map((part) => seg(part.text, "border")), columns);
    const over = box[index - y];
    return over ? overlay(faded, over, x, columns) : faded;
  });
}
