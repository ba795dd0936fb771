import { createHash } from "node:crypto";
import { escapeText, oneLine } from "../../core/mod.ts";
import { STYLE } from "./style.ts";

/** Joins emoji to one picture. Anywhere else it hides in text. */
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})/u;

/**
 * Text from outside as text of a page, in elements and in quoted attributes. What would hide or reorder text is shown as
 * `\u202e`.
 */
export function html(text: string): string {
  return text.split(EMOJI_JOINER).map((piece) => escapeText(piece, { multiline: true })).join("\u200d")
    .replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Nothing is loaded, nothing is executed, nothing is sent; of styles only the page's own, named by its hash. */
const POLICY = `default-src 'none'; style-src 'sha256-${
  createHash("sha256").update(STYLE).digest("base64")
}'; base-uri 'none'; form-action 'none'`;

const TITLE_MAX_CHARS = 60;

export interface PageParts {
  readonly title: string;
  /** Escaped, as all that follows; nothing else may stand in it than what this program wrote. */
  readonly header: string;
  /** Empty ones are left out. */
  readonly sections: readonly Section[];
  readonly footer: string;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

/** A whole page, with links to its sections. */
export function page({ title, header, sections, footer }: PageParts): string {
  const shown = sections.filter(({ body }) => body !== "");
  const links = shown.map(({ id, title }) => `<li><a href="#${id}">${html(title)}</a></li>`).join("");
  const bodies = shown.map(({ id, title, body }) =>
    `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${
      html(title)
    }</h2>\n${body}\n</section>`
  );
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${html(oneLine(title, TITLE_MAX_CHARS))}</title><style>${STYLE}</style></head>
<body><main>
<header>
${header}
<nav aria-label="On this page"><ul>${links}</ul></nav>
</header>
${bodies.join("\n")}
</main>
<footer><p>${footer}</p><p>This page loads nothing, runs nothing and sends nothing.</p></footer>
</body></html>
`;
}

/** `label`, value, note as tiles. All but the labels must be escaped. */
export function tiles(rows: readonly (readonly [label: string, value: string, note?: string])[]): string {
  return `<dl class="tiles">${
    rows.map(([label, value, note]) =>
      `<div><dt>${html(label)}</dt><dd>${value}${note ? `<small>${note}</small>` : ""}</dd></div>`
    ).join("")
  }</dl>`;
}

/** Columns with a heading; `wide` ones take the room, `number` ones stand to the right. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "number";
}

/** A table that scrolls inside itself where it is too wide. Cells must be escaped. */
export function htmlTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  options: { readonly foot?: readonly string[] } = {},
): string {
  const classOf = (index: number) => columns[index]?.align === "number" ? ' class="num"' : "";
  const cells = (row: readonly string[]) =>
    row.map((cell, index) =>
      index === 0 ? `<th scope="row">${cell}</th>` : `<td${classOf(index)}>${cell}</td>`
    ).join("");
  const head = columns.map(({ title }, index) => `<th scope="col"${classOf(index)}>${html(title)}</th>`).join(
    "",
  );
  const foot = options.foot ? `<tfoot><tr>${cells(options.foot)}</tr></tfoot>` : "";
  return `<div class="scroll" role="group" aria-label="${
    html(caption)
  }" tabindex="0"><table><caption class="unseen">${
    html(caption)
  }</caption><thead><tr>${head}</tr></thead><tbody>${
    rows.map((row) => `<tr>${cells(row)}</tr>`).join("")
  }</tbody>${foot}</table></div>`;
}

/** Something to open. `bulk`: stays closed on paper. All must be escaped. */
export function fold(summary: string, body: string, options: { readonly bulk?: boolean } = {}): string {
  return `<details class="fold${
    options.bulk ? " bulk" : ""
  }"><summary>${summary}</summary><div class="in">${body}</div></details>`;
}
