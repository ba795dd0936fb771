import { plural } from "../../../present/mod.ts";
import type { Actions } from "../../contract/handlers.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { clamp, keepInView } from "../../draw/scroll.ts";
import { fit } from "../../terminal/text.ts";
import { listLines } from "../../widgets/list.ts";
import { chosen } from "./bulk.ts";
import { COLUMN_NAMES, menuOf, shifted, switched } from "./columns.ts";
import { filtersBox } from "./filter_view.ts";
import type { RunsModel } from "./model.ts";

const MENU_COLUMNS = 46;
const EXPORT_COLUMNS = 80;
const FORMATS = [
  ["h", "page", "HTML: steps, waterfall, receipt; of two runs their difference"],
  ["c", "CSV", "a row per run"],
  ["j", "JSONL", "a row per run"],
  ["p", "Parquet", "a row per run"],
  ["s", "SQLite", "everything about them, for sqlite3 and DuckDB"],
] as const;

/** In the list of columns. */
export const MENU_ACTIONS: Actions<RunsModel> = {
  columns: (model) => [{ ...model, menu: menuOf(model.columns) }, []],
  columns_close: (model) => [withoutMenu(model), []],
  columns_down: (model) => [walked(model, 1), []],
  columns_up: (model) => [walked(model, -1), []],
  columns_switch: (model) => [
    model.menu ? { ...model, columns: switched(model.menu, model.columns) } : model,
    [],
  ],
  columns_later: (model) => [moved(model, 1), []],
  columns_sooner: (model) => [moved(model, -1), []],
  columns_reset: (model) => [{ ...model, columns: COLUMN_NAMES, menu: menuOf(COLUMN_NAMES) }, []],
};

function withoutMenu(model: RunsModel): RunsModel {
  const { menu: _, ...rest } = model;
  return rest;
}

function walked(model: RunsModel, step: 1 | -1): RunsModel {
  const { menu } = model;
  if (!menu) return model;
  return { ...model, menu: { ...menu, index: clamp(menu.index + step, 0, menu.order.length - 1) } };
}

function moved(model: RunsModel, step: 1 | -1): RunsModel {
  if (!model.menu) return model;
  const { menu, choice } = shifted(model.menu, model.columns, step);
  return { ...model, menu, columns: choice };
}

/** What is asked over the list, if anything. */
export function dialogOver(model: RunsModel, env: Env): readonly Line[] | undefined {
  if (model.menu) return columnsBox(model, model.menu, env);
  if (model.filters) return filtersBox(model, env);
  return model.isExporting ? exportBox(model, env) : undefined;
}

function columnsBox(
  model: RunsModel,
  { order, index }: NonNullable<RunsModel["menu"]>,
  { size, glyphs }: Env,
): readonly Line[] {
  const columns = Math.min(MENU_COLUMNS, size.columns - 2);
  const height = Math.max(1, Math.min(order.length, size.rows - 6));
  const top = keepInView(0, index, height, order.length);
  const look = { top, height, columns: columns - BORDER, glyphs, selected: index };
  const rows = listLines(order, look, (name) => {
    const isShown = model.columns.includes(name);
    return [seg(isShown ? "[x] " : "[ ] ", isShown ? "ok" : "dim"), seg(name, isShown ? "text" : "dim")];
  });
  const content = [
    ...rows,
    EMPTY,
    line(" As many are shown as fit, left to right.", "dim"),
  ];
  return pane(content, columns, content.length + BORDER, glyphs, {
    title: "Columns",
    focused: true,
    foot: line("space on/off  J K move  0 as it was", "dim"),
  });
}

function exportBox(model: RunsModel, { size, glyphs }: Env): readonly Line[] {
  const columns = Math.min(EXPORT_COLUMNS, size.columns - 2);
  const content: Line[] = [
    EMPTY,
    ...FORMATS.map(([key, name, about]): Line => [
      seg(`  ${fit(key, 3)}`, "key"),
      seg(fit(name, 9)),
      seg(about, "dim"),
    ]),
    EMPTY,
    line("  The file is written where the workbench was started.", "dim"),
  ];
  return pane(content, columns, content.length + BORDER, glyphs, {
    title: `Export ${plural(chosen(model).length, "run")}`,
    focused: true,
  });
}
