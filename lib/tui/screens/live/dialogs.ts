import { type Approval, budgetUsdOf, pendingApproval } from "../../../analysis/mod.ts";
import { escapeText, type RaisableLimit, tryParseExactJson } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { costOf, money } from "../../../present/mod.ts";
import { EMPTY, fitLine, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { fieldLine } from "../../draw/text_field.ts";
import { clean, cut, fit } from "../../terminal/text.ts";
import { docOf, textPart } from "../../trace/doc.ts";
import type { LiveModel } from "./model.ts";

const DIALOG_COLUMNS_MAX = 76;
const ARGUMENT_ROWS_MAX = 14;
const NAME_COLUMNS_MAX = 18;
const PARSE_LENGTH_MAX = 200_000;

/** May the tool run? With the exact arguments. */
export function approvalDialog(model: LiveModel, env: Env): readonly Line[] | undefined {
  const approval = model.trace && pendingApproval(model.trace);
  if (!approval) return undefined;
  const { columns, doc, height } = shownArguments(approval, env);
  const top = Math.min(model.approval!.top, Math.max(0, doc.rows - height));
  const [tool, agent] = [approval.tool, approval.agent].map((name) => cut(clean(name), NAME_COLUMNS_MAX));
  const choice = (key: string, text: string): Line => [seg(`  ${fit(key, 5)}`, "key"), seg(text)];
  const content: Line[] = [
    EMPTY,
    [seg(` ${agent} wants to use `, "text"), seg(tool!, "strong"), seg(":")],
    [seg(`   ${clean(approval.summary)}`, "tool")],
    EMPTY,
    ...Array.from({ length: height }, (_, at): Line => [seg("   ", "dim"), ...doc.line(top + at)]),
    doc.rows > height
      ? line(`   ${env.glyphs.down} ${doc.rows - top - height} more lines: j k scroll`, "dim")
      : EMPTY,
    choice("y", "yes, this once"),
    choice("A", `always in this run of ${agent}: every call of ${tool}`),
    choice("n", "no; the model is told"),
    choice("esc", "later"),
  ];
  return box("Approve?", content, columns, env);
}

/** How the arguments of a question are laid out: rows in all, and those in view. */
export function shownArguments(approval: Approval, env: Env) {
  const columns = Math.min(DIALOG_COLUMNS_MAX, env.size.columns - 4);
  const doc = docOf([textPart(exactText(approval.arguments))], {
    columns: columns - BORDER - 4,
    glyphs: env.glyphs,
    prefix: "",
    folds: new Map(),
    needle: "",
  });
  return { columns, doc, height: Math.max(1, Math.min(doc.rows, ARGUMENT_ROWS_MAX, env.size.rows - 10)) };
}

/** JSON as it will be handed over, laid out; what a row would show as something wider is spelled out first, so that none is cut. */
function exactText(value: unknown): string {
  const inner = typeof value === "string" && /^\s*[[{]/.test(value) && value.length <= PARSE_LENGTH_MAX
    ? tryParseExactJson(value) ?? value
    : value;
  return escapeText(typeof inner === "string" ? inner : JSON.stringify(inner, null, 2) ?? "", {
    multiline: true,
  });
}

/** How much may the run cost? */
export function budgetDialog(model: LiveModel, env: Env): readonly Line[] | undefined {
  if (!model.typing || !model.trace) return undefined;
  const columns = Math.min(52, env.size.columns - 4);
  const { run } = model.trace;
  const now = budgetUsdOf(run);
  return box(
    "Budget",
    [
      EMPTY,
      [seg("  used    ", "dim"), seg(costOf(run.totals), "strong")],
      [seg("  so far  ", "dim"), seg(now === undefined ? "no budget" : `at most ${money(now)}`)],
      [
        seg("  new     ", "key"),
        seg("$ ", "dim"),
        ...fieldLine(model.typing.field, columns - 16, true, "0.05"),
      ],
      EMPTY,
      line("  Before a call that could cost more, the run stops.", "dim"),
      EMPTY,
    ],
    columns,
    env,
  );
}

const LIMITS: Readonly<Record<RaisableLimit, readonly [title: string, unit: string]>> = {
  maxSteps: ["Steps", "steps"],
  budgetUsd: ["Budget", "USD"],
  timeoutSeconds: ["Time", "s from now"],
  maxRepeats: ["Repeats", "equal calls"],
};

/** Under which limit does the run go on? */
export function limitDialog(model: LiveModel, env: Env): readonly Line[] | undefined {
  const { typing, trace } = model;
  if (!typing?.limit || !trace) return undefined;
  const columns = Math.min(60, env.size.columns - 4);
  const [title, unit] = LIMITS[typing.limit];
  return box(
    title,
    [
      EMPTY,
      line(`  ${cut(clean(trace.run.error?.message ?? ""), columns - 6)}`, "dim"),
      [seg("  go on with  ", "key"), ...fieldLine(typing.field, columns - 30, true), seg(` ${unit}`, "dim")],
      EMPTY,
    ],
    columns,
    env,
  );
}

function box(title: string, content: readonly Line[], columns: number, env: Env): readonly Line[] {
  return pane(
    content.map((row) => fitLine(row, columns - BORDER)),
    columns,
    content.length + BORDER,
    env.glyphs,
    { title, focused: true },
  );
}
