import { stepsOf } from "../../../analysis/mod.ts";
import { oneLine, shortRunId, type Trace } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { costOf, plural, runTone, shortStatus } from "../../../present/mod.ts";
import { EMPTY, fitParts, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { fieldLine } from "../../draw/text_field.ts";
import { troubleLines } from "../../draw/trouble.ts";
import { clean, cut, fit } from "../../terminal/text.ts";
import { aboutField } from "./about.ts";
import { formLayout } from "./layout.ts";
import {
  type Field,
  FIELDS,
  isTyped,
  LABELS,
  MODES,
  overridesOf,
  POLICIES,
  recordedText,
  type ReplayModel,
  toolsOf,
  type TypedField,
} from "./model.ts";

const LABEL_COLUMNS = 14;
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
  const { x, y, columns, rows, top } = formLayout(size, model.focus);
  const content = formLines(model, trace, env, columns - BORDER - 2).slice(top);
  const box = pane(content.map((row): Line => [seg(" "), ...row]), columns, rows, glyphs, {
    title: `Replay ${clean(shortRunId(trace.run.runId))}`,
    focused: true,
    note: model.starting ? line(`starting${glyphs.ellipsis}`, "live") : EMPTY,
    foot: [seg(glyphs.enter, "key"), seg(" starts", "dim")],
  });
  const margin = seg(" ".repeat(x));
  return [...Array.from({ length: y }, () => EMPTY), ...box.map((row): Line => [margin, ...row])];
}

/** Always as many rows, so that nothing moves while the focus does. */
function formLines(model: ReplayModel, trace: Trace, env: Env, columns: number): readonly Line[] {
  const { run } = trace;
  const { glyphs, size } = env;
  const facts: Line = fitParts(
    [
      line(clean(run.agent), "agent"),
      line(
        `${glyphs.status[run.status]} ${shortStatus(run)}`,
        runTone(run),
      ),
      line(clean(run.model), "llm"),
      line(stepsText(trace)),
      line(costOf(run.totals)),
    ],
    2,
    columns,
  );
  const { aboutRows } = formLayout(size, model.focus);
  const about = aboutField(model, trace, env, columns, aboutRows).slice(0, aboutRows);
  return [
    facts,
    line(clean(oneLine(run.prompt, columns)), "dim"),
    EMPTY,
    ...FIELDS.map((name) => fieldRow(model, trace, name, env, columns)),
    EMPTY,
    ...about,
    ...Array.from({ length: aboutRows - about.length }, () => EMPTY),
    EMPTY,
    summaryLine(model, env, columns),
  ];
}

function fieldRow(model: ReplayModel, trace: Trace, name: Field, env: Env, columns: number): Line {
  const focused = model.focus === name;
  const room = columns - LABEL_COLUMNS - 3;
  return [
    seg(
      `${focused ? env.glyphs.pointer : " "} ${fit(LABELS[name], LABEL_COLUMNS)}`,
      focused ? "key" : "dim",
    ),
    ...(isTyped(name)
      ? fieldLine(model.fields[name], room, focused, cut(placeholder(trace, name), room - 1))
      : name === "tools"
      ? toolsLine(model)
      : choiceLine(name === "mode" ? MODES : POLICIES, name === "mode" ? model.mode : model.policy)),
  ];
}

function placeholder(trace: Trace, name: TypedField): string {
  if (name === "from") return "the beginning";
  const recorded = recordedText(trace, name);
  return recorded === undefined ? "as recorded: not set" : `as recorded: ${clean(oneLine(recorded, 200))}`;
}

function choiceLine(choices: readonly string[], chosen: string): Line {
  return choices.flatMap((choice) => [
    choice === chosen ? seg(`[${choice}]`, "strong") : seg(` ${choice} `, "dim"),
    seg(" "),
  ]);
}

function toolsLine({ trace, off }: ReplayModel): Line {
  const tools = toolsOf(trace);
  const away = tools.filter((name) => off.has(name));
  if (tools.length === 0) return line("none", "dim");
  if (away.length === 0) return line(`as recorded: ${tools.map(clean).join(", ")}`, "dim");
  return line(`without ${away.map(clean).join(", ")}`);
}

/** What will differ, before it is started. */
function summaryLine(model: ReplayModel, { glyphs }: Env, columns: number): Line {
  const changes = Object.entries(overridesOf(model)).map(([key, value]) =>
    key === "instructions" ? "other instructions" : clean(`${key.replace(/^tools\./, "")} ${value}`)
  );
  const from = model.fields.from.text.trim();
  if (from !== "") changes.push(`from step ${clean(from)}`);
  if (model.edit) changes.push(model.edit.step === 0 ? "another prompt" : `step ${model.edit.step} edited`);
  const text = changes.length === 0 ? "nothing is changed yet: the same again" : changes.join(", ");
  return line(cut(`${glyphs.arrow} ${text}`, columns), changes.length === 0 ? "dim" : "accent");
}

function stepsText(trace: Trace): string {
  return plural(stepsOf(trace).length, "step");
}
