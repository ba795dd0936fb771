import type { Run, RunStatus } from "../../core/mod.ts";
import { lines, runTone, STATUS_LOOKS, type StatusTone, wrap } from "../../present/mod.ts";
import type { Context } from "../context.ts";

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

const STATUS_STYLES: Readonly<Record<StatusTone, Style>> = {
  ok: "green",
  error: "red",
  warn: "yellow",
  live: "cyan",
  waiting: "magenta",
  dim: "dim",
};

/** The colour of a status here. */
export function statusStyle(status: RunStatus): Style {
  return STATUS_STYLES[STATUS_LOOKS[status].tone];
}

/** The same for a run: one that completed with a warning is not simply well. */
export function runStyle(run: Run): Style {
  return STATUS_STYLES[runTone(run)];
}

/** A status's sign in its colour. */
export function statusSign(status: RunStatus, look: Look): string {
  return look.paint(statusStyle(status), STATUS_LOOKS[status].glyph);
}

/** How text is written to stdout: with or without colours, how wide. */
export interface Look {
  readonly color: boolean;
  readonly columns: number;
  /** How wide a table may be: a pipe takes any width, and whole cells. */
  readonly tableColumns: number;
  paint(style: Style | undefined, text: string): string;
}

/** Without `columns` it is no terminal. */
export function createLook(
  options: { readonly color: boolean; readonly columns?: number | undefined },
): Look {
  const columns = Math.max(COLUMNS_MIN, options.columns ?? COLUMNS_DEFAULT);
  return {
    color: options.color,
    columns,
    tableColumns: options.columns === undefined ? Infinity : columns,
    paint(style, text) {
      if (!options.color || style === undefined || text === "") return text;
      const [on, off] = STYLES[style];
      return `\x1b[${on}m${text}\x1b[${off}m`;
    },
  };
}

export function lookOf(context: Context): Look {
  return createLook({ color: context.color, columns: terminalSize()?.columns });
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

/** Text from outside, wrapped and indented. */
export function paragraph(text: string, look: Look, indent = "  "): string {
  return lines(text.trimEnd()).flatMap((line) =>
    wrap(line, look.columns - indent.length, { wholeWords: true })
  )
    .map((line) => (indent + line).trimEnd()).join("\n");
}
