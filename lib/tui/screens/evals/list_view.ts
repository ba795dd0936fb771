import { type Experiment, sentenceOf, shortRunId } from "../../../core/mod.ts";
import {
  age,
  ago,
  compact,
  costWordsOf,
  duration,
  grouped,
  plural,
  STATUS_LOOKS,
} from "../../../present/mod.ts";
import { totalTokens } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { shareBar } from "../../draw/bars.ts";
import { EMPTY, fitParts, type Line, line, seg, type Segment } from "../../draw/line.ts";
import { beside, BORDER, pane } from "../../draw/pane.ts";
import { fieldLine } from "../../draw/text_field.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, cut, fit, wrap } from "../../terminal/text.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { listPane } from "./layout.ts";
import { chosenExperiment, type EvalsModel, experimentRows, isRunning, paceOf } from "./model.ts";
import { knownMoney } from "./money.ts";

const ID_COLUMNS = 9;
const STATUS_COLUMNS = 12;
const SUITE_MIN = 10;
const SUITE_MAX = 40;
const BAR_COLUMNS = 11;
const LABEL_COLUMNS = 10;

interface Column {
  readonly head: string;
  readonly columns: number;
  cell(it: Experiment, model: EvalsModel, env: Env): readonly [string, Tone];
}

/** Most needed first. */
const COLUMNS: readonly Column[] = [
  {
    head: "DONE",
    columns: 12,
    cell: ({ done, planned }) => [`${grouped(done)}/${grouped(planned)}`, "text"],
  },
  {
    head: "PASSED",
    columns: 8,
    cell: ({ passed, done }) => [shareText(passed, done), done === passed ? "ok" : "text"],
  },
  { head: "COST", columns: 12, cell: (it) => [knownMoney(it), it.unknownCostCalls > 0 ? "warn" : "strong"] },
  {
    head: "AGE",
    columns: 6,
    cell: ({ startTimeUs }, _, { nowMs }) => [age(startTimeUs / 1000, nowMs), "dim"],
  },
  { head: "LEFT", columns: 8, cell: (it, model, env) => [leftText(it, model, env), "live"] },
  { head: "RATE", columns: 8, cell: (it, model, env) => [rateText(it, model, env), "live"] },
  { head: "ERR", columns: 6, cell: ({ errors }) => [grouped(errors), errors > 0 ? "error" : "dim"] },
];

export function listView(model: EvalsModel, env: Env): readonly Line[] {
  const layout = listPane(model, env);
  const table = tablePane(model, env, layout.table.columns, layout.table.rows);
  const about = layout.about ? aboutPane(model, env, layout.about.columns, layout.about.rows) : [];
  const body = layout.about && layout.about.x > 0 ? beside(table, about) : [...table, ...about];
  return [summaryLine(model, env), ...body];
}

function summaryLine({ experiments, hasMore, setting }: EvalsModel, env: Env): Line {
  if (setting) {
    const about = ` cases of ${shortRunId(setting.experimentId)} at a time `;
    return [seg(about, "key"), ...fieldLine(setting.field, env.size.columns - about.length - 2, true, "8")];
  }
  const running = experiments.filter(isRunning).length;
  const more = hasMore ? "+" : "";
  return [
    seg(" "),
    ...fitParts(
      [
        [seg("experiments ", "dim"), seg(`${grouped(experiments.length)}${more}`, "strong")],
        ...(running > 0 ? [[seg("running ", "dim"), seg(grouped(running), "live")]] : []),
        [
          seg("unfinished ", "dim"),
          seg(
            grouped(experiments.filter((it) => !isRunning(it) && it.status !== "completed").length),
            "strong",
          ),
        ],
      ],
      3,
      env.size.columns - 2,
    ),
  ];
}

function tablePane(model: EvalsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const list = experimentRows(model, env);
  const { top } = model.list;
  const selected = selectedIndex(model.list, list);
  const content = list.total === 0
    ? [EMPTY, ...emptyLines(model, inner)]
    : tableLines(model, env, inner, selected);
  const marked = model.marked === undefined ? EMPTY : [
    seg(`${env.glyphs.marked} `, "accent"),
    seg(`${shortRunId(model.marked)} is marked: d compares`, "dim"),
  ];
  const failed = model.state === "failed"
    ? line(cut(clean(sentenceOf(model.failure)), Math.max(0, inner - 14)), "error")
    : undefined;
  return pane(content, columns, rows, env.glyphs, {
    title: "Experiments",
    focused: true,
    note: failed ?? marked,
    ...(list.total > 0
      ? { foot: line(`${grouped(selected + 1)} of ${grouped(list.total)}${model.hasMore ? "+" : ""}`, "dim") }
      : {}),
    scroll: { top, total: list.total + 1 },
  });
}

function emptyLines(model: EvalsModel, columns: number): readonly Line[] {
  if (model.state === "loading") return [line("  Reading experiments…", "dim")];
  if (model.state === "failed") return [line("  The store cannot be read.", "error")];
  const step = (command: string, what: string): readonly Line[] => [
    EMPTY,
    [seg(`  ${command}`, "key")],
    ...paragraph(what, columns, "dim", 4),
  ];
  return [
    line("  No experiment yet.", "strong"),
    ...paragraph("An experiment runs the cases of a suite and scores every answer.", columns, "text"),
    ...step("agentop init", "writes example agents and a suite into this folder"),
    ...step("agentop eval SUITE", "runs a suite; from any terminal, it shows here while it runs"),
  ];
}

function tableLines(model: EvalsModel, env: Env, columns: number, selected: number): readonly Line[] {
  const fits: Column[] = [];
  let left = columns - 2 - ID_COLUMNS - SUITE_MIN - STATUS_COLUMNS - BAR_COLUMNS;
  const anyRuns = model.experiments.some(isRunning);
  for (const column of COLUMNS) {
    if (!anyRuns && (column.head === "RATE" || column.head === "LEFT")) continue;
    if (left < column.columns) break;
    fits.push(column);
    left -= column.columns;
  }
  const suite = Math.min(SUITE_MAX, SUITE_MIN + Math.max(0, left));
  const head: Line = [
    seg(`  ${fit("ID", ID_COLUMNS)}${fit("SUITE", suite)}${fit("STATUS", STATUS_COLUMNS)}`, "heading"),
    seg(fit("PROGRESS", BAR_COLUMNS), "heading"),
    ...fits.map((it) => seg(fit(it.head, it.columns, "right"), "heading")),
  ];
  const look = {
    top: model.list.top,
    height: listPane(model, env).height,
    columns,
    glyphs: env.glyphs,
    selected,
  };
  const body = listLines(model.experiments, look, (it) => [
    seg(
      fit(shortRunId(it.experimentId), ID_COLUMNS - 1),
      it.experimentId === model.marked ? "chip" : "accent",
    ),
    seg(" "),
    seg(`${fit(clean(it.suite), suite - 1)} `, "strong"),
    statusSegment(it, env, STATUS_COLUMNS),
    ...shareBar(shareOf(it.done, it.planned), BAR_COLUMNS - 1, isRunning(it) ? "live" : "ok", env.glyphs),
    seg(" "),
    ...fits.map((column) => {
      const [text, tone] = column.cell(it, model, env);
      return seg(fit(text, column.columns, "right"), tone);
    }),
  ]);
  return [head, ...body];
}

/** `✓ done`, `● live`. */
export function statusSegment({ status }: Experiment, { glyphs }: Env, columns: number): Segment {
  const { short, tone } = STATUS_LOOKS[status];
  return seg(fit(`${glyphs.status[status]} ${short}`, columns), tone);
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.round(100 * part / whole)}%`;
}

/** `4.2/s`; what was done while it was watched. */
export function rateText(it: Experiment, { seen }: EvalsModel, { nowMs }: Env): string {
  const pace = isRunning(it) ? paceOf(it, seen, nowMs) : undefined;
  if (!pace) return "";
  return pace.perSecond >= 0.1 ? `${pace.perSecond.toFixed(1)}/s` : `${(pace.perSecond * 60).toFixed(1)}/min`;
}

export function leftText(it: Experiment, { seen }: EvalsModel, { nowMs }: Env): string {
  const pace = isRunning(it) ? paceOf(it, seen, nowMs) : undefined;
  return pace ? duration(pace.leftMs) : "";
}

function aboutPane(model: EvalsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const it = chosenExperiment(model);
  if (!it) return pane([], columns, rows, env.glyphs, { title: "About" });
  const inner = columns - BORDER;
  const fact = (label: string, value: string, tone: Tone = "text"): readonly Line[] =>
    wrap(clean(value), Math.max(8, inner - LABEL_COLUMNS - 2)).map((piece, at): Line => [
      seg(` ${fit(at === 0 ? label : "", LABEL_COLUMNS)}`, "dim"),
      seg(piece, tone),
    ]);
  const { cases, repeats, variants } = it;
  const left = leftText(it, model, env);
  const content = [
    ...(it.reason === undefined ? [] : [
      ...fact("why", it.reason, "warn"),
      ...fact("go on", `agentop eval --resume ${shortRunId(it.experimentId)}`),
    ]),
    ...fact("variants", variants.join(", "), "strong"),
    ...fact("asks", `${plural(cases, "case")}${repeats > 1 ? ` × ${repeats}` : ""}`),
    ...fact(
      "results",
      `${grouped(it.done)} of ${grouped(it.planned)}, ${grouped(it.passed)} passed, ${
        plural(it.errors, "error")
      }`,
      it.errors > 0 ? "warn" : "text",
    ),
    ...(left === "" ? [] : fact("pace", `${rateText(it, model, env)} while you watch, ${left} left`, "live")),
    ...fact("cost", costWordsOf(it), it.unknownCostCalls > 0 ? "warn" : "text"),
    ...fact("tokens", compact(totalTokens(it.usage))),
    ...fact("began", `${ago(it.startTimeUs / 1000, env.nowMs)}, ${tookWords(it, env.nowMs)}`),
  ];
  return pane(content, columns, rows, env.glyphs, { title: clean(it.suite) });
}

function tookWords({ startTimeUs, endTimeUs }: Experiment, nowMs: number): string {
  const ms = (endTimeUs ?? nowMs * 1000) / 1000 - startTimeUs / 1000;
  return endTimeUs === undefined ? `${duration(ms)} so far` : `took ${duration(ms)}`;
}
