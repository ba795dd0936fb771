import { escapeText, oneLine, type RunStatus, type RunTotals, type Span } from "../core/mod.ts";
import type { Context } from "./context.ts";

/** Longest text from outside that goes into one cell or line. */
const CELL_MAX_CHARS = 2_000;
const COLUMNS_DEFAULT = 100;
const COLUMNS_MIN = 40;

const STYLES = {
  bold: ["1", "22"],
  dim: ["2", "22"],
  red: ["31", "39"],
  green: ["32", "39"],
  yellow: ["33", "39"],
  blue: ["34", "39"],
  magenta: ["35", "39"],
  cyan: ["36", "39"],
} as const;
export type Style = keyof typeof STYLES;

/** How text is written to stdout: with or without colours, how wide. */
export interface Look {
  readonly color: boolean;
  readonly columns: number;
  paint(style: Style | undefined, text: string): string;
}

export function createLook(options: { readonly color: boolean; readonly columns?: number }): Look {
  return {
    color: options.color,
    columns: Math.max(COLUMNS_MIN, options.columns ?? COLUMNS_DEFAULT),
    paint(style, text) {
      if (!options.color || style === undefined || text === "") return text;
      const [on, off] = STYLES[style];
      return `\x1b[${on}m${text}\x1b[${off}m`;
    },
  };
}

export function lookOf(context: Context): Look {
  return createLook({ color: context.color, columns: terminalSize()?.columns ?? COLUMNS_DEFAULT });
}

/** Of the terminal on stdout; `undefined` when there is none. */
export function terminalSize(): { readonly columns: number; readonly rows: number } | undefined {
  if (!Deno.stdout.isTerminal()) return undefined;
  try {
    const size = Deno.consoleSize();
    return size.columns > 0 ? size : undefined;
  } catch {
    return undefined;
  }
}

// ---------------------------------------------------------------------------------------------- text

/** Text from outside as one line that is safe to print. */
export function cell(text: string): string {
  return escapeText(oneLine(text.slice(0, CELL_MAX_CHARS * 2), CELL_MAX_CHARS));
}

/** Text from outside as lines that are safe to print. */
export function lines(text: string): readonly string[] {
  return escapeText(text, { multiline: true }).replaceAll("\t", "  ").split("\n");
}

const ASCII = /^[\x20-\x7e]*$/;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\ufe0f/u;
/** Made on the first use: it takes as long as everything else here together. */
let segmenter: Intl.Segmenter | undefined;
const graphemes = () => segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });

function graphemeWidth(grapheme: string): number {
  if (ASCII.test(grapheme)) return grapheme.length;
  return WIDE.test(grapheme) ? 2 : /^\p{M}+$/u.test(grapheme) ? 0 : 1;
}

/** Terminal columns of a text without escape sequences. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes().segment(text)) sum += graphemeWidth(segment);
  return sum;
}

/** At most `columns` wide, with `…` where something was cut. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (width(text) <= columns) return text;
  if (ASCII.test(text)) return `${text.slice(0, columns - 1)}…`;
  let out = "";
  let used = 0;
  for (const { segment } of graphemes().segment(text)) {
    used += graphemeWidth(segment);
    if (used > columns - 1) break;
    out += segment;
  }
  return `${out}…`;
}

export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, columns - width(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** Breaks one line at blanks so that no piece is wider than `columns`, unless a single word is: words stay whole. */
export function wrap(line: string, columns: number): readonly string[] {
  if (width(line) <= columns) return [line];
  const indent = /^ */.exec(line)![0].slice(0, Math.floor(columns / 2));
  const out: string[] = [];
  let current = indent;
  let used = indent.length;
  for (const word of line.trim().split(" ")) {
    const wide = width(word);
    if (used > indent.length && used + 1 + wide > columns) {
      out.push(current);
      [current, used] = [indent, indent.length];
    }
    const blank = used > indent.length ? 1 : 0;
    current += " ".repeat(blank) + word;
    used += blank + wide;
  }
  return [...out, current];
}

/** Text from outside, wrapped and indented. */
export function paragraph(text: string, look: Look, indent = "  "): string {
  return lines(text.replace(/\s+$/, "")).flatMap((line) => wrap(line, look.columns - indent.length))
    .map((line) => (indent + line).trimEnd()).join("\n");
}

// ---------------------------------------------------------------------------------------------- numbers

/** `1,204`. */
export function grouped(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `980`, `12.4k`, `1.2M`. */
export function compact(value: number): string {
  const units = [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const;
  for (const [size, unit] of units) {
    const scaled = value / size;
    if (scaled >= 0.9995) return (scaled >= 99.95 ? Math.round(scaled).toString() : scaled.toFixed(1)) + unit;
  }
  return Math.round(value).toString();
}

/** `3 runs`, `1 run`. */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `4ms`, `8.4s`, `3m12s`, `2h05m`, `3d04h`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "0ms";
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${two((seconds % 86_400) / 3600)}h`;
}

/** `4.1 kB`, `12 MB`. */
export function byteSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `$0`, `$0.000123`, `$0.0210`, `$12.40`: six decimals below a cent, so that a column of small amounts lines up. */
export function money(usd: number): string {
  if (usd === 0) return "$0";
  if (usd >= 1) return `$${usd.toFixed(2).replace(/\B(?=(\d{3})+(?!\d)\.)/g, ",")}`;
  if (usd >= 0.01) return `$${usd.toFixed(4)}`;
  return usd < 0.0000005 ? "<$0.000001" : `$${usd.toFixed(6)}`;
}

/** `?` when nothing is known, `$0.0012+?` when some calls are of unknown cost. */
export function knownCost(usd: number, unknownCalls: number): string {
  if (unknownCalls === 0) return money(usd);
  return usd === 0 ? "?" : `${money(usd)}+?`;
}

export function costOf(totals: Pick<RunTotals, "costUsd" | "unknownCostCalls">): string {
  return knownCost(totals.costUsd, totals.unknownCostCalls);
}

/** `now`, `12s`, `5m`, `3h`, `2d`, then the day. */
export function age(fromMs: number, nowMs: number): string {
  const seconds = Math.floor(Math.max(0, nowMs - fromMs) / 1000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  return localTime(fromMs).slice(0, 10);
}

/** `2026-11-02 10:11:12` in the time zone of this machine. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "?";
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

// ---------------------------------------------------------------------------------------------- status

interface Sign {
  readonly glyph: string;
  readonly style: Style;
}

export const STATUS_SIGNS: Readonly<Record<RunStatus, Sign>> = {
  queued: { glyph: "○", style: "dim" },
  running: { glyph: "●", style: "cyan" },
  waiting: { glyph: "?", style: "magenta" },
  paused: { glyph: "‖", style: "yellow" },
  completed: { glyph: "✓", style: "green" },
  failed: { glyph: "✗", style: "red" },
  stopped: { glyph: "■", style: "yellow" },
  cancelled: { glyph: "⊘", style: "dim" },
  interrupted: { glyph: "↯", style: "red" },
};

export function spanSign(span: Span): Sign {
  if (span.status === "interrupted") return STATUS_SIGNS.interrupted;
  if (span.status === "error") return STATUS_SIGNS.failed;
  if (span.endTimeUs !== undefined) return STATUS_SIGNS.completed;
  return span.kind === "guardrail" ? STATUS_SIGNS.waiting : STATUS_SIGNS.running;
}
