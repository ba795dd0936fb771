import { sentenceOf } from "../../../core/mod.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { type Line, seg } from "../../draw/line.ts";
import { BORDER } from "../../draw/pane.ts";
import { DocMemo } from "../../reader/doc_memo.ts";
import { GAP, type Part, textPart } from "../../reader/part.ts";
import { textRows, type Window } from "../../reader/reader.ts";
import { clean, fit, width, wrap } from "../../terminal/text.ts";
import { aboutHeight, agentsLayout, type AgentsModel, chosenAgent } from "./model.ts";

const LABEL_COLUMNS = 12;
const UNTRUSTED = "auto, but nobody trusts it: it asks";

interface Told {
  readonly agent: AgentEntry | undefined;
  readonly parts: readonly Part[];
}

const memo = new DocMemo();
let lastTold: Told | undefined;

/** Everything the chosen agent's file says, laid out for its pane. */
export function aboutWindow(model: AgentsModel, env: Env): Window {
  const { reader } = model;
  const agent = chosenAgent(model);
  if (!lastTold || lastTold.agent !== agent) lastTold = { agent, parts: agent ? partsOf(agent, env) : [] };
  const area = agentsLayout(model, env).about;
  const columns = Math.max(1, (area?.columns ?? env.size.columns) - BORDER - 2);
  const { folds, depth, isWrapped } = reader;
  const doc = memo.doc(lastTold.parts, { columns, glyphs: env.glyphs, prefix: "", folds, depth, isWrapped });
  return { doc, columns, height: textRows(reader, aboutHeight(model, env)) };
}

function partsOf(agent: AgentEntry, env: Env): readonly Part[] {
  const path = textPart(agent.path, "dim");
  if (agent.error !== undefined) return [path, GAP, ...errorParts(agent, env)];
  const drawn = (draw: (columns: number) => readonly Line[]): Part => ({ kind: "draw", text: "", draw });
  return [
    path,
    ...(agent.notes ?? []).map((note) => textPart(sentenceOf(note), "warn")),
    ...(agent.description === undefined ? [] : [GAP, textPart(agent.description)]),
    GAP,
    drawn((columns) => facts(agent, columns)),
    GAP,
    textPart(agent.tools.length === 0 ? "Tools: none" : "Tools", "heading"),
    drawn((columns) => tools(agent, env, columns)),
    ...(agent.instructions === undefined ? [] : [
      GAP,
      textPart("Instructions", "heading"),
      { kind: "markdown", text: agent.instructions, indent: 0 } as const,
    ]),
  ];
}

function errorParts(agent: AgentEntry, env: Env): readonly Part[] {
  const { error = "", remedy, others = [], line: at } = agent;
  const row = (...parts: Line): Part => ({ kind: "draw", text: "", draw: () => [parts] });
  return [
    textPart(`${env.glyphs.status.failed} This file cannot be used`, "error"),
    ...[sentenceOf({ message: error, remedy }), ...others].flatMap((text) => [GAP, textPart(text)]),
    GAP,
    row(seg("o", "key"), seg(`   opens it in your editor${at === undefined ? "" : ` at line ${at}`}`, "dim")),
    row(seg("^r", "key"), seg("  reads it again", "dim")),
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
      seg(fit(at === 0 ? clean(label) : "", LABEL_COLUMNS), "dim"),
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
      seg(at === 0 ? `${env.glyphs.bullet} ` : "  ", "dim"),
      seg(fit(at === 0 ? clean(tool) : "", name), "tool"),
      seg(piece, /write|net|run|reach|execut/i.test(permission) ? "warn" : "dim"),
    ]);
  });
}
