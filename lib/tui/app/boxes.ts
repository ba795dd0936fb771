import { shortRunId } from "../../core/mod.ts";
import { runTone, shortStatus } from "../../present/mod.ts";
import { EMPTY, fitLine, type Line, line, onGround, seg, spread } from "../draw/line.ts";
import { pane } from "../draw/pane.ts";
import { keepInView } from "../draw/scroll.ts";
import { fieldLine } from "../draw/text_field.ts";
import { clean, fit, width, wrap } from "../terminal/text.ts";
import { listLines, POINTER_COLUMNS } from "../widgets/list.ts";
import { completions, type Jump } from "./jump.ts";
import { helpSections } from "./keymap.ts";
import type { App } from "./model.ts";
import type { NotebookPrompt } from "./notebook.ts";
import { envOf } from "./env.ts";
import { paletteItems } from "./palette.ts";
import { keySign } from "../contract/keys.ts";

const BOX_COLUMNS_MAX = 60;
const LEAVE_LIST_MAX = 5;
const HELP_KEY_COLUMNS = 16;
const PALETTE_COLUMNS_MAX = 84;
const PALETTE_ROWS_MAX = 16;
const COMPLETION_COLUMNS_MAX = 72;

/** Every key, filtered by what is typed. */
export function helpBox(app: App): readonly Line[] {
  const help = app.help!;
  const env = envOf(app);
  const columns = Math.min(env.size.columns - 2, 76);
  const rows = env.size.rows - 2;
  const inner = columns - 4;
  const wanted = help.filter.text.trim().toLowerCase();
  const lines: Line[] = [];
  let matches = 0;
  for (const section of helpSections(app)) {
    const hits = section.keys.filter((key) =>
      `${key.keys.join(" ")} ${key.label} ${key.help}`.toLowerCase().includes(wanted)
    );
    if (hits.length === 0) continue;
    if (lines.length > 0) lines.push(EMPTY);
    lines.push([seg(` ${section.title}`, "heading")]);
    for (const key of hits) {
      const signs = key.keys.map((name) => keySign(name, app.glyphs)).join("  ");
      wrap(key.help, inner - HELP_KEY_COLUMNS - 2).forEach((piece, at) =>
        lines.push([seg(`  ${fit(at === 0 ? signs : "", HELP_KEY_COLUMNS)}`, "key"), seg(piece)])
      );
      matches++;
    }
  }
  if (matches === 0) lines.push(line("  no key does that", "dim"));
  const height = rows - 3;
  const top = Math.min(help.top, Math.max(0, lines.length - height));
  return pane(
    [
      [seg(" / ", "key"), ...fieldLine(help.filter, inner - 4, true, "type to filter")],
      ...lines.slice(top, top + height),
    ],
    columns,
    Math.min(rows, lines.length + 3),
    app.glyphs,
    { title: "Keys", focused: true, scroll: { top, total: lines.length + 1 } },
  );
}

/** What to do with the runs started here. */
export function leaveBox(app: App): readonly Line[] {
  const { live } = app.leaving!;
  const inner = boxColumns(app) - 4;
  const runs = live.slice(0, LEAVE_LIST_MAX).map((run): Line => [
    seg(`  ${app.glyphs.status[run.status]} `, runTone(run)),
    seg(`${shortRunId(run.runId)}  `, "dim"),
    seg(fit(clean(run.agent), Math.max(1, inner - 24))),
    seg(` ${shortStatus(run)}`, runTone(run)),
  ]);
  if (live.length > LEAVE_LIST_MAX) runs.push(line(`  and ${live.length - LEAVE_LIST_MAX} more`, "dim"));
  return question(app, "Quit?", [
    line(
      live.length === 1 ? " A run started here is live:" : ` ${live.length} runs started here are live:`,
      "strong",
    ),
    ...runs,
  ], [
    ["k", "keep running: they go on without this window"],
    ["s", "stop them, then quit"],
    ["esc", "cancel"],
  ]);
}

/** A screen's question of yes and no. */
export function confirmBox(app: App): readonly Line[] {
  const { title, lines, yes } = app.confirm!.question;
  const inner = boxColumns(app) - 4;
  return question(
    app,
    title,
    lines.flatMap((text) => wrap(clean(text), inner - 1)).map((piece) => line(` ${piece}`)),
    [["y", yes], ["n", "leave it"]],
  );
}

function boxColumns(app: App): number {
  return Math.min(app.size.columns - 4, BOX_COLUMNS_MAX);
}

function question(
  app: App,
  title: string,
  lines: readonly Line[],
  choices: readonly (readonly [string, string])[],
): readonly Line[] {
  const choice = (
    [key, text]: readonly [string, string],
  ): Line => [seg(`  ${fit(key, 4)}`, "key"), seg(text)];
  const content: Line[] = [EMPTY, ...lines, EMPTY, ...choices.map(choice), EMPTY];
  return pane(content, boxColumns(app), content.length + 2, app.glyphs, { title, focused: true });
}

/** What can be done now, with each action's key. */
export function paletteBox(app: App): readonly Line[] {
  const env = envOf(app);
  const palette = app.palette!;
  const columns = Math.min(env.size.columns - 2, PALETTE_COLUMNS_MAX);
  const inner = columns - 2;
  const items = paletteItems(app);
  const height = Math.max(1, Math.min(env.size.rows - 5, PALETTE_ROWS_MAX));
  const top = keepInView(0, palette.index, height, items.length);
  const look = { top, height, columns: inner, glyphs: app.glyphs, selected: palette.index };
  const rows = [
    ...listLines(items, look, (item) =>
      spread(
        [seg(clean(item.text))],
        [seg(` ${keySign(item.key, app.glyphs)} `, "key")],
        inner - POINTER_COLUMNS,
      )),
  ];
  if (items.length === 0) rows.push(line("  nothing does that here", "dim"));
  const content: Line[] = [
    [seg(" > ", "key"), ...fieldLine(palette.field, inner - 4, true, "type a few letters")],
    ...rows,
    ...Array.from({ length: height - rows.length }, () => EMPTY),
  ];
  return pane(content, columns, height + 3, app.glyphs, {
    title: "Do",
    focused: true,
    foot: line(`${items.length}`, "dim"),
    scroll: { top, total: items.length + 1 },
  });
}

/** The line at the bottom. */
export function jumpLine(jump: Jump, columns: number): Line {
  const field: Line = [
    seg(" :", "key"),
    ...fieldLine(jump.field, columns - 4, true, "run last, agent NAME, find WORDS, or a screen"),
  ];
  if (jump.problem === undefined) return fitLine(field, columns);
  return fitLine([...field, seg("  "), seg(clean(jump.problem), "warn")], columns);
}

/** The line at the bottom while a notebook is asked for: what is wrong, else the keys, stands behind the name. */
export function notebookLine({ field, problem }: NotebookPrompt, columns: number, enter: string): Line {
  const name: Line = [seg(" add to notebook ", "key"), ...fieldLine(field, columns - 34, true, "runs.ipynb")];
  const rest: Line = problem === undefined
    ? [seg(enter, "key"), seg(" add  ", "dim"), seg("esc", "key"), seg(" close ", "dim")]
    : [seg(clean(problem), "warn")];
  return fitLine([...name, seg("  "), ...rest], columns);
}

export function completionBox(app: App): readonly Line[] {
  const jump = app.jump!;
  const found = completions(jump.field.text, jump.names);
  if (found.length === 0) return [];
  const inner = Math.min(app.size.columns, COMPLETION_COLUMNS_MAX) - 2;
  const names = Math.min(
    Math.max(8, ...found.map((item) => width(clean(item.line)) + 4)),
    Math.floor(inner * 0.7),
  );
  const rows = found.map((item, index): Line => {
    const row = fitLine(
      [seg(fit(`  ${clean(item.line)}`, names), "accent"), seg(clean(item.about), "dim")],
      inner,
    );
    return index === jump.index ? onGround(row, "selected") : row;
  });
  const height = Math.min(rows.length, Math.max(1, app.size.rows - 6));
  const top = keepInView(0, Math.max(0, jump.index), height, rows.length);
  return pane(rows.slice(top, top + height), inner + 2, height + 2, app.glyphs, { title: "Go to" });
}
