import { sentenceOf, shortRunId } from "../../../core/mod.ts";
import { plural } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { keySign } from "../../contract/keys.ts";
import { EMPTY, fitLine, type Line, line, lineWidth, seg } from "../../draw/line.ts";
import { beside, BORDER, centered, pane } from "../../draw/pane.ts";
import { fieldLine, fieldLines } from "../../draw/text_field.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import { clean, cut, fit, width, wrap } from "../../terminal/text.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import { agentHeight, launchLayout } from "./layout.ts";
import { trustDialog } from "./question.ts";
import {
  agentRows,
  chosenAgent,
  fittingModels,
  FORM_FIELDS,
  type FormField,
  type LaunchModel,
  modelsTop,
  shownAgents,
} from "./model.ts";

const LABELS: Readonly<Record<FormField, string>> = {
  prompt: "prompt",
  model: "model",
  temperature: "temperature",
  maxTokens: "max tokens",
  group: "group",
  budget: "budget USD",
};
const LABEL_COLUMNS = 13;
const RECENT_MAX = 6;

export function viewLaunch(model: LaunchModel, env: Env): readonly Line[] {
  const frame = formView(model, env);
  const agent = chosenAgent(model);
  if (!model.question || !agent) return frame;
  const rows = Array.from({ length: env.size.rows }, (_, y) => fitLine(frame[y] ?? EMPTY, env.size.columns));
  return centered(rows, trustDialog(agent, env), env.size.columns);
}

function formView(model: LaunchModel, env: Env): readonly Line[] {
  const layout = launchLayout(env.size, model.focus);
  const left = model.focus === "model" ? modelsPane : agentsPane;
  const agents = layout.agents && left(model, env, layout.agents.columns, layout.agents.rows);
  const prompt = layout.prompt && promptPane(model, env, layout.prompt.columns, layout.prompt.rows);
  const options = layout.options && optionsPane(model, env, layout.options.columns, layout.options.rows);
  const form = [...(prompt ?? []), ...(options ?? [])];
  if (!agents) return form;
  if (form.length === 0) return agents;
  if (!layout.about) return beside(agents, form);
  return beside(agents, form, aboutPane(model, env, layout.about.columns, layout.about.rows));
}

function agentsPane(model: LaunchModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const shown = shownAgents(model);
  const list = agentRows(model, agentHeight(env.size));
  const chosen = selectedIndex(model.list, list);
  const lines: Line[] = [
    model.filtering || model.filter.text !== ""
      ? [seg(" / ", "key"), ...fieldLine(model.filter, inner - 4, model.focus === "agents")]
      : [seg(" / ", "key"), seg(model.focus === "agents" ? "type a few letters" : "filter", "dim")],
  ];
  const nameColumns = Math.min(20, Math.max(8, ...model.agents.map((agent) => width(clean(agent.name)) + 1)));
  const look = {
    top: model.list.top,
    height: list.height,
    columns: inner,
    glyphs: env.glyphs,
    selected: chosen,
  };
  lines.push(...listLines(shown, look, (agent) => agentRow(agent, nameColumns, env)));
  if (shown.length === 0) lines.push(EMPTY, ...noAgents(model, inner));
  return pane(lines, columns, rows, env.glyphs, {
    title: "Agents",
    focused: model.focus === "agents",
    ...(model.state === "loading" ? { note: line(`reading${env.glyphs.ellipsis}`, "dim") } : {}),
    foot: shown.length > 0 ? line(`${chosen + 1} of ${shown.length}`, "dim") : EMPTY,
    scroll: { top: model.list.top, total: shown.length + 1 },
  });
}

/** What can be asked, while somebody chooses. */
function modelsPane(model: LaunchModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const fits = fittingModels(model);
  const height = rows - BORDER;
  const selected = model.walk?.index ?? -1;
  const top = modelsTop(model, height);
  const look = { top, height, columns: inner, glyphs: env.glyphs, selected };
  const lines = fits.length > 0
    ? listLines(fits, look, ({ name }): Line => [seg(clean(name), "strong")])
    : paragraph(model.models ? "No model that is known here fits." : "Reading the models…", inner, "dim");
  return pane(lines, columns, rows, env.glyphs, {
    title: "Models",
    focused: false,
    foot: fits.length > 0 ? line(plural(fits.length, "model"), "dim") : EMPTY,
    scroll: { top, total: fits.length },
  });
}

function agentRow(agent: AgentEntry, nameColumns: number, env: Env): Line {
  const broken = agent.error !== undefined;
  return [
    seg(fit(clean(agent.name), nameColumns), broken ? "error" : "strong"),
    seg(
      broken ? `${env.glyphs.status.failed} ${clean(agent.error!)}` : clean(agent.model),
      broken ? "error" : "dim",
    ),
  ];
}

function noAgents(model: LaunchModel, columns: number): readonly Line[] {
  if (model.state === "loading") return paragraph("Reading agent files…", columns, "dim");
  if (model.state === "failed") {
    return [
      ...paragraph(clean(sentenceOf(model.failure)), columns, "error"),
      EMPTY,
      ...paragraph("^r reads them again", columns, "dim"),
    ];
  }
  if (model.filter.text !== "") return paragraph("No agent fits.", columns, "dim");
  return [
    ...paragraph("No agent files found.", columns, "text"),
    EMPTY,
    ...paragraph("Put a YAML file into ./agents, then press ^r.", columns, "dim"),
  ];
}

function promptPane(model: LaunchModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER - 2;
  const height = rows - BORDER;
  const focused = model.focus === "prompt";
  const field = model.fields.prompt;
  const { lines, cursorRow } = fieldLines(field, inner, focused);
  const top = Math.max(0, Math.min(cursorRow - height + 1, lines.length - height));
  const agent = chosenAgent(model);
  const hint = agent ? `What should ${clean(agent.name)} do?` : "What should the agent do?";
  const content: readonly Line[] = field.text === ""
    ? [fieldLine(field, inner, focused, hint)]
    : lines.slice(top, top + height);
  const start = keySign(env.extendedKeys ? "ctrl+enter" : "ctrl+s", env.glyphs);
  return pane(content.map((row): Line => [seg(" "), ...row]), columns, rows, env.glyphs, {
    title: "Prompt",
    focused,
    note: model.starting ? line(`starting${env.glyphs.ellipsis}`, "live") : EMPTY,
    foot: [seg(start, "key"), seg(" starts", "dim")],
    scroll: { top, total: lines.length },
  });
}

function optionsPane(model: LaunchModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const agent = chosenAgent(model);
  const placeholders: Readonly<Record<FormField, string>> = {
    prompt: "",
    model: agent ? clean(agent.model) : "as in the agent file",
    temperature: "as in the agent file",
    maxTokens: "as in the agent file",
    group: "none",
    budget: "as in the agent file",
  };
  const lines = FORM_FIELDS.slice(1).map((name): Line => {
    const focused = model.focus === name;
    const label = seg(
      `${focused ? env.glyphs.pointer : " "} ${fit(LABELS[name], LABEL_COLUMNS)}`,
      focused ? "key" : "dim",
    );
    return [label, ...fieldLine(model.fields[name], inner - LABEL_COLUMNS - 4, focused, placeholders[name])];
  });
  return pane(lines, columns, rows, env.glyphs, {
    title: "Options",
    focused: model.focus !== "agents" && model.focus !== "prompt",
  });
}

function aboutPane(model: LaunchModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER - 2;
  const agent = chosenAgent(model);
  const lines: Line[] = [];
  const text = (value: string, tone: "text" | "dim" | "error" = "text") => {
    for (const piece of wrap(clean(value), inner)) lines.push(line(` ${piece}`, tone));
  };
  if (agent) {
    text(agent.path, "dim");
    if (agent.error !== undefined) text(sentenceOf({ message: agent.error, remedy: agent.remedy }), "error");
    if (agent.description !== undefined) {
      lines.push(EMPTY);
      text(agent.description);
    }
    lines.push(EMPTY, line(` Tools${agent.tools.length === 0 ? ": none" : ""}`, "heading"));
    for (const tool of agent.tools) {
      lines.push([seg(` ${env.glyphs.dot} `, "dim"), seg(cut(clean(tool), inner - 2), "tool")]);
    }
  }
  if (env.own.length > 0) {
    lines.push(EMPTY, line(" Started here", "heading"));
    for (const run of env.own.slice(-RECENT_MAX).reverse()) {
      lines.push([
        seg(` ${clean(shortRunId(run.runId))}  `, "dim"),
        seg(cut(clean(run.request.prompt), Math.max(1, inner - 12))),
      ]);
    }
  }
  const title = agent ? clean(agent.name) : "About";
  return pane(lines, columns, rows, env.glyphs, { title: lineWidth(line(title)) > 0 ? title : "About" });
}
