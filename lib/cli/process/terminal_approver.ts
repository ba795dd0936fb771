import { type ApprovalAnswer, type ApprovalRequest, type Approver, refuseAll } from "../../agent/mod.ts";
import { escapeText, jsonText, oneLine } from "../../core/mod.ts";
import { lines, plural, wrap } from "../../present/mod.ts";
import { writeAll } from "../context.ts";
import { HeldOutput } from "./held_output.ts";
import { type KeyTerminal, openKeyTerminal } from "./terminal_keys.ts";

const NAME_MAX_CHARS = 80;
const SUMMARY_MAX_CHARS = 1000;
/** Of a page, for what stands around the arguments. */
const ROWS_AROUND = 6;
const ROWS_MIN = 5;
const INDENT = "  ";
/** Where a line is cut before it is measured, which takes longer than its length says. */
const PIECES = /.{1,1000}/gsu;
const CLEAR_ROW = "\r\x1b[K";
const MORE_KEYS = " e";
const ALLOWING_KEYS = "yYa";
/** The last is ctrl-d. */
const REFUSING_KEYS = "nN\x04";
const ANSWER_KEYS = ALLOWING_KEYS + REFUSING_KEYS;

/**
 * Asks at the terminal that the program was started from, also when the prompt came through a pipe; without one nothing is
 * allowed, and the model is told. One question at a time, while which `output` waits.
 */
export function approverOf(output: HeldOutput = new HeldOutput()): Approver {
  const write = (text: string) => writeAll(Deno.stderr, text);
  let terminal: Promise<KeyTerminal | undefined> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  return (request, signal) => {
    const answer = turn.then(async () => {
      signal.throwIfAborted();
      const found = await (terminal ??= openKeyTerminal(write));
      if (!found) return await refuseAll(request, signal);
      return await output.during(() => ask(found, request, signal));
    });
    turn = answer.catch(() => {});
    return answer;
  };
}

/** Shows the arguments whole, a page at a time; they can be allowed only once all of them were shown. */
async function ask(
  terminal: KeyTerminal,
  request: ApprovalRequest,
  signal: AbortSignal,
): Promise<ApprovalAnswer> {
  const rows = argumentRows(request, terminal.columns);
  const pageRows = Math.max(ROWS_MIN, terminal.rows - ROWS_AROUND);
  let shown = Math.min(rows.length, pageRows);
  let text = `\n${[...heading(request, terminal.columns), ...rows.slice(0, shown)].join("\n")}\n`;
  while (shown < rows.length) {
    const key = await terminal.key(text + pager(rows.length - shown), MORE_KEYS + REFUSING_KEYS, signal);
    if (key !== " " && key !== "e") return await answered(terminal, key);
    const to = key === "e" ? rows.length : Math.min(rows.length, shown + pageRows);
    text = `${CLEAR_ROW}${rows.slice(shown, to).join("\n")}\n`;
    shown = to;
  }
  return await answered(terminal, await terminal.key(text + question(request), ANSWER_KEYS, signal));
}

async function answered(terminal: KeyTerminal, key: string | undefined): Promise<ApprovalAnswer> {
  const by = "terminal";
  const isAllowed = key !== undefined && ALLOWING_KEYS.includes(key);
  const always = key === "a";
  await terminal.print(`${!isAllowed ? "no" : always ? "always" : "yes"}\n`);
  if (isAllowed) return { decision: "allow", by, ...(always ? { always } : {}) };
  const reason = key === undefined
    ? "nobody answered at the terminal"
    : "the person at the terminal refused it";
  return { decision: "deny", by, reason };
}

function heading({ agent, summary, permissions }: ApprovalRequest, columns: number): readonly string[] {
  const touches = [
    ...permissions.read.map((it) => `reads ${it}`),
    ...permissions.write.map((it) => `writes ${it}`),
    ...permissions.net.map((it) => `reaches ${it}`),
    ...(permissions.run ? ["runs code"] : []),
  ];
  const asks = `${oneLine(agent, NAME_MAX_CHARS)} wants to call ${oneLine(summary, SUMMARY_MAX_CHARS)}`;
  return [
    ...wrap(escapeText(asks), columns),
    ...(touches.length > 0 ? wrap(`${INDENT}it ${escapeText(touches.join(", "))}`, columns) : []),
  ];
}

function argumentRows({ arguments: given }: ApprovalRequest, columns: number): readonly string[] {
  const json = typeof given === "string" ? jsonText(given) : JSON.stringify(given, null, 2) ?? "";
  return lines(json).flatMap((line) => line.match(PIECES) ?? [""])
    .flatMap((piece) => wrap(piece, columns - INDENT.length)).map((row) => INDENT + row);
}

function question({ toolName, agent }: ApprovalRequest): string {
  const [tool, whose] = [toolName, agent].map((it) => escapeText(oneLine(it, NAME_MAX_CHARS)));
  return `Allow it? y yes · n no · a always: every call of ${tool} in this run of ${whose} `;
}

function pager(more: number): string {
  return `${plural(more, "more row")}: space shows them, e all of them · n no `;
}
