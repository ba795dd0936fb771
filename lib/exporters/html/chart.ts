import type { Columns, Row } from "../../core/mod.ts";
import { grouped } from "../../present/mod.ts";
import { markup, trusted } from "./markup.ts";
import { fold, page } from "./page.ts";
import { pageFooter } from "./run.ts";
import { rowsTable } from "./table.ts";

const ROWS_MAX = 2_000;

/** A chart as SVG for both grounds, and its numbers. */
export interface ChartPageData {
  readonly title: string;
  readonly subtitle: string;
  readonly columns: Columns;
  readonly rows: readonly Row[];
  /** SVG that this program drew. */
  readonly light: string;
  readonly dark: string;
  readonly nowMs: number;
  /** Whose times the page shows: an IANA name, which it says. */
  readonly timeZone: string;
}

/** One self-contained page of a chart, light or dark as the reader has it, with its numbers as a table. */
export function chartPage({ title, subtitle, columns, rows, light, dark, ...when }: ChartPageData): string {
  const table = rowsTable({
    caption: "the numbers of the chart",
    columns,
    names: Object.keys(columns),
    rows: rows.slice(0, ROWS_MAX),
  });
  const more = rows.length > ROWS_MAX
    ? markup`<p class="cut">… and ${grouped(rows.length - ROWS_MAX)} more</p>`
    : "";
  return page({
    title,
    header:
      markup`<p class="brand"><b>AgentOp Studio</b> · chart</p><div class="title"><h1>${title}</h1></div><p class="meta"><span>${subtitle}</span></p>`,
    sections: [{
      id: "chart",
      title: "Chart",
      body: markup`<div class="card chart"><div class="on-light">${
        trusted(light)
      }</div><div class="on-dark">${trusted(dark)}</div></div>${
        fold(`The numbers: ${grouped(rows.length)} rows`, [table, more], { bulk: true })
      }`,
    }],
    footer: pageFooter(when),
  });
}
