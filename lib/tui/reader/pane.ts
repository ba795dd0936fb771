import { grouped } from "../../present/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import {
  EMPTY,
  fitLine,
  type Line,
  line,
  lineWidth,
  onGround,
  seg,
  sliceLine,
  spread,
} from "../draw/line.ts";
import { BORDER, pane, type PaneOptions } from "../draw/pane.ts";
import { fieldLine } from "../draw/text_field.ts";
import { clean } from "../terminal/text.ts";
import { cursorOf, hitsIn, isSearching, marksOf, type Reader, topOf, type Window } from "./reader.ts";
import { hitAt } from "../draw/search.ts";

export interface ReaderLook extends PaneOptions {
  /** Rows above the text that stay. */
  readonly head?: readonly Line[];
  /** Instead of a text of no rows. */
  readonly nothing?: Line;
  /** Blanks before the text. @default 1 */
  readonly margin?: number;
  /** Half a page reads on while another pane has the focus. */
  readonly isReadBeside?: boolean;
}

const FIELD_COLUMNS_MIN = 12;

/** A text in a pane: as far as it goes from where the person is, what was found marked, and how much is below. */
export function readerPane(
  reader: Reader,
  window: Window,
  columns: number,
  rows: number,
  glyphs: Glyphs,
  { head = [], nothing = EMPTY, isReadBeside = false, margin = 1, ...look }: ReaderLook = {},
): readonly Line[] {
  const inner = columns - BORDER;
  const { doc, height } = window;
  const top = topOf(reader, window);
  const text = doc.rows === 0
    ? [nothing]
    : textLines(reader, window, { inner, margin, isFocused: look.focused === true });
  const filled = Array.from(
    { length: Math.max(text.length, isSearching(reader) ? height : 0) },
    (_, at) => text[at] ?? EMPTY,
  );
  const below = isSearching(reader) ? [searchLine(reader, window, inner, glyphs)] : [];
  return pane([...head, ...filled, ...below], columns, rows, glyphs, {
    foot: footOf(reader, window, glyphs, isReadBeside),
    scroll: { top, total: doc.rows },
    ...look,
  });
}

interface TextLook {
  readonly inner: number;
  readonly margin: number;
  readonly isFocused: boolean;
}

function textLines(reader: Reader, window: Window, { inner, margin, isFocused }: TextLook): readonly Line[] {
  const { doc, height, columns } = window;
  const marks = marksOf(reader, doc);
  const top = topOf(reader, window);
  const cursor = isFocused && doc.hasFolds ? cursorOf(reader, window) : undefined;
  return Array.from({ length: Math.max(0, Math.min(doc.rows, top + height) - top) }, (_, y): Line => {
    const whole = doc.line(top + y, marks);
    const row: Line = [
      seg(" ".repeat(margin)),
      ...(reader.left > 0 ? sliceLine(whole, reader.left, columns) : whole),
    ];
    return top + y === cursor ? onGround(fitLine(row, inner), "selected") : row;
  });
}

function footOf(reader: Reader, window: Window, glyphs: Glyphs, isReadBeside: boolean): Line {
  const { doc, height, isGrowing } = window;
  const below = doc.rows - topOf(reader, window) - height;
  const fresh = isGrowing && !reader.tail ? doc.rows - reader.seenRows : 0;
  const side: Line = reader.isWrapped
    ? EMPTY
    : line(`${reader.left > 0 ? `from column ${reader.left + 1} ` : ""}not wrapped `, "dim");
  if (fresh > 0) return [...side, seg(`${glyphs.down} ${grouped(fresh)} new`, "accent")];
  if (below <= 0) return side;
  return isReadBeside
    ? [...side, seg("^d", "key"), seg(` ${grouped(below)} more`, "dim")]
    : [...side, seg(`${glyphs.down} ${grouped(below)} more`, "dim")];
}

/** What is looked for, and at which of how many places the person is. */
function searchLine(reader: Reader, window: Window, columns: number, glyphs: Glyphs): Line {
  const { typing, search } = reader;
  const isPattern = typing?.isPattern ?? search?.isPattern ?? false;
  const sign = seg(isPattern ? " /pattern/ " : " / ", "key");
  const count = countLine(reader, window);
  const hint = typing ? switchHint(isPattern) : NEXT_HINT;
  const isWide = columns - lineWidth(count) - lineWidth(hint) >= 2 * FIELD_COLUMNS_MIN;
  const right: Line = isWide ? [...count, ...hint] : [...count, seg(" ")];
  if (!typing) return spread([sign, seg(clean(search?.text ?? ""), "accent")], right, columns);
  const room = Math.max(
    FIELD_COLUMNS_MIN,
    columns - sign.text.length - lineWidth(right),
  );
  const nothing = isPattern ? "a pattern, as in RE2" : `words${glyphs.ellipsis}`;
  return spread([sign, ...fieldLine(typing.field, room, true, nothing)], right, columns);
}

const NEXT_HINT: Line = [seg("  n", "key"), seg(" next ", "dim"), seg("N", "key"), seg(" back ", "dim")];

function switchHint(isPattern: boolean): Line {
  return [seg("  ^r", "key"), seg(isPattern ? " words " : " pattern ", "dim")];
}

/** `3/120`; `0/0` in red; of a pattern that is still looked for what there is so far. */
function countLine(reader: Reader, { doc }: Window): Line {
  if (!reader.search) return EMPTY;
  const hits = hitsIn(reader, doc);
  if (hits?.problem !== undefined) return [seg(` ${clean(hits.problem)}`, "error")];
  if (!hits) return [seg(" looking…", "dim")];
  const total = hits.starts.length;
  if (total === 0) return hits.isDone ? [seg(" not found", "warn")] : [seg(" looking…", "dim")];
  const at = hitAt(hits, reader.place);
  const more = hits.isCut || !hits.isDone ? "+" : "";
  return [seg(` ${at === undefined ? "–" : grouped(at + 1)}/${grouped(total)}${more}`, "strong")];
}
