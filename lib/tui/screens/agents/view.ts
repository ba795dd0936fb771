import { runTookMs } from "../../../analysis/mod.ts";
import { type Run, shortRunId } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { age, costOf, plural, runTone, shortStatus, tookText } from "../../../present/mod.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { beside, BORDER, pane } from "../../draw/pane.ts";
import { fieldLine } from "../../draw/text_field.ts";
import { troubleLines } from "../../draw/trouble.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import { clean, fit, width } from "../../terminal/text.ts";
import { readerPane } from "../../reader/pane.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import { aboutWindow } from "./about.ts";
import {
  agentRows,
  agentsLayout,
  type AgentsModel,
  chosenAgent,
  runRows,
  runsOfChosen,
  shownAgents,
} from "./model.ts";

export function viewAgents(model: AgentsModel, env: Env): readonly Line[] {
  if (model.state === "failed") {
    const keys = [["^r", "try again"], ["esc", "back"]] as const;
    return troubleLines("Agent files cannot be read", model.failure, keys, env.size, env.glyphs);
  }
  const { list, about, runs, runsBeside, stacked } = agentsLayout(model, env);
  const left = list && listPane(model, env, list.columns, list.rows);
  const middle = about && aboutPane(model, env, about.columns, about.rows);
  const last = runs && runsPane(model, env, runs.columns, runs.rows);
  if (stacked) return [...(left ?? []), ...(middle ?? []), ...(last ?? [])];
  if (runsBeside) return beside(...[left, middle, last].filter((lines) => lines !== undefined));
  const right = [...(middle ?? []), ...(last ?? [])];
  return left ? (right.length > 0 ? beside(left, right) : left) : right;
}

function listPane(model: AgentsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const shown = shownAgents(model);
  const list = agentRows(model, env);
  const index = selectedIndex(model.list, list);
  const focused = model.focus === "agents";
  const name = Math.min(22, Math.max(8, ...shown.map((agent) => width(clean(agent.name)) + 2)));
  const filter: Line = model.filtering || model.filter.text !== ""
    ? [seg(" / ", "key"), ...fieldLine(model.filter, inner - 4, model.filtering)]
    : [seg(" / ", "key"), seg("filter", "dim")];
  const look = { top: model.list.top, height: list.height, columns: inner, glyphs: env.glyphs };
  const body = listLines(shown, { ...look, selected: index, focused }, (agent) => agentRow(agent, name, env));
  const broken = model.agents.filter((agent) => agent.error !== undefined).length;
  return pane(
    [filter, ...(shown.length === 0 ? [EMPTY, ...noAgents(model, inner)] : body)],
    columns,
    rows,
    env.glyphs,
    {
      title: "Agents",
      focused,
      note: model.state === "loading"
        ? line(`reading${env.glyphs.ellipsis}`, "dim")
        : broken > 0
        ? line(`${broken} broken`, "error")
        : EMPTY,
      foot: shown.length > 0 ? line(`${index + 1} of ${shown.length}`, "dim") : EMPTY,
      scroll: { top: model.list.top, total: shown.length + 1 },
    },
  );
}

function agentRow(agent: AgentEntry, name: number, env: Env): Line {
  const broken = agent.error !== undefined;
  return [
    seg(`${broken ? env.glyphs.status.failed : env.glyphs.status.completed} `, broken ? "error" : "ok"),
    seg(fit(clean(agent.name), name), broken ? "error" : "strong"),
    ...(broken ? [seg(clean(agent.error!), "error")] : [
      seg(`${clean(agent.model)} `, "llm"),
      seg(
        agent.tools.length === 0 ? "" : ` ${plural(agent.tools.length, "tool")}`,
        "dim",
      ),
    ]),
  ];
}

function noAgents(model: AgentsModel, columns: number): readonly Line[] {
  if (model.state === "loading") return paragraph("Reading agent files…", columns, "dim");
  if (model.filter.text !== "") {
    return [
      ...paragraph("No agent fits.", columns, "text"),
      EMPTY,
      ...paragraph("esc clears the filter", columns, "dim"),
    ];
  }
  return [
    ...paragraph("No agent files found.", columns, "text"),
    EMPTY,
    ...paragraph("agentop init writes an example into ./agents; then press ^r.", columns, "dim"),
  ];
}

function aboutPane(model: AgentsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const agent = chosenAgent(model);
  return readerPane(model.reader, aboutWindow(model, env), columns, rows, env.glyphs, {
    title: agent ? clean(agent.name) : "Agent",
    focused: model.focus === "about",
    isReadBeside: model.focus === "agents",
  });
}

function neverRan(model: AgentsModel, env: Env): readonly Line[] {
  const does = chosenAgent(model)?.error === undefined ? "  launches it" : "  opens the file in your editor";
  return [line("  never ran", "dim"), EMPTY, [seg(`  ${env.glyphs.enter}`, "key"), seg(does, "dim")]];
}

function runsPane(model: AgentsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const runs = runsOfChosen(model);
  const inner = columns - BORDER;
  const focused = model.focus === "runs";
  const { top } = model.runList;
  const list = runRows(model, env);
  const index = selectedIndex(model.runList, list);
  const lines = runs === undefined
    ? [line(`  loading${env.glyphs.ellipsis}`, "dim")]
    : runs.length === 0
    ? neverRan(model, env)
    : listLines(runs, {
      top,
      height: list.height,
      columns: inner,
      glyphs: env.glyphs,
      selected: focused ? index : undefined,
    }, (run) => runRow(run, inner, env));
  return pane(lines, columns, rows, env.glyphs, {
    title: "Last runs",
    focused,
    foot: runs && runs.length > 0 ? line(`${index + 1} of ${runs.length}`, "dim") : EMPTY,
    scroll: { top, total: runs?.length ?? 0 },
  });
}

function runRow(run: Run, columns: number, env: Env): Line {
  return [
    seg(
      fit(`${env.glyphs.status[run.status]} ${shortStatus(run)}`, 11),
      runTone(run),
    ),
    seg(fit(clean(shortRunId(run.runId)), 9), "dim"),
    seg(fit(tookText(runTookMs(run, env.nowMs)), 7, "right")),
    seg(fit(costOf(run.totals), 11, "right")),
    seg(columns >= 44 ? fit(age(run.startTimeUs / 1000, env.nowMs), 5, "right") : "", "dim"),
    seg(columns >= 50 ? `  ${clean(run.prompt)}` : "", "dim"),
  ];
}
