import type { JsonChange } from "../../../analysis/mod.ts";
import { CHANGE_SIGNS, plural } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { jsonRows } from "../../draw/json_view.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { BORDER } from "../../draw/pane.ts";
import { wrapLine } from "../../draw/styled.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean } from "../../terminal/text.ts";
import type { Comparison, TextDiff } from "./comparison.ts";
import { changesOf, chosenRow, compareLayout, type CompareModel, TEXT_SHOWN_MAX_CHARS } from "./model.ts";
import type { CompareRow } from "./rows.ts";
import { besideRows, halfOf, wordRows } from "./text_rows.ts";
import { unifiedRows } from "../../draw/unified.ts";

/** Rows of one detail; what is beyond is in `agentop diff --json`. */
const DETAIL_ROWS_MAX = 20_000;
const CHANGES_SHOWN_MAX = 200;

interface Look {
  readonly columns: number;
  readonly sides: boolean;
  readonly mode: CompareModel["mode"];
  readonly glyphs: Glyphs;
}

interface Drawn extends Look {
  readonly comparison: Comparison;
  readonly row: CompareRow;
  readonly texts: CompareModel["texts"];
  readonly lines: readonly Line[];
}

let last: Drawn | undefined;

/** Everything there is to read about the chosen row, laid out for the pane; worked out once. */
export function detailLines(model: CompareModel, env: Env): readonly Line[] {
  const { comparison, mode, texts } = model;
  const row = chosenRow(model);
  if (!comparison || !row) return [];
  const { detail, sides } = compareLayout(model, env);
  const columns = Math.max(1, (detail?.columns ?? env.size.columns) - BORDER - 2);
  const look: Look = { columns, sides, mode, glyphs: env.glyphs };
  const known = last?.comparison === comparison && last.row === row && last.texts === texts &&
    last.columns === look.columns && last.mode === mode && last.glyphs === look.glyphs;
  if (!known) {
    const list = texts?.key === row.key ? texts.list : undefined;
    const lines = linesOf(comparison, row, list, look).slice(0, DETAIL_ROWS_MAX);
    last = { ...look, comparison, row, texts, lines };
  }
  return last!.lines;
}

function linesOf(
  comparison: Comparison,
  row: CompareRow,
  texts: readonly TextDiff[] | undefined,
  look: Look,
): readonly Line[] {
  if (row.kind === "fold") {
    return [
      line(`${row.count} steps say the same on both sides.`, "dim"),
      EMPTY,
      [seg(look.glyphs.enter, "key"), seg(row.isOpen ? "  folds them" : "  shows them", "dim")],
    ];
  }
  if (!row.isChange) return equalLines(comparison, row, look);
  if (row.kind === "step" && (row.diff.op === "added" || row.diff.op === "removed")) {
    return loneLines(row.diff.changes[0]!, look);
  }
  const changes = changesOf(comparison, row);
  // Texts come in the order of the changes that have them.
  const waiting = [...texts ?? []];
  const lines = changes.slice(0, CHANGES_SHOWN_MAX).flatMap((change, index): readonly Line[] => {
    const isText = typeof change.left === "string" && typeof change.right === "string";
    return [
      ...(index > 0 ? [EMPTY] : []),
      ...(row.kind === "answer" || row.kind === "prompt" ? [] : [changeTitle(change)]),
      ...changeLines(change, isText ? waiting.shift() : undefined, look),
    ];
  });
  const more = changes.length - CHANGES_SHOWN_MAX;
  return more > 0 ? [...lines, EMPTY, line(`and ${plural(more, "more change")}`, "dim")] : lines;
}

const CHANGE_TONES = { add: "ok", remove: "error", replace: "warn" } as const;

function changeTitle({ path, op }: JsonChange): Line {
  const words = PATH_WORDS.find(([pattern]) => pattern.test(path))?.[1];
  return [
    seg(`${CHANGE_SIGNS[op]} `, CHANGE_TONES[op]),
    seg(clean(path || "/"), "accent"),
    ...(words === undefined ? [] : [seg(`  ${words}`, "dim")]),
  ];
}

/** What a path leads to, for those who do not know the shape of a step. */
const PATH_WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^\/output\/\d+\/parts\/\d+\/content$/, "what was said"],
  [/^\/output\/\d+\/parts\/\d+\/response/, "the tool's result"],
  [/^\/output\/\d+\/parts\/\d+\/arguments/, "what the tool was called with"],
  [/^\/output\/\d+\/parts\/\d+$/, "a part of what was said"],
];

function changeLines(change: JsonChange, text: TextDiff | undefined, look: Look): readonly Line[] {
  const { columns, sides, glyphs } = look;
  if (text) {
    return look.mode === "unified"
      ? unifiedRows(text.unified, columns)
      : wordRows(text.words, columns, sides, glyphs);
  }
  const beside = sides && look.mode === "words";
  const room = beside ? halfOf(columns) : columns;
  const left = change.op === "add" ? [] : valueLines(change.left, "-", "error", room, glyphs);
  const right = change.op === "remove" ? [] : valueLines(change.right, "+", "ok", room, glyphs);
  return beside ? besideRows(left, right, columns, glyphs) : [...left, ...right];
}

function valueLines(
  value: unknown,
  sign: string,
  tone: Tone,
  columns: number,
  glyphs: Glyphs,
): readonly Line[] {
  const room = Math.max(1, columns - 2);
  if (value === null || typeof value !== "object") {
    const text = typeof value === "string" ? value.slice(0, TEXT_SHOWN_MAX_CHARS) : String(value);
    return text.split("\n").flatMap((row) =>
      wrapLine([seg(clean(row), tone)], room).map((part): Line => [seg(`${sign} `, tone), ...part])
    );
  }
  return documentLines(value, room, glyphs).map((row) => [seg(`${sign} `, tone), ...row]);
}

function documentLines(value: unknown, columns: number, glyphs: Glyphs): readonly Line[] {
  return jsonRows(value, { columns, glyphs, prefix: "", folds: ALL_OPEN }).map((row) => row.line);
}

/** Everything is open: there is nothing to fold here. */
const ALL_OPEN: ReadonlyMap<string, boolean> = new (class extends Map<string, boolean> {
  override get(): boolean {
    return true;
  }
})();

function loneLines({ op, left, right }: JsonChange, { columns, glyphs }: Look): readonly Line[] {
  const added = op === "add";
  return [
    added ? line("+ only in the right run", "ok") : line("- only in the left run", "error"),
    EMPTY,
    ...valueLines(added ? right : left, added ? "+" : "-", added ? "ok" : "error", columns, glyphs),
  ];
}

function equalLines(comparison: Comparison, row: CompareRow, look: Look): readonly Line[] {
  if (row.kind === "step") {
    const document = comparison.rightSteps.get(row.diff.right ?? -1);
    return [
      line("= the same on both sides", "dim"),
      EMPTY,
      ...documentLines(document, look.columns, look.glyphs),
    ];
  }
  const text = comparison.diff.output.right;
  if (text === "") return [line("= no answer on either side", "dim")];
  return [
    line("= the same on both sides", "dim"),
    EMPTY,
    ...text.slice(0, TEXT_SHOWN_MAX_CHARS).split("\n").flatMap((part) =>
      wrapLine([seg(clean(part))], look.columns)
    ),
  ];
}
