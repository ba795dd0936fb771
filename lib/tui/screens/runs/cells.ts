import { runTookMs } from "../../../analysis/mod.ts";
import {
  dayOfTime,
  type Experiment,
  isLive,
  type Run,
  type RunNote,
  shortRunId,
  totalTokens,
  wallTime,
} from "../../../core/mod.ts";
import {
  age,
  compact,
  costOf,
  grouped,
  knownCost,
  plural,
  runTone,
  shortStatus,
  STATUS_LOOKS,
  tookText,
} from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { clean, cut } from "../../terminal/text.ts";
import type { ColumnName } from "./columns.ts";
import type { ExperimentRow, RunRow } from "./listed.ts";
import { type Cell, scoreCell } from "./score_cell.ts";

const INDENT = 2;

/** A run's cell in each column; `columns` is the width that its text has. */
export function cellOf(name: ColumnName, row: RunRow, env: Env, columns: number): Cell {
  const { run } = row;
  switch (name) {
    case "status": {
      const words = columns > 2 ? ` ${shortStatus(run)}` : "";
      return [env.glyphs.status[run.status] + words, runTone(run)];
    }
    case "id":
      return [clean(shortRunId(run.runId)), "dim"];
    case "agent":
      return [agentCell(row, columns - 1, env), "strong"];
    case "model":
      return [cut(clean(run.model), columns - 1), "text"];
    case "steps":
      return [String(run.totals.steps), "dim"];
    case "tokens":
      return withBelow(row, env, (of) => compact(totalTokens(of.usage)));
    case "cost":
      return withBelow(row, env, costOf);
    case "time":
      return [tookText(runTookMs(run, env.nowMs)), isLive(run.status) ? "live" : "text"];
    case "age":
      return [age(run.startTimeUs / 1000, env.nowMs), "dim"];
    case "started":
      return [startedAt(run, env), "dim"];
    case "score":
      return scoreCell(row.note?.scores ?? [], columns);
    case "prompt":
      return [`  ${clean(run.prompt)}`, "dim"];
    case "error":
      return [run.error ? `  ${clean(errorWords(run.error))}` : "", "error"];
  }
}

/** What an experiment has in each column. */
export function experimentCellOf(name: ColumnName, row: ExperimentRow, env: Env, columns: number): Cell {
  const { experiment: it } = row;
  switch (name) {
    case "status": {
      const { short, tone } = STATUS_LOOKS[it.status];
      return [env.glyphs.status[it.status] + (columns > 2 ? ` ${short}` : ""), tone];
    }
    case "id":
      return [clean(shortRunId(it.experimentId)), "accent"];
    case "agent":
      return [folded(row.fold, clean(it.suite), it.runs, columns - 1, env), "strong"];
    case "model":
      return [cut(plural(it.variants.length, "variant"), columns - 1), "dim"];
    case "steps":
      return ["", "dim"];
    case "tokens":
      return [env.glyphs.sum + compact(totalTokens(it.usage)), "text"];
    case "cost":
      return [env.glyphs.sum + knownCost(it.costUsd, it.unknownCostCalls), "text"];
    case "time":
      return it.endTimeUs === undefined && it.status !== "running"
        ? ["–", "dim"] // nobody saw its end
        : [tookText(((it.endTimeUs ?? env.nowMs * 1000) - it.startTimeUs) / 1000), "text"];
    case "age":
      return [age(it.startTimeUs / 1000, env.nowMs), "dim"];
    case "started":
      return [startedAt(it, env), "dim"];
    case "score":
      return it.done === 0 ? ["  –", "dim"] : [`  ${Math.round(100 * it.passed / it.done)}% pass`, "text"];
    case "prompt":
      return [`  ${progressWords(it)}`, "dim"];
    case "error":
      return [it.reason === undefined ? "" : `  ${clean(it.reason)}`, "warn"];
  }
}

/** `38 of 40, 30 passed, 2 errors`. */
export function progressWords({ done, planned, passed, errors }: Experiment): string {
  return `${grouped(done)} of ${grouped(planned)}, ${grouped(passed)} passed${
    errors > 0 ? `, ${plural(errors, "error")}` : ""
  }`;
}

/** Today the time, before that the day as well. */
function startedAt({ startTimeUs }: Pick<Run, "startTimeUs">, { nowMs, timeZone }: Env): string {
  const [day = "?", time = ""] = wallTime(startTimeUs / 1000, timeZone).split(" ");
  if (day === dayOfTime(nowMs, timeZone)) return time;
  return time === "" ? day : `${day.slice(-5)} ${time.slice(0, 5)}`;
}

function errorWords(error: NonNullable<Run["error"]>): string {
  return `${error.type}: ${error.message}`;
}

/** A figure of the run; of all that it handed work to as well, and marked so, while these are folded into its row. */
function withBelow(
  { run: { totals }, fold, note }: RunRow,
  { glyphs }: Env,
  text: (of: Run["totals"] | NonNullable<RunNote["tree"]>) => string,
): Cell {
  return fold === "folded" && note?.tree ? [glyphs.sum + text(note.tree), "text"] : [text(totals), "text"];
}

/** The marks of work handed over, of a replay or fork, of what others made, and of what is folded, stay, whatever becomes of the name. */
function agentCell({ run, depth, fold, note }: RunRow, columns: number, env: Env): string {
  const { glyphs } = env;
  const below = depth > 0 ? " ".repeat((depth - 1) * INDENT) : "";
  const branch = depth > 0 || run.parentRunId !== undefined ? `${glyphs.lastBranch} ` : "";
  const after = (run.forkedFrom ? ` ${glyphs.fork}` : "") + (run.origin === "agent" ? "" : ` ${glyphs.down}`);
  const room = Math.max(0, columns - below.length - branch.length - after.length);
  const name = fold === undefined
    ? cut(clean(run.agent), room)
    : folded(fold, clean(run.agent), note?.children ?? 0, room, env);
  return cut(below + branch + name + after, columns);
}

/** `▸ triage +2`. */
function folded(fold: "folded" | "open", name: string, count: number, columns: number, env: Env): string {
  const before = `${fold === "open" ? env.glyphs.open : env.glyphs.closed} `;
  const after = fold === "open" ? "" : ` +${compact(count)}`;
  return before + cut(name, Math.max(1, columns - before.length - after.length)) + after;
}
