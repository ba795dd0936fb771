import type { Env } from "../../contract/screen.ts";
import { EMPTY, fitLine, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import { clean, fit, wrap } from "../../terminal/text.ts";

const COLUMNS_MAX = 76;
/** Around the list of what the tools may touch. */
const ROWS_AROUND = 11;

/** An agent file that wants its tools to run unasked, and that nobody has trusted: what may it? */
export function trustDialog(agent: AgentEntry, env: Env): readonly Line[] {
  const columns = Math.min(COLUMNS_MAX, env.size.columns - 4);
  const inner = columns - BORDER - 2;
  const text = (value: string, indent = ""): readonly Line[] =>
    wrap(clean(value), inner - indent.length).map((row) => line(` ${indent}${row}`));
  const may = agent.tools.flatMap((tool, at) =>
    text(`${tool}: ${agent.permissions?.[at] ?? "unknown"}`, "  ")
  );
  const room = Math.max(1, env.size.rows - ROWS_AROUND);
  const shown = may.length > room ? may.slice(0, room - 1) : may;
  const choice = (key: string, value: string): Line => [seg(`  ${fit(key, 5)}`, "key"), seg(value)];
  const content = [
    EMPTY,
    ...text(`${agent.name} wants its tools to run unasked (approve: auto), and may:`),
    ...shown,
    ...(shown.length < may.length
      ? [line(`   and ${may.length - shown.length} more rows: see 5, Agents`, "warn")]
      : []),
    EMPTY,
    choice("t", "trust the agents of its folder as they are now, and start"),
    choice("a", "start, but ask before each such call"),
    choice("esc", "do not start"),
  ];
  return pane(
    content.map((row) => fitLine(row, columns - BORDER)),
    columns,
    content.length + BORDER,
    env.glyphs,
    { title: "Trust?", focused: true },
  );
}
