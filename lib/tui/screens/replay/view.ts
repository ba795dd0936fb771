import { oneLine, shortRunId, type Trace } from "../../../core/mod.ts";
import type { Env } from "../../app/screen.ts";
import { fineMoney, statusTone, statusWord } from "../../draw/format.ts";
import { EMPTY, fitLine, fitParts, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { fieldLine } from "../../draw/text_field.ts";
import { troubleLines } from "../../draw/trouble.ts";
import { clean, fit, wrap } from "../../terminal/text.ts";
import { stepsOf } from "../../trace/steps.ts";
import { type Field, FIELDS, MODES, type ReplayModel } from "./model.ts";

const COLUMNS_MAX = 76;
const LABEL_COLUMNS = 13;
const LABELS: Readonly<Record<Field, string>> = {
  mode: "mode",
  model: "model",
  temperature: "temperature",
  from: "from step",
};
const ABOUT_MODES: Readonly<Record<ReplayModel["mode"], string>> = {
  hybrid: "Steps on record are answered from the record until something differs; then the model is asked.",
  live: "Everything again: every model call and every tool call.",
  recorded: "Everything from the record: no model call, no tool. Nothing outside is touched.",
};

export function viewReplay(model: ReplayModel, env: Env): readonly Line[] {
  const { size, glyphs } = env;
  if (model.state === "failed") {
    const keys = [["^r", "try again"], ["esc", "back"]] as const;
    return troubleLines("This run cannot be replayed", model.failure, keys, size, glyphs);
  }
  const { trace } = model;
  if (!trace) return [EMPTY, line(`  Reading the run${glyphs.ellipsis}`, "dim")];
  if (model.fork) {
    const what = model.starting ? "Starting the fork" : "Waiting for your editor";
    return [EMPTY, line(`  ${what}${glyphs.ellipsis}`, "dim")];
  }
  const wide = Math.max(10, Math.min(COLUMNS_MAX, size.columns - 2));
  const content = formLines(model, trace, env, wide - BORDER - 2);
  const box = pane(
    content.map((row) => fitLine([seg(" "), ...row], wide - BORDER)),
    wide,
    Math.min(size.rows, content.length + BORDER),
    glyphs,
    {
      title: `Replay ${clean(shortRunId(trace.run.runId))}`,
      focused: true,
      note: model.starting ? line(`starting${glyphs.ellipsis}`, "live") : EMPTY,
      foot: [seg(glyphs.enter, "key"), seg(" starts", "dim")],
    },
  );
  const margin = seg(" ".repeat(Math.max(0, Math.floor((size.columns - wide) / 2))));
  const above = Math.max(0, Math.floor((size.rows - box.length) / 2) - 1);
  return [...Array.from({ length: above }, () => EMPTY), ...box.map((row): Line => [margin, ...row])];
}

function formLines(model: ReplayModel, trace: Trace, env: Env, columns: number): readonly Line[] {
  const { run } = trace;
  const { glyphs } = env;
  const facts: Line = fitParts(
    [
      line(clean(run.agent), "agent"),
      line(`${glyphs.status[run.status]} ${statusWord(run.status, run.error?.type)}`, statusTone(run.status)),
      line(clean(run.model), "llm"),
      line(stepsText(trace)),
      line(fineMoney(run.totals.costUsd, run.totals.unknownCostCalls)),
    ],
    2,
    columns,
  );
  const hints: Readonly<Record<Exclude<Field, "mode">, string>> = {
    model: `as recorded: ${clean(run.model)}`,
    temperature: "as recorded",
    from: "the beginning",
  };
  const fields = FIELDS.map((name): Line => {
    const focused = model.focus === name;
    return [
      seg(`${focused ? glyphs.pointer : " "} ${fit(LABELS[name], LABEL_COLUMNS)}`, focused ? "key" : "dim"),
      ...(name === "mode"
        ? modeLine(model)
        : fieldLine(model.fields[name], columns - LABEL_COLUMNS - 3, focused, hints[name])),
    ];
  });
  return [
    EMPTY,
    facts,
    line(clean(oneLine(run.prompt, columns)), "dim"),
    EMPTY,
    ...fields,
    EMPTY,
    ...wrap(ABOUT_MODES[model.mode], columns).map((row) => line(row, "dim")),
    EMPTY,
  ];
}

function modeLine(model: ReplayModel): Line {
  return MODES.flatMap((mode) => [
    mode === model.mode ? seg(`[${mode}]`, "strong") : seg(` ${mode} `, "dim"),
    seg(" "),
  ]);
}

function stepsText(trace: Trace): string {
  const { length } = stepsOf(trace);
  return `${length} step${length === 1 ? "" : "s"}`;
}
