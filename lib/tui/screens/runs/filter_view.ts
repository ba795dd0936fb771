import { sentenceOf } from "../../../core/mod.ts";
import { grouped } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, fitLine, type Line, line, lineWidth, onGround, seg, spread } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { keepInView } from "../../draw/scroll.ts";
import { fieldLine } from "../../draw/text_field.ts";
import { clean, fit, width, wrap } from "../../terminal/text.ts";
import { listLines } from "../../widgets/list.ts";
import { completionsOf, offeredFilters } from "./filtering.ts";
import { foldingOf, type RunsModel } from "./model.ts";
import { sortWords } from "./sorting.ts";
import { hasMore, knownRows } from "./window.ts";

const COMPLETION_ROWS_MAX = 9;
const COMPLETION_COLUMNS_MAX = 100;
const REFUSAL_ROWS_MAX = 8;
const FILTERS_COLUMNS_MAX = 90;
const NAME_COLUMNS = 18;
const EXAMPLE = "words, status:failed -agent:x since:24h cost>0.01 or duration>1m";

/** What is filtered by, and how many runs pass. */
export function filterLine(model: RunsModel, env: Env): Line {
  const { columns } = env.size;
  const total = model.matching ?? knownRows(model.window);
  const more = model.matching === undefined && hasMore(model.window) ? "+" : "";
  const shown = `${grouped(total)}${more} ${model.filterText === "" ? rowWords(model, total) : "match"}`;
  // While what is typed is refused, the list is still of what was understood last.
  const still = model.refusal === undefined
    ? ""
    : model.filterText === ""
    ? "still all"
    : `still ${clean(model.filterText)}`;
  const words = [still, sortWords(model.sorting), shown].filter((it) => it !== "").join("  ");
  const right: Line = fitRight(words, columns);
  if (!model.editing) {
    if (model.filterText === "") return spread([seg(" / ", "key"), seg("filter", "dim")], right, columns);
    return spread([seg(" / ", "key"), seg(clean(model.filterText), "accent")], right, columns);
  }
  const room = columns - lineWidth(right) - 4;
  const typed = fieldLine(model.editing, room, true, EXAMPLE);
  const shownAs = model.refusal === undefined ? typed : typed.map(({ text }) => seg(text, "error"));
  return spread([seg(" / ", "key"), ...shownAs], right, columns);
}

/** `runs`, or of how many runs these rows are, once that is known. */
function rowWords(model: RunsModel, rows: number): string {
  if (foldingOf(model) && !model.activity) return "rows";
  const runs = model.activity?.filterText === "" ? model.activity.runs : rows;
  return foldingOf(model) && runs > rows ? `rows of ${grouped(runs)} runs` : "runs";
}

function fitRight(words: string, columns: number): Line {
  const text = `  ${words} `;
  return line(width(text) > columns / 2 ? fit(text, Math.floor(columns / 2)) : text, "dim");
}

/** What the word could become, or the whole reason why what is typed is refused; under the line of the filter. */
export function completionLines(model: RunsModel, { size, glyphs }: Env): readonly Line[] {
  const found = completionsOf(model);
  const inner = Math.min(size.columns, COMPLETION_COLUMNS_MAX) - BORDER;
  const isDone = found.length === 1 && model.completing !== undefined;
  if (found.length === 0 || isDone) {
    if (!model.editing || model.refusal === undefined) return [];
    const rows = wrap(clean(model.refusal), inner - 2).slice(0, REFUSAL_ROWS_MAX);
    return pane(rows.map((row) => line(` ${row}`, "error")), inner + BORDER, rows.length + BORDER, glyphs, {
      title: "Not understood: nothing changes",
    });
  }
  const names = Math.min(Math.floor(inner / 2), Math.max(...found.map(({ word }) => width(clean(word)) + 4)));
  const rows = found.map(({ word, about }, index): Line => {
    const row = fitLine([seg(fit(`  ${clean(word)}`, names), "accent"), seg(clean(about), "dim")], inner);
    return index === model.completing?.index ? onGround(row, "selected") : row;
  });
  const height = Math.max(1, Math.min(rows.length, COMPLETION_ROWS_MAX, size.rows - 6));
  const top = keepInView(0, model.completing?.index ?? 0, height, rows.length);
  return pane(rows.slice(top, top + height), inner + BORDER, height + BORDER, glyphs, {
    title: "tab completes",
    ...(rows.length > height ? { foot: line(`${rows.length}`, "dim") } : {}),
  });
}

/** Filters with names. */
export function filtersBox(model: RunsModel, { size, glyphs }: Env): readonly Line[] {
  const { index = 0, name } = model.filters ?? {};
  const columns = Math.min(FILTERS_COLUMNS_MAX, size.columns - 2);
  const offered = offeredFilters(model);
  const height = Math.max(1, Math.min(offered.length, size.rows - 8));
  const look = {
    top: keepInView(0, index, height, offered.length),
    height,
    columns: columns - BORDER,
    glyphs,
    selected: index,
  };
  const rows = listLines(offered, look, (filter) => [
    seg(fit(clean(filter.name), NAME_COLUMNS), "strong"),
    seg(` ${clean(filter.text)}`, "accent"),
  ]);
  const naming: Line = name
    ? [seg("  name ", "key"), ...fieldLine(name, columns - 12, true, "of the filter in view")]
    : line(
      model.filterText === ""
        ? "  Set a filter with /, then s here keeps it."
        : `  s keeps ${clean(model.filterText)}`,
      "dim",
    );
  const content = [...(offered.length > 0 ? rows : [line("  No filter is kept yet.", "dim")]), EMPTY, naming];
  return pane(content, columns, content.length + BORDER, glyphs, { title: "Filters", focused: true });
}

/** In an empty table. */
export function noteLines(model: RunsModel): readonly Line[] {
  if (model.state === "failed") {
    return [
      line("  The store cannot be read.", "error"),
      line(`  ${clean(sentenceOf(model.failure))}`, "dim"),
    ];
  }
  if (model.state === "loading" || model.restarting) return [line("  Loading runs…", "dim")];
  return [line("  No run passes this filter.", "text"), EMPTY, line("  esc clears it, / changes it.", "dim")];
}
