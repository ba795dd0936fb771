import { createHash } from "node:crypto";
import { oneLine } from "../../core/mod.ts";
import { type Content, joined, type Markup, markup, trusted } from "./markup.ts";
import { STYLE } from "./style.ts";

/** Nothing is loaded, nothing is executed, nothing is sent; of styles only the page's own, named by its hash. */
const POLICY = trusted(
  `default-src 'none'; style-src 'sha256-${
    createHash("sha256").update(STYLE).digest("base64")
  }'; base-uri 'none'; form-action 'none'; sandbox`,
);

const TITLE_MAX_CHARS = 60;

export interface PageParts {
  readonly title: string;
  readonly header: Content;
  /** Empty ones are left out. */
  readonly sections: readonly Section[];
  readonly footer: Content;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** A whole page, with links to its sections. */
export function page({ title, header, sections, footer }: PageParts): string {
  const shown = sections.filter(({ body }) => !body.isEmpty);
  const links = shown.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  const bodies = shown.map(({ id, title, body }) =>
    markup`<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${title}</h2>\n${body}\n</section>`
  );
  return String(markup`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${oneLine(title, TITLE_MAX_CHARS)}</title><style>${trusted(STYLE)}</style></head>
<body><main>
<header>
${header}
<nav aria-label="On this page"><ul>${links}</ul></nav>
</header>
${joined(bodies, "\n")}
</main>
<footer><p>${footer}</p><p>This page loads nothing, runs nothing and sends nothing.</p></footer>
</body></html>
`);
}

/** `label`, value, note as tiles. */
export function tiles(
  rows: readonly (readonly [label: string, value: Content, note?: Markup | string])[],
): Markup {
  const items = rows.map(([label, value, note]) => {
    const small = note === undefined || String(note) === "" ? "" : markup`<small>${note}</small>`;
    return markup`<div><dt>${label}</dt><dd>${value}${small}</dd></div>`;
  });
  return markup`<dl class="tiles">${items}</dl>`;
}

/** Columns with a heading; `wide` ones take the room, `number` ones stand to the right. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "number";
}

/** A table that scrolls inside itself where it is too wide. */
export function htmlTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
  options: { readonly foot?: readonly Content[] } = {},
): Markup {
  const classOf = (index: number) => columns[index]?.align === "number" ? markup` class="num"` : "";
  const cells = (row: readonly Content[]) =>
    row.map((cell, index) =>
      index === 0 ? markup`<th scope="row">${cell}</th>` : markup`<td${classOf(index)}>${cell}</td>`
    );
  const head = columns.map(({ title }, index) => markup`<th scope="col"${classOf(index)}>${title}</th>`);
  const foot = options.foot ? markup`<tfoot><tr>${cells(options.foot)}</tr></tfoot>` : "";
  return markup`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table><caption class="unseen">${caption}</caption><thead><tr>${head}</tr></thead><tbody>${
    rows.map((row) => markup`<tr>${cells(row)}</tr>`)
  }</tbody>${foot}</table></div>`;
}

/** Something to open. `bulk`: stays closed on paper. */
export function fold(summary: Content, body: Content, options: { readonly bulk?: boolean } = {}): Markup {
  return markup`<details class="fold${
    options.bulk ? " bulk" : ""
  }"><summary>${summary}</summary><div class="in">${body}</div></details>`;
}
