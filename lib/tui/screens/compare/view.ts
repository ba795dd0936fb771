import { jsonText, oneLine, type Run, shortRunId, totalTokens } from "../../../core/mod.ts";
import { configChanges, diffSummary, type RunDiff, type StepDiff, stepPlace } from "../../../analysis/mod.ts";
import type { Env } from "../../contract/screen.ts";
import {
  compact,
  costDifference,
  costOf,
  duration,
  grouped,
  plural,
  runTone,
  shortStatus,
  signed,
  STEP_SIGNS,
} from "../../../present/mod.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { EMPTY, fitLine, fitParts, type Line, line, seg } from "../../draw/line.ts";
import { beside, BORDER, pane } from "../../draw/pane.ts";
import type { Tone } from "../../draw/theme.ts";
import { troubleLines } from "../../draw/trouble.ts";
import { clean, fit, width } from "../../terminal/text.ts";
import { familyCount, familyLines } from "../../widgets/family.ts";
import { readerPane } from "../../reader/pane.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import type { Comparison } from "./comparison.ts";
import { detailWindow } from "./detail.ts";
import { chosenRow, compareLayout, type CompareModel, rowsOf, stepRows } from "./model.ts";
import type { CompareRow } from "./rows.ts";

const TONES: Readonly<Record<StepDiff["op"], Tone>> = {
  same: "dim",
  changed: "warn",
  added: "ok",
  removed: "error",
};
const PLACE_COLUMNS = 8;
/** Pointer, sign, place, `configuration` and a gap. */
const CONFIG_TITLE_COLUMNS = 4 + PLACE_COLUMNS + 15;
const PROMPT_SHOWN_MAX_CHARS = 200;

export function viewCompare(model: CompareModel, env: Env): readonly Line[] {
  const { comparison } = model;
  if (model.state === "failed") {
    const keys = [["^r", "try again"], ["esc", "back"]] as const;
    return troubleLines("These runs cannot be compared", model.failure, keys, env.size, env.glyphs);
  }
  if (!comparison) return emptyLines(model, env);
  const { family, list, detail } = compareLayout(model, env);
  const left = [
    ...(family ? familyPane(model, comparison, env, family.columns, family.rows) : []),
    ...(list ? listPane(model, comparison, env, list.columns, list.rows) : []),
  ];
  const right = detail ? detailPane(model, env, detail.columns, detail.rows) : [];
  const isBeside = detail !== undefined && detail.x > 0;
  return [...headLines(comparison, env), ...(isBeside ? beside(left, right) : [...left, ...right])];
}

function emptyLines(model: CompareModel, { size, glyphs }: Env): readonly Line[] {
  if (model.state === "loading") return [EMPTY, line(`  Comparing${glyphs.ellipsis}`, "dim")];
  const choice = (key: string, text: string): Line => [seg(`  ${fit(key, 6)}`, "key"), seg(text, "dim")];
  return [
    EMPTY,
    ...paragraph("No runs to compare yet.", size.columns, "strong"),
    EMPTY,
    choice("1", "to the runs: d on one run, then d on another"),
    choice("r", "on a run: runs it again with something changed; what differs is shown here"),
  ];
}

function headLines(comparison: Comparison, env: Env): readonly Line[] {
  const { left, right, diff, tookMs } = comparison;
  const columns = env.size.columns;
  const of = (sign: string, tone: Tone, run: Run, ms: number): Line =>
    fitLine([seg(` ${sign} `, tone), ...fitParts(runFacts(run, ms, env.glyphs), 2, columns - 4)], columns);
  const summary = diffSummary(diff);
  const verdict = summary === undefined ? line("= the same", "ok") : line(`~ ${summary}`, "warn");
  return [
    of("-", "error", left, tookMs.left),
    of("+", "ok", right, tookMs.right),
    fitLine([seg(" "), ...fitParts([verdict, ...deltas(diff)], 3, columns - 1)], columns),
  ];
}

function runFacts(run: Run, tookMs: number, glyphs: Glyphs): readonly Line[] {
  const { totals } = run;
  return [
    line(clean(shortRunId(run.runId)), "strong"),
    line(
      `${glyphs.status[run.status]} ${shortStatus(run)}`,
      runTone(run),
    ),
    line(clean(run.model).slice(0, 40), "llm"),
    line(duration(tookMs)),
    line(costOf(totals)),
    line(`${compact(totalTokens(totals.usage))} tokens`),
    line(clean(run.agent).slice(0, 40), "agent"),
    ...(run.forkedFrom ? [line(`${glyphs.fork} ${clean(shortRunId(run.forkedFrom.runId))}`, "dim")] : []),
  ];
}

function deltas(diff: RunDiff): readonly Line[] {
  const { inputTokens, outputTokens } = diff.usageDelta;
  const of = (name: string, value: number, text: string): Line => [
    seg(`${name} `, "dim"),
    seg(text, value === 0 ? "dim" : value > 0 ? "warn" : "ok"),
  ];
  return [
    of("in", inputTokens, signed(inputTokens, compact)),
    of("out", outputTokens, signed(outputTokens, compact)),
    of("cost", diff.costDeltaUsd, costDifference(diff.costDeltaUsd, { isKnown: diff.costKnown })),
    of("time", diff.durationDeltaMs, signed(diff.durationDeltaMs, duration)),
    of("attempts", diff.attemptsDelta, signed(diff.attemptsDelta, grouped)),
  ];
}

/** Which runs came of which; the two that are compared carry their signs. */
function familyPane(
  { family, focus }: CompareModel,
  { left, right }: Comparison,
  { glyphs }: Env,
  columns: number,
  rows: number,
): readonly Line[] {
  const focused = focus === "family";
  const height = rows - BORDER;
  const content = family
    ? familyLines(family, {
      columns: columns - BORDER,
      height,
      glyphs,
      focused,
      sign: (run) =>
        run.runId === left.runId ? ["-", "error"] : run.runId === right.runId ? ["+", "ok"] : undefined,
    })
    : [line(`  reading${glyphs.ellipsis}`, "dim")];
  return pane(content, columns, rows, glyphs, {
    title: "Family: replays and forks",
    focused,
    note: focused ? EMPTY : [seg("F", "key")],
    foot: family ? line(familyCount(family), "dim") : EMPTY,
    ...(family ? { scroll: { top: family.top, total: family.tree.members.length } } : {}),
  });
}

function listPane(
  model: CompareModel,
  comparison: Comparison,
  env: Env,
  columns: number,
  rows: number,
): readonly Line[] {
  const all = rowsOf(model);
  const list = stepRows(model, env);
  const index = selectedIndex(model.list, list);
  const inner = columns - BORDER;
  const focused = model.focus === "list";
  const changes = all.filter((row) => row.isChange).length;
  const before = all.slice(0, index + 1).filter((row) => row.isChange).length;
  const look = { top: model.list.top, height: list.height, columns: inner, glyphs: env.glyphs };
  const lines = listLines(
    all,
    { ...look, selected: index, focused },
    (row) => rowLine(row, comparison, env.glyphs, inner),
  );
  return pane(lines, columns, rows, env.glyphs, {
    title: "Steps",
    focused,
    note: model.state === "loading"
      ? line(`comparing${env.glyphs.ellipsis}`, "live")
      : changes === 0
      ? line("no changes", "dim")
      : line(all[index]?.isChange ? `change ${before} of ${changes}` : plural(changes, "change"), "dim"),
    foot: line(`${index + 1} of ${all.length}`, "dim"),
    scroll: { top: model.list.top, total: all.length },
  });
}

function rowLine(row: CompareRow, comparison: Comparison, glyphs: Glyphs, columns: number): Line {
  switch (row.kind) {
    case "config":
      return [
        seg("~ ", "warn"),
        seg(fit("", PLACE_COLUMNS)),
        seg("configuration", "strong"),
        seg(`  ${configGist(comparison, glyphs, columns - CONFIG_TITLE_COLUMNS)}`, "dim"),
      ];
    case "prompt":
      return [
        seg("~ ", "warn"),
        seg(fit("", PLACE_COLUMNS)),
        seg("prompt", "strong"),
        seg(`  ${clean(oneLine(comparison.right.prompt, PROMPT_SHOWN_MAX_CHARS))}`, "dim"),
      ];
    case "fold":
      return [
        seg("= ", "dim"),
        seg(fit("", PLACE_COLUMNS)),
        seg(`${row.isOpen ? glyphs.open : glyphs.closed} ${row.count} equal steps`, "dim"),
      ];
    case "step":
      return stepLine(row.diff, glyphs);
    case "answer": {
      const op = row.isChange ? "changed" : "same";
      return [
        seg(`${STEP_SIGNS[op]} `, TONES[op]),
        seg(fit("", PLACE_COLUMNS)),
        seg("final answer", row.isChange ? "strong" : "dim"),
        seg(row.isChange ? "" : "  the same", "dim"),
      ];
    }
  }
}

function stepLine(step: StepDiff, glyphs: Glyphs): Line {
  const quiet = step.op === "same";
  return [
    seg(`${STEP_SIGNS[step.op]} `, TONES[step.op]),
    seg(fit(stepPlace(step, glyphs.arrow), PLACE_COLUMNS), "dim"),
    seg(`${fit(clean(step.kind), 6)}`, quiet ? "dim" : step.kind === "tool" ? "tool" : "llm"),
    seg(clean(step.name), quiet ? "dim" : "strong"),
    seg(step.op === "changed" ? `  ${changedParts(step)}` : quiet ? "" : `  ${step.op}`, "dim"),
  ];
}

/** Which parts of a step changed: `model, output`. */
function changedParts({ changes }: StepDiff): string {
  const names = new Set(changes.map(({ path }) => clean(path.split("/")[1] ?? "")));
  return [...names].filter((name) => name !== "").slice(0, 4).join(", ");
}

/** The first change; what it was before only where there is room. */
function configGist(comparison: Comparison, glyphs: Glyphs, columns: number): string {
  const [first, ...others] = configChanges(comparison.diff);
  const short = (value: unknown) => clean(jsonText(value)).slice(0, 40);
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  if (!first) return "";
  const name = clean(first.path.slice(1));
  if (first.op !== "replace") return `${name}${more}`;
  const after = `${glyphs.arrow} ${short(first.right)}${more}`;
  const whole = `${name} ${short(first.left)} ${after}`;
  return width(whole) <= columns ? whole : `${name} ${after}`;
}

function detailPane(model: CompareModel, env: Env, columns: number, rows: number): readonly Line[] {
  return readerPane(model.reader, detailWindow(model, env), columns, rows, env.glyphs, {
    isReadBeside: model.focus !== "family",
    title: detailTitle(chosenRow(model)),
    focused: model.focus === "detail",
    note: [seg("u", "key"), seg(` ${model.mode}`, "dim")],
  });
}

function detailTitle(row: CompareRow | undefined): string {
  switch (row?.kind) {
    case "config":
      return "Configuration";
    case "prompt":
      return "Prompt";
    case "step":
      return clean(`step ${row.diff.left ?? row.diff.right}: ${row.diff.kind} ${row.diff.name}`);
    case "answer":
      return "Final answer";
    default:
      return "Difference";
  }
}
