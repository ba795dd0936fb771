import { sentenceOf } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { markdownLines } from "../../draw/markdown.ts";
import { BORDER } from "../../draw/pane.ts";
import type { Tone } from "../../draw/theme.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import { clean, cleanLines, fit, width, wrap } from "../../terminal/text.ts";
import { type AgentsModel, chosenAgent } from "./model.ts";

const LABEL_COLUMNS = 12;
const INSTRUCTIONS_LENGTH_MAX = 20_000;
const ERROR_ROWS_MAX = 40;
const UNTRUSTED = "auto, but nobody trusts it: it asks";

/** Everything an agent file says, for a pane `columns` wide. */
export function aboutLines(model: AgentsModel, env: Env, columns: number): readonly Line[] {
  const agent = chosenAgent(model);
  if (!agent) return [];
  const inner = columns - BORDER - 2;
  const lines: Line[] = [];
  const text = (value: string, tone: Tone = "text") => {
    for (const piece of wrap(clean(value), inner)) lines.push(line(` ${piece}`, tone));
  };
  text(agent.path, "dim");
  if (agent.error !== undefined) {
    lines.push(EMPTY, ...errorLines(agent, env, inner));
    return lines;
  }
  for (const note of agent.notes ?? []) text(sentenceOf(note), "warn");
  if (agent.description !== undefined) {
    lines.push(EMPTY);
    text(agent.description);
  }
  lines.push(EMPTY, ...facts(agent, inner));
  lines.push(
    EMPTY,
    line(agent.tools.length === 0 ? " Tools: none" : " Tools", "heading"),
    ...tools(agent, env, inner),
  );
  if (agent.instructions !== undefined) {
    const body = markdownLines(agent.instructions.slice(0, INSTRUCTIONS_LENGTH_MAX), inner, env.glyphs);
    lines.push(EMPTY, line(" Instructions", "heading"), ...body.map((row): Line => [seg(" "), ...row]));
  }
  return lines;
}

function errorLines(agent: AgentEntry, env: Env, columns: number): readonly Line[] {
  const { error = "", remedy, others = [], line: at } = agent;
  const rows = [sentenceOf({ message: error, remedy }), ...others].flatMap((text) => [
    EMPTY,
    ...cleanLines(text).flatMap((row) => wrap(row, columns)).map((row) => line(` ${row}`)),
  ]);
  return [
    line(` ${env.glyphs.status.failed} This file cannot be used`, "error"),
    ...rows.slice(0, ERROR_ROWS_MAX),
    EMPTY,
    [seg(" o", "key"), seg(`   opens it in your editor${at === undefined ? "" : ` at line ${at}`}`, "dim")],
    [seg(" ^r", "key"), seg("  reads it again", "dim")],
  ];
}

function facts(agent: AgentEntry, columns: number): readonly Line[] {
  const rows: readonly (readonly [string, string])[] = [
    ["model", agent.model],
    ...(agent.approve === undefined
      ? []
      : [["approve", agent.isUntrusted ? UNTRUSTED : approval(agent.approve)] as const]),
    ...(agent.limits ?? []),
  ];
  return rows.flatMap(([label, value]) =>
    wrap(clean(value), Math.max(8, columns - LABEL_COLUMNS - 1)).map((piece, at): Line => [
      seg(` ${fit(at === 0 ? clean(label) : "", LABEL_COLUMNS)}`, "dim"),
      seg(piece, label === "model" ? "llm" : "text"),
    ])
  );
}

function approval(policy: string): string {
  if (policy === "ask") return "ask before tools write, execute or reach the network";
  if (policy === "auto") return "auto: every tool call is allowed";
  return policy === "never" ? "never: tools that would have to ask are refused" : policy;
}

function tools(agent: AgentEntry, env: Env, columns: number): readonly Line[] {
  const name = Math.min(20, Math.max(8, ...agent.tools.map((tool) => width(clean(tool)) + 2)));
  return agent.tools.flatMap((tool, index): readonly Line[] => {
    const permission = agent.permissions?.[index] ?? "";
    const pieces = wrap(clean(permission), Math.max(10, columns - name - 3));
    return pieces.map((piece, at): Line => [
      seg(at === 0 ? ` ${env.glyphs.bullet} ` : "   ", "dim"),
      seg(fit(at === 0 ? clean(tool) : "", name), "tool"),
      seg(piece, /write|net|run|reach|execut/i.test(permission) ? "warn" : "dim"),
    ]);
  });
}
