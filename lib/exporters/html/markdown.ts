import { type MarkdownBlock, markdownBlocks, type MarkdownText } from "../../present/mod.ts";
import { type Content, joined, type Markup, markup, NOTHING } from "./markup.ts";
import { htmlTable } from "./page.ts";

/**
 * Markdown as a page shows it. Links show where they point and lead nowhere, images are not loaded, and headings are no headings
 * of the page: none of it is ours.
 */
export function markdown(text: string): Markup {
  const blocks = markdownBlocks(text.replaceAll("\r", "").split("\n"));
  const out: Markup[] = [];
  for (let at = 0; at < blocks.length;) {
    const end = endOfGroup(blocks, at);
    out.push(groupHtml(blocks.slice(at, end)));
    at = end;
  }
  return markup`<div class="prose" dir="auto">${out}</div>`;
}

/** Rows of one paragraph, quote or list belong together. */
function endOfGroup(blocks: readonly MarkdownBlock[], from: number): number {
  const first = blocks[from]!;
  const goesOn = (block: MarkdownBlock): boolean => {
    switch (first.kind) {
      case "row":
      case "quote":
        return block.kind === first.kind;
      case "item":
        if (block.kind === "row") return block.isIndented;
        return block.kind === "item" && (block.indent > 0 || isNumbered(block) === isNumbered(first));
      default:
        return false;
    }
  };
  let end = from + 1;
  while (end < blocks.length && goesOn(blocks[end]!)) end++;
  return end;
}

type Item = Extract<MarkdownBlock, { kind: "item" }>;
const isNumbered = (item: Item) => item.number !== undefined;

function groupHtml(group: readonly MarkdownBlock[]): Markup {
  const first = group[0]!;
  switch (first.kind) {
    case "blank":
      return NOTHING;
    case "rule":
      return markup`<hr>`;
    case "heading":
      return markup`<p class="h h${first.level}">${inline(first.text)}</p>`;
    case "code": {
      const label = first.info === "" ? "" : markup`<span class="dim">${first.info}</span>\n`;
      return markup`<pre>${label}<code>${first.rows.join("\n")}</code></pre>`;
    }
    case "table":
      return tableHtml(first);
    case "item":
      return listHtml(group, first);
    // Line breaks stay: in an answer they are meant more often than not.
    case "quote":
      return markup`<blockquote>${rowsHtml(group)}</blockquote>`;
    case "row":
      return markup`<p>${rowsHtml(group)}</p>`;
  }
}

function rowsHtml(group: readonly MarkdownBlock[]): Markup {
  return joined(group.map((block) => "text" in block ? inline(block.text) : ""), markup`<br>`);
}

/** A deeper item is part of the one before it: nothing is lost but the indent. */
function listHtml(group: readonly MarkdownBlock[], first: Item): Markup {
  const items: Content[][] = [];
  for (const block of group) {
    if (block.kind === "item" && isNumbered(block) === isNumbered(first)) items.push([itemText(block)]);
    else if (block.kind === "item") items.at(-1)!.push(markup`<br>• ${itemText(block)}`);
    else if (block.kind === "row") items.at(-1)!.push(markup`<br>${inline(block.text)}`);
  }
  const body = items.map((item) => markup`<li>${item}</li>`);
  if (first.number === undefined) return markup`<ul>${body}</ul>`;
  return markup`<ol${first.number === "1" ? "" : markup` start="${Number(first.number)}"`}>${body}</ol>`;
}

function itemText({ isDone, text }: Item): Markup {
  return markup`${isDone === undefined ? "" : isDone ? "☑ " : "☐ "}${inline(text)}`;
}

function tableHtml({ head, isRight, rows }: Extract<MarkdownBlock, { kind: "table" }>): Markup {
  const columns = head.map((title, at) => ({
    title: title.map((span) => span.text).join(""),
    ...(isRight[at] ? { align: "number" as const } : {}),
  }));
  return htmlTable("table of the answer", columns, rows.map((row) => row.map(inline)));
}

const TAGS = { code: "code", strong: "strong", italic: "em", struck: "s", link: "u" } as const;

function inline(text: MarkdownText): Markup {
  return markup`${
    text.map(({ style, text, url }) => {
      if (style === "text") return text;
      const tag = TAGS[style];
      return markup`<${tag}>${text}</${tag}>${
        url === undefined ? "" : markup` <span class="dim">(${url})</span>`
      }`;
    })
  }`;
}
