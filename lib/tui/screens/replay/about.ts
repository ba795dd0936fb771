import { stepsOf } from "../../../analysis/mod.ts";
import type { Trace } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { knownCost } from "../../../present/mod.ts";
import { type Line, line, seg, spread } from "../../draw/line.ts";
import { clean, wrap } from "../../terminal/text.ts";
import { spanName } from "../../trace/span_row.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { listLines, POINTER_COLUMNS } from "../../widgets/list.ts";
import { listHeight, listTop } from "./layout.ts";
import { type Field, fittingModels, recordedText, type ReplayModel, toolsOf } from "./model.ts";

const INSTRUCTIONS_SHOWN_MAX_CHARS = 2_000;

const MODES: Readonly<Record<ReplayModel["mode"], string>> = {
  hybrid: "Steps on record are answered from the record until something differs; then the model is asked.",
  live: "Everything again: every model call and every tool call.",
  recorded: "Everything from the record: no model call, no tool. Nothing outside is touched.",
};
const POLICIES: Readonly<Record<ReplayModel["policy"], string>> = {
  live: "Tool calls that are not on record are executed; those that need an approval still ask.",
  ask: "Tool calls that are not on record ask first, with their exact arguments: press a in the run.",
  recorded: "Tool calls that are not on record are refused; the model is told.",
};
const TEXTS: Readonly<Partial<Record<Field, string>>> = {
  temperature: "0 to 1.5: low gives steady answers, high varied ones.",
  maxTokens: "The longest answer to one call, in tokens.",
  seed: "A whole number. The same seed makes the same answer likelier.",
};

/** What to know about the field with the focus; at most `rows` rows. */
export function aboutField(
  model: ReplayModel,
  trace: Trace,
  env: Env,
  columns: number,
  rows: number,
): readonly Line[] {
  switch (model.focus) {
    case "model":
      return modelLines(model, env, columns, rows);
    case "instructions":
      return instructionLines(trace, env, columns);
    case "tools":
      return toolLines(model, env, columns, rows);
    case "mode":
      return paragraph(MODES[model.mode], columns, "dim", 0);
    case "policy":
      return paragraph(
        model.mode === "recorded" ? MODES.recorded : POLICIES[model.policy],
        columns,
        "dim",
        0,
      );
    case "from":
      return fromLines(model, trace, env, columns);
    default:
      return paragraph(TEXTS[model.focus] ?? "", columns, "dim", 0);
  }
}

function modelLines(model: ReplayModel, { glyphs }: Env, columns: number, rows: number): readonly Line[] {
  if (!model.models) return [line(`reading the models${glyphs.ellipsis}`, "dim")];
  const fits = fittingModels(model);
  if (fits.length === 0) return [line("No known model fits; it is asked for as it is typed.", "dim")];
  const height = listHeight(rows);
  const index = model.walk?.index ?? -1;
  const top = listTop(model, rows);
  const head = spread(
    [seg(glyphs.down, "key"), seg(` chooses, letters filter  (${fits.length})`, "dim")],
    line("these tokens cost", "dim"),
    columns,
  );
  const look = { top, height, columns, glyphs, selected: index };
  const shown = listLines(fits, look, ({ name, usd }) =>
    spread(
      [seg(clean(name), "llm"), seg(name === model.trace?.run.model ? "  as recorded" : "", "dim")],
      line(knownCost(usd), usd === null ? "dim" : "text"),
      columns - POINTER_COLUMNS,
    ));
  return [head, ...shown];
}

function instructionLines(trace: Trace, env: Env, columns: number): readonly Line[] {
  const text = (recordedText(trace, "instructions") ?? "").slice(0, INSTRUCTIONS_SHOWN_MAX_CHARS);
  return [
    [
      seg("What is typed replaces them", "dim"),
      ...(env.hasEditor ? [seg("; "), seg("^e", "key"), seg(" edits them in your editor.", "dim")] : []),
    ],
    ...text.split("\n").flatMap((row) => wrap(clean(row), columns - 2)).map((row) => line(`  ${row}`, "dim")),
  ];
}

function toolLines(model: ReplayModel, { glyphs }: Env, columns: number, rows: number): readonly Line[] {
  const tools = toolsOf(model.trace);
  if (tools.length === 0) return [line("This agent has no tools.", "dim")];
  const height = listHeight(rows);
  const top = listTop(model, rows);
  return [
    [
      seg("space", "key"),
      seg(" switches one off, or on again; ", "dim"),
      seg("left right", "key"),
      seg(" walk", "dim"),
    ],
    ...listLines(tools, { top, height, columns, glyphs, selected: model.toolAt }, (name) => {
      const isOff = model.off.has(name);
      return [
        seg(isOff ? "[ ] " : "[x] ", isOff ? "warn" : "ok"),
        seg(clean(name), isOff ? "dim" : "tool"),
        seg(isOff ? "  off" : "", "warn"),
      ];
    }),
  ];
}

function fromLines(
  model: ReplayModel,
  trace: Trace,
  { glyphs, hasEditor }: Env,
  columns: number,
): readonly Line[] {
  const steps = stepsOf(trace);
  const named = steps.find(({ step }) => String(step) === model.fields.from.text.trim());
  const about = paragraph(
    steps.length > 1
      ? `The first step that is run again, 1 to ${steps.length}. The steps before it are kept as they are.`
      : "The run has one step: it begins there.",
    columns,
    "dim",
    0,
  );
  const what = named ? `what step ${named.step} says` : "the prompt";
  const isEdited = model.edit !== undefined;
  const edit: Line = hasEditor
    ? [
      seg("^e", "key"),
      seg(` edits ${what}, to go on from there${isEdited ? ": edited" : ""}`, isEdited ? "accent" : "dim"),
    ]
    : [];
  if (!named) return [...about, edit];
  const row = { span: named, step: named.step, attempts: [] };
  return [...about, edit, [seg("  step ", "dim"), ...spanName(row, glyphs)]];
}
