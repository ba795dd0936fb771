import { type MarkdownBlock, markdownBlocks, type MarkdownText } from "../../present/mod.ts";
import { html, htmlTable } from "./page.ts";

/**
 * Markdown as a page shows it. Links show where they point and lead nowhere, images are not loaded, and headings are no headings
 * of the page: none of it is ours.
 */
export function markdown(text: string): string {
  const blocks = markdownBlocks(text.replaceAll("\r", "").split("\n"));
  const out: string[] = [];
  for (let at = 0; at < blocks.length;) {
    const end = endOfGroup(blocks, at);
    out.push(groupHtml(blocks.slice(at, end)));
    at = end;
  }
  return `<div class="prose" dir="auto">${out.join("")}</div>`;
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

function groupHtml(group: readonly MarkdownBlock[]): string {
  const first = group[0]!;
  switch (first.kind) {
    case "blank":
      return "";
    case "rule":
      return "<hr>";
    case "heading":
      return `<p class="h h${first.level}">${inline(first.text)}</p>`;
    case "code": {
      const label = first.info === "" ? "" : `<span class="dim">${html(first.info)}</span>\n`;
      return `<pre>${label}<code>${html(first.rows.join("\n"))}</code></pre>`;
    }
    case "table":
      return tableHtml(first);
    case "item":
      return listHtml(group, first);
    // Line breaks stay: in an answer they are meant more often than not.
    case "quote":
      return `<blockquote>${rowsHtml(group)}</blockquote>`;
    case "row":
      return `<p>${rowsHtml(group)}</p>`;
  }
}

function rowsHtml(group: readonly MarkdownBlock[]): string {
  return group.map((block) => "text" in block ? inline(block.text) : "").join("<br>");
}

/** A deeper item is part of the one before it: nothing is lost but the indent. */
function listHtml(group: readonly MarkdownBlock[], first: Item): string {
  const items: string[] = [];
  for (const block of group) {
    if (block.kind === "item" && isNumbered(block) === isNumbered(first)) items.push(itemText(block));
    else if (block.kind === "item") items[items.length - 1] += `<br>• ${itemText(block)}`;
    else if (block.kind === "row") items[items.length - 1] += `<br>${inline(block.text)}`;
  }
  const body = items.map((item) => `<li>${item}</li>`).join("");
  if (first.number === undefined) return `<ul>${body}</ul>`;
  return `<ol${first.number === "1" ? "" : ` start="${Number(first.number)}"`}>${body}</ol>`;
}

function itemText({ isDone, text }: Item): string {
  return (isDone === undefined ? "" : isDone ? "☑ " : "☐ ") + inline(text);
}

function tableHtml({ head, isRight, rows }: Extract<MarkdownBlock, { kind: "table" }>): string {
  const columns = head.map((title, at) => ({
    title: title.map((span) => span.text).join(""),
    ...(isRight[at] ? { align: "number" as const } : {}),
  }));
  return htmlTable("table of the answer", columns, rows.map((row) => row.map(inline)));
}

const TAGS = { code: "code", strong: "strong", italic: "em", struck: "s", link: "u" } as const;

function inline(text: MarkdownText): string {
  return text.map(({ style, text, url }) => {
    if (style === "text") return html(text);
    const tag = TAGS[style];
    return `<${tag}>${html(text)}</${tag}>` +
      (url === undefined ? "" : ` <span class="dim">(${html(url)})</span>`);
  }).join("");
}
