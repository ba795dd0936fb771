// Pieces of the pages for whoever shows them among other things, such as a notebook: each brings its own look, and changes
// nothing around it.
import type { MemoryStep } from "../../analysis/mod.ts";
import { shortRunId, type StoredMessage, type Trace } from "../../core/mod.ts";
import { chatFragment } from "./chat.ts";
import { diffFragment, type DiffPageData } from "./diff.ts";
import { memoryFragment } from "./memory.ts";
import { type Content, type Markup, markup, trusted } from "./markup.ts";
import { receiptSection } from "./receipt.ts";
import { cutNotice, FRAGMENT_MAX_CHARS, runFragment, type RunPageData } from "./run.ts";
import { stepsBody } from "./steps.ts";
import { BASE, DARK, LIGHT, STEPS } from "./style.ts";
import { rowsTable, type TableParts } from "./table.ts";
import { PageText } from "./text.ts";

export { chartPage, type ChartPageData } from "./chart.ts";
export { cellText, columnTitle, isRunId, type TableParts } from "./table.ts";

/** What only stands among other things. */
const FRAGMENT = `
&{color:var(--fg);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;background:none;padding:.1rem 0}
h1{font-size:1.25rem}h1,h2,h3,h4,tr,td,th{line-height:1.5}h3{margin:1rem 0 .4rem}.what{margin:0}dt,dd{float:none;width:auto;clear:none}.tiles{margin:.7rem 0}.heads{position:static}.note{color:var(--dim);font-size:.85rem;margin:.35rem 0 0}
table{width:auto;max-width:100%;margin:0}thead th{position:static;background:none}tr,tbody tr:nth-child(odd),tbody tr:hover{background:none}td,th{max-width:30rem;border-left:0;border-right:0;border-top:0}:is(td,th) a>code{white-space:nowrap}.facts>a:only-child{display:none}
.chat>li{border-left:3px solid var(--line);padding:.15rem 0 .3rem .8rem;margin:.5rem 0}.chat>.user{border-color:var(--llm)}.chat>.assistant{border-color:var(--ok)}.chat>.tool{border-color:var(--tool)}
.who{margin-bottom:.2rem}.card,.box{margin:.5rem 0}`;

/** Stands above what front ends say of tables, lists and code in outputs. */
const OWN = ".agentop".repeat(4);

/** The rules apply inside the fragment alone; colours follow the front end where it says, else the system. */
function lookOf(pieces: string): string {
  const dark = `&{${DARK}}`;
  return `${OWN}{&{${LIGHT}}@media (prefers-color-scheme:dark){${dark}}` +
    `[data-jp-theme-light=true] &,.vscode-light &{${LIGHT}}[data-jp-theme-light=false] &,.vscode-dark &{${DARK}}` +
    `${pieces}${FRAGMENT}}`;
}

const SMALL = lookOf(BASE);
const FULL = lookOf(BASE + STEPS);

function fragment(look: string, body: Content, id?: string): string {
  const anchor = id === undefined ? "" : markup` id="${id}"`;
  return String(markup`<div class="agentop"${anchor}><style>${trusted(look)}</style>${body}</div>`);
}

/** Anchors within a run, so that two runs can stand in one document. Quotes in texts are escaped: only ours are found. */
function ownAnchors(body: Markup, prefix: string): Markup {
  const own = anchorOf(prefix);
  return trusted(
    String(body).replace(/ (id="|href="#)((?:step|span)-)/g, (_, before, name) => ` ${before}${own}-${name}`),
  );
}

function anchorOf(text: string): string {
  return text.replace(/[^\w-]/g, "");
}

/** A table, with what is to be known of it below. */
export function tableHtml(parts: TableParts & { readonly note: string }): string {
  const note = parts.note === "" ? "" : markup`<p class="note">${parts.note}</p>`;
  return fragment(SMALL, [rowsTable(parts), note]);
}

/** Several tables under what they are about, each with its caption above it. */
export function tablesHtml(
  lead: readonly string[],
  tables: readonly (TableParts & { readonly note: string })[],
): string {
  const [title = "", ...notes] = lead;
  return fragment(SMALL, [
    markup`<p><b>${title}</b></p>`,
    ...notes.map((it) => markup`<p class="note">${it}</p>`),
    ...tables.map((parts) => [
      markup`<h3>${parts.caption}</h3>`,
      rowsTable(parts),
      parts.note === "" ? "" : markup`<p class="note">${parts.note}</p>`,
    ]).flat(),
  ]);
}

/** Words in place of what is not there. */
export function noteHtml(words: string): string {
  return fragment(SMALL, markup`<p class="notice">${words}</p>`);
}

/** A run: what it was, its answer, its steps as a waterfall. `id="run-…"` is where links to it lead. */
export function runHtml(data: RunPageData): string {
  const id = anchorOf(`run-${data.trace.run.runId}`);
  return fragment(FULL, ownAnchors(runFragment(data), id), id);
}

/** One step of a run, opened. */
export function stepHtml(
  { trace, handedTo, nowMs }: Pick<RunPageData, "trace" | "handedTo" | "nowMs">,
  step: number,
): string {
  const text = new PageText({ maxChars: FRAGMENT_MAX_CHARS });
  const body = stepsBody(trace, handedTo, text, nowMs, { only: step });
  const cut = cutNotice(text, `agentop show ${shortRunId(trace.run.runId)} --json`);
  return fragment(FULL, [ownAnchors(body, `run-${trace.run.runId}-only`), cut]);
}

/** What differs between two runs, with words of one's own above it. */
export async function diffHtml(data: DiffPageData, lead: string = ""): Promise<string> {
  const body = ownAnchors(await diffFragment(data), `diff-${data.diff.left}-${data.diff.right}`);
  return fragment(FULL, [lead === "" ? "" : markup`<p class="note">${lead}</p>`, body]);
}

/** How the cost of a run came about. */
export function receiptHtml(trace: Trace): string {
  const body = receiptSection(trace);
  return fragment(
    FULL,
    body.isEmpty
      ? markup`<p class="notice">No call of this run was billed.</p>`
      : ownAnchors(body, `run-${trace.run.runId}`),
  );
}

/** What changed in an agent's memory, step by step. */
export async function memoryHtml(steps: readonly MemoryStep[]): Promise<string> {
  return fragment(FULL, await memoryFragment(steps, new PageText({ maxChars: FRAGMENT_MAX_CHARS })));
}

/** A conversation. */
export function chatHtml(messages: readonly StoredMessage[]): string {
  return fragment(FULL, chatFragment(messages, new PageText({ maxChars: FRAGMENT_MAX_CHARS })));
}
