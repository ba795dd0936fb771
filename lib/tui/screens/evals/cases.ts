import type { CaseCell, CaseRow, ExperimentOverview } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { fitLine, type Line, onGround, seg, type Segment } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, fit, width } from "../../terminal/text.ts";
import { listLines, type ListRows, POINTER_COLUMNS, selectedIndex } from "../../widgets/list.ts";
import type { Opened } from "./model.ts";
import { nameOf, shortScore } from "./scores.ts";

/** Border and heading. */
export const CASE_HEAD_ROWS = 2;
const BORDER_COLUMNS = 1;
const CELL_MIN = 11;
const CELL_MAX = 18;
const CASE_MIN = 12;
const GOOD = 0.8;
const POOR = 0.5;

/** How wide the columns are, and which of the sides are in view. */
interface Grid {
  readonly name: number;
  readonly cell: number;
  /** The first side in view, and how many are. */
  readonly from: number;
  readonly count: number;
}

function gridOf({ overview, column }: Pick<Opened, "overview" | "column">, inner: number): Grid {
  const sides = overview?.sides.length ?? 0;
  const longest = Math.max(
    CASE_MIN,
    ...(overview?.cases ?? []).slice(0, 200).map((it) => width(clean(it.caseId)) + 1),
  );
  const room = inner - POINTER_COLUMNS;
  const count = Math.max(1, Math.min(sides, Math.floor((room - CASE_MIN) / CELL_MIN)));
  const cell = Math.max(
    CELL_MIN,
    Math.min(CELL_MAX, Math.floor((room - Math.min(longest, room * 0.5)) / count)),
  );
  const name = Math.max(CASE_MIN, Math.min(longest, room - cell * count));
  const from = Math.min(Math.max(0, sides - count), Math.max(0, column - count + 1));
  return { name, cell, from, count };
}

/** The side whose cell is drawn at column `x` of a pane `columns` wide. */
export function columnAt(opened: Opened, columns: number, x: number): number | undefined {
  const { name, cell, from, count } = gridOf(opened, columns - 2);
  const at = Math.floor((x - BORDER_COLUMNS - POINTER_COLUMNS - name) / cell);
  return at >= 0 && at < count ? from + at : undefined;
}

/** The heading and the cases in view, `columns` wide. */
export function caseLines(
  opened: Opened,
  overview: ExperimentOverview,
  rows: ListRows,
  columns: number,
  { glyphs }: Env,
): readonly Line[] {
  const grid = gridOf(opened, columns);
  const shown = overview.sides.slice(grid.from, grid.from + grid.count);
  const isMore = grid.from + grid.count < overview.sides.length;
  const head: Line = [
    seg(`  ${fit("CASE", grid.name)}`, "heading"),
    ...shown.map((side, at) =>
      seg(
        `${fit(nameOf(overview, side), grid.cell - 1)} `,
        grid.from + at === opened.column ? "strong" : "heading",
      )
    ),
    ...(isMore ? [seg(glyphs.arrow, "dim")] : []),
  ];
  const look = {
    top: opened.cases.top,
    height: rows.height,
    columns,
    glyphs,
    selected: selectedIndex(opened.cases, rows),
    focused: opened.focus === "cases",
  };
  const body = listLines(
    overview.cases,
    look,
    (row) => [seg(fit(clean(row.caseId), grid.name)), ...rowCells(row, grid, glyphs)],
  );
  return [fitLine(head, columns), ...body.map((row, at) => withCursor(row, at, look, grid, opened.column))];
}

function rowCells({ cells }: CaseRow, { from, count, cell }: Grid, glyphs: Glyphs): Line {
  return cells.slice(from, from + count).flatMap((it) => cellSegments(it, cell, glyphs));
}

/** `✓ █ 1     3/3`: a mark, a shade and the value; of more than one try, how many passed. */
function cellSegments(it: CaseCell | null, columns: number, glyphs: Glyphs): readonly Segment[] {
  if (!it) return [seg(fit("–", columns), "dim")];
  const tone = toneOf(it);
  const tries = it.passed + it.failed + it.errors;
  const shade = it.value === null ? " " : shadeOf(it.value, glyphs);
  const value = it.value === null ? it.errors > 0 ? "error" : "–" : shortScore(it.value);
  const count = tries > 1 ? ` ${it.passed}/${tries}` : "";
  return [
    seg(`${markOf(it, glyphs)} `, tone),
    seg(`${shade} `, tone),
    seg(fit(value + count, columns - 4), it.errors > 0 ? "error" : "text"),
  ];
}

function markOf({ passed, failed, errors }: CaseCell, glyphs: Glyphs): string {
  if (errors > 0) return "!";
  if (failed > 0) return glyphs.status.failed;
  return passed > 0 ? glyphs.status.completed : glyphs.dot;
}

function toneOf({ value, errors, failed }: CaseCell): Tone {
  if (errors > 0) return "waiting";
  if (value === null) return "dim";
  if (value >= GOOD) return failed > 0 ? "warn" : "ok";
  return value >= POOR ? "warn" : "error";
}

function shadeOf(value: number, { spark }: Glyphs): string {
  const share = Math.min(1, Math.max(0, value));
  return spark[Math.round(share * (spark.length - 1))]!;
}

/** Which side of the selected case is in view: its cell stands out. */
function withCursor(
  row: Line,
  at: number,
  look: { readonly top: number; readonly selected: number; readonly focused: boolean },
  { name, cell, from, count }: Grid,
  column: number,
): Line {
  if (look.top + at !== look.selected || column < from || column >= from + count || count < 2) return row;
  const start = POINTER_COLUMNS + name + (column - from) * cell;
  let x = 0;
  return row.flatMap((part) => {
    const begin = x;
    x += width(part.text);
    const isIn = begin >= start && begin < start + cell;
    return isIn ? [part] : onGround([part], look.focused ? "marked" : "none");
  });
}
