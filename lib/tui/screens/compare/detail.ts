import type { JsonChange } from "../../../analysis/mod.ts";
import { CHANGE_SIGNS, plural } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { type Line, seg } from "../../draw/line.ts";
import { BORDER } from "../../draw/pane.ts";
import { type Doc, docOf } from "../../reader/doc.ts";
import { DocMemo } from "../../reader/doc_memo.ts";
import { GAP, type Part, textPart } from "../../reader/part.ts";
import { textRows, type Window } from "../../reader/reader.ts";
import { clean } from "../../terminal/text.ts";
import type { Comparison, TextDiff } from "./comparison.ts";
import { changesOf, chosenRow, compareLayout, type CompareModel, detailHeight } from "./model.ts";
import type { CompareRow } from "./rows.ts";
import { besideRows, halfOf, wordRows } from "./text_rows.ts";

const CHANGES_SHOWN_MAX = 200;

interface Look {
  readonly sides: boolean;
  readonly mode: CompareModel["mode"];
  readonly glyphs: Glyphs;
}

interface Told extends Look {
  readonly comparison: Comparison;
  readonly row: CompareRow;
  readonly texts: CompareModel["texts"];
  readonly parts: readonly Part[];
}

const memo = new DocMemo();
let lastTold: Told | undefined;

/** Everything there is to read about the chosen row, laid out for the pane. */
export function detailWindow(model: CompareModel, env: Env): Window {
  const { reader } = model;
  const { detail } = compareLayout(model, env);
  const columns = Math.max(1, (detail?.columns ?? env.size.columns) - BORDER - 2);
  const { folds, depth, isWrapped } = reader;
  const doc = memo.doc(detailParts(model, env), {
    columns,
    glyphs: env.glyphs,
    prefix: "",
    folds,
    depth,
    isWrapped,
  });
  return { doc, columns, height: textRows(reader, detailHeight(model, env)) };
}

/** What there is to say about the chosen row; worked out once. */
function detailParts(model: CompareModel, env: Env): readonly Part[] {
  const { comparison, mode, texts } = model;
  const row = chosenRow(model);
  if (!comparison || !row) return [];
  const look: Look = { sides: compareLayout(model, env).sides, mode, glyphs: env.glyphs };
  const known = lastTold?.comparison === comparison && lastTold.row === row && lastTold.texts === texts &&
    lastTold.mode === mode && lastTold.glyphs === look.glyphs && lastTold.sides === look.sides;
  if (!known) {
    const list = texts?.key === row.key ? texts.list : undefined;
    lastTold = { ...look, comparison, row, texts, parts: partsOf(comparison, row, list, look) };
  }
  return lastTold!.parts;
}

/** One row of several tones. */
function rowPart(row: Line): Part {
  return { kind: "draw", text: row.map((part) => part.text).join(""), draw: () => [row] };
}

function partsOf(
  comparison: Comparison,
  row: CompareRow,
  texts: readonly TextDiff[] | undefined,
  look: Look,
): readonly Part[] {
  if (row.kind === "fold") {
    return [
      textPart(`${row.count} steps say the same on both sides.`, "dim"),
      GAP,
      rowPart([seg(look.glyphs.enter, "key"), seg(row.isOpen ? "  folds them" : "  shows them", "dim")]),
    ];
  }
  if (!row.isChange) return equalParts(comparison, row);
  if (row.kind === "step" && (row.diff.op === "added" || row.diff.op === "removed")) {
    return loneParts(row.diff.changes[0]!);
  }
  const changes = changesOf(comparison, row);
  // Texts come in the order of the changes that have them.
  const waiting = [...texts ?? []];
  const parts = changes.slice(0, CHANGES_SHOWN_MAX).flatMap((change, index): readonly Part[] => {
    const isText = typeof change.left === "string" && typeof change.right === "string";
    return [
      ...(index > 0 ? [GAP] : []),
      ...(row.kind === "answer" || row.kind === "prompt" ? [] : [rowPart(changeTitle(change))]),
      ...changeParts(change, isText ? waiting.shift() : undefined, look),
    ];
  });
  const more = changes.length - CHANGES_SHOWN_MAX;
  return more > 0 ? [...parts, GAP, textPart(`and ${plural(more, "more change")}`, "dim")] : parts;
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

function changeParts(change: JsonChange, text: TextDiff | undefined, look: Look): readonly Part[] {
  const { sides, glyphs } = look;
  if (text) {
    if (look.mode === "unified") return [{ kind: "unified", text: text.unified }];
    const plain = `- ${text.left}\n+ ${text.right}`;
    return [{ kind: "draw", text: plain, draw: (columns) => wordRows(text.words, columns, sides, glyphs) }];
  }
  const left = change.op === "add" ? [] : signedParts(change.left, "-");
  const right = change.op === "remove" ? [] : signedParts(change.right, "+");
  if (!sides || look.mode !== "words") return [...left, ...right];
  return [{
    kind: "draw",
    text: "",
    draw: (columns) => {
      const rows = (parts: readonly Part[]) =>
        rowsOf(docOf(parts, { ...ALL_OPEN, columns: halfOf(columns), glyphs }));
      return besideRows(rows(left), rows(right), columns, glyphs);
    },
  }];
}

/** Side by side nothing folds: the two would not be level any more. */
const ALL_OPEN = { prefix: "", folds: new Map<string, boolean>(), depth: 1_000 } as const;
const BESIDE_ROWS_MAX = 20_000;

function rowsOf(doc: Doc): readonly Line[] {
  return Array.from({ length: Math.min(doc.rows, BESIDE_ROWS_MAX) }, (_, at) => doc.line(at));
}

/** A value of one side, its sign before each row. */
function signedParts(value: unknown, sign: "-" | "+"): readonly Part[] {
  const tone = sign === "-" ? "error" : "ok";
  const inner: Part = value === null || typeof value !== "object"
    ? textPart(String(value), tone)
    : { kind: "json", value, indent: 0 };
  return [{ kind: "signed", sign, tone, parts: [inner] }];
}

function loneParts({ op, left, right }: JsonChange): readonly Part[] {
  const added = op === "add";
  return [
    added ? textPart("+ only in the right run", "ok") : textPart("- only in the left run", "error"),
    GAP,
    ...signedParts(added ? right : left, added ? "+" : "-"),
  ];
}

function equalParts(comparison: Comparison, row: CompareRow): readonly Part[] {
  const same = textPart("= the same on both sides", "dim");
  if (row.kind === "step") {
    return [same, GAP, { kind: "json", value: comparison.rightSteps.get(row.diff.right ?? -1), indent: 0 }];
  }
  const text = comparison.diff.output.right;
  return text === "" ? [textPart("= no answer on either side", "dim")] : [same, GAP, textPart(text)];
}
