import { type Approval, budgetUsdNow } from "../../../analysis/mod.ts";
import { type RaisableLimit, scopeValue } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { costOf, money } from "../../../present/mod.ts";
import { EMPTY, fitLine, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { fieldLine } from "../../draw/text_field.ts";
import { clean, cut } from "../../terminal/text.ts";
import { askedQuestion, askedTargets, openQuestions, shownArguments } from "./asked.ts";
import type { LiveModel } from "./model.ts";

const NAME_COLUMNS_MAX = 18;

/** May the tool run? With what it touches and the exact arguments. */
export function approvalDialog(model: LiveModel, env: Env): readonly Line[] | undefined {
  const approval = askedQuestion(model);
  if (model.approval?.reason && !approval) return goneDialog(env);
  if (!approval || !model.approval || !model.trace) return undefined;
  const { columns, doc, height } = shownArguments(model, approval, env);
  const top = Math.min(model.approval.top, Math.max(0, doc.rows - height));
  const [tool, agent] = [approval.tool, approval.agent].map((name) => cut(clean(name), NAME_COLUMNS_MAX));
  const content: Line[] = [
    EMPTY,
    [
      seg(` ${agent} wants to use `, "text"),
      seg(tool!, "strong"),
      seg(model.approval.edited ? ", with your arguments:" : ":", model.approval.edited ? "warn" : "text"),
    ],
    // It is made of the model's arguments.
    model.approval.edited ? EMPTY : [seg(`   ${clean(approval.summary)}`, "tool")],
    EMPTY,
    ...Array.from({ length: height }, (_, at): Line => [seg("   ", "dim"), ...doc.line(top + at)]),
    doc.rows > height
      ? line(`   ${env.glyphs.down} ${doc.rows - top - height} more lines: j k scroll`, "dim")
      : EMPTY,
    ...answerLines(model, approval, columns),
  ];
  const open = openQuestions(model);
  const at = open.findIndex(({ spanId }) => spanId === approval.spanId);
  return box(open.length > 1 ? `Approve? ${at + 1} of ${open.length}` : "Approve?", content, columns, env);
}

/** Whoever types a reason goes on typing into this, not into the run's keys. */
function goneDialog(env: Env): readonly Line[] {
  const columns = Math.min(56, env.size.columns - 4);
  return box(
    "Approve?",
    [
      EMPTY,
      line("  The question is answered or gone: nothing is sent.", "text"),
      line("  enter or esc closes", "dim"),
      EMPTY,
    ],
    columns,
    env,
  );
}

/** The answers; while it is refused with words, the words. */
function answerLines(model: LiveModel, approval: Approval, columns: number): readonly Line[] {
  const { reason, edited } = model.approval!;
  if (reason) {
    return [
      [seg("  why not: ", "key"), ...fieldLine(reason, columns - 16, true, "what the model should know")],
      EMPTY,
    ];
  }
  const [tool, agent] = [approval.tool, approval.agent].map((name) => cut(clean(name), NAME_COLUMNS_MAX));
  const choices = [["y", "yes, this once"], ["n", "no"], ["r", "no, and why"], ["e", "edit"], [
    "esc",
    "later",
  ]];
  const always = (key: string, text: string): Line => [seg(`  ${key} `, "key"), seg(text)];
  const targets = askedTargets(model, approval);
  const [path, host] = (["path", "host"] as const).map((scope) => scopeValue(scope, targets));
  return [
    [seg(" "), ...choices.flatMap(([key, text]) => [seg(` ${key}`, "key"), seg(` ${text} `)])],
    ...(edited ? [] : [
      always("A", `always in this run of ${agent}: every call of ${tool}`),
      ...(path === undefined ? [] : [always("P", `always to ${clean(path)}`)]),
      ...(host === undefined ? [] : [always("H", `always to the host ${clean(host)}`)]),
    ]),
  ];
}

/** How much may the run cost? */
export function budgetDialog(model: LiveModel, env: Env): readonly Line[] | undefined {
  if (!model.typing || !model.trace) return undefined;
  const columns = Math.min(52, env.size.columns - 4);
  const { run } = model.trace;
  const now = budgetUsdNow(model.trace);
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

/** What is the agent to hear, or what is to be set? */
export function operateDialog(model: LiveModel, env: Env): readonly Line[] | undefined {
  const { typing, trace } = model;
  if (!typing || !trace) return undefined;
  const columns = Math.min(76, env.size.columns - 4);
  const isTell = typing.what === "tell";
  const note = isTell
    ? "Read before its next model call; on record as yours."
    : "model, temperature, topP, maxTokens, seed, maxSteps, timeoutSeconds, budgetUsd";
  return box(
    isTell ? `Tell ${cut(clean(trace.run.agent), NAME_COLUMNS_MAX)}` : "Set from its next step on",
    [
      EMPTY,
      [
        seg("  "),
        ...fieldLine(typing.field, columns - 6, true, isTell ? "Leave the archive out." : "maxSteps=30"),
      ],
      EMPTY,
      line(`  ${cut(note, columns - 6)}`, "dim"),
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
