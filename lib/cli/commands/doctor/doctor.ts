import { delimiter, join } from "node:path";
import { explain } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { cell, pad, plural, wrap } from "../../../present/mod.ts";
import { type Look, lookOf, type Style, terminalSize } from "../../output/look.ts";
import type { Check, TerminalFacts } from "../../../app/mod.ts";

const SIGNS: Readonly<Record<Check["status"], readonly [glyph: string, style: Style]>> = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  broken: ["✗", "red"],
};

export const doctor: CliCommand = {
  register(program, withContext) {
    program.command("doctor").description(
      "check keys, store, clock, terminal, agents and notebooks, and say what to do",
    )
      .action(() => withContext(examine));
  },
};

async function examine(context: Context): Promise<number> {
  const { runChecks } = await import("../../../app/mod.ts");
  const checks = [
    ...await runChecks(context.app, terminalFacts(context)),
    ...await checkWorkbench(join(context.config.home, "tui.json")),
    ...await checkNotebooks(context),
  ];
  const broken = checks.filter((it) => it.status === "broken").length;
  const warnings = checks.filter((it) => it.status === "warning").length;
  const code = broken > 0 ? 1 : 0;
  if (context.json) {
    context.printJson(
      checks.map(({ name, status, message, remedy }) => ({ name, status, message, remedy: remedy ?? null })),
    );
    return code;
  }
  const look = lookOf(context);
  const room = Math.max(...checks.map((it) => it.name.length));
  for (const check of checks) context.print(lineOf(check, room, look));
  context.print(
    broken > 0
      ? look.paint("red", `\n${plural(broken, "thing")} to repair.`)
      : warnings > 0
      ? look.paint("yellow", `\nReady, with ${plural(warnings, "warning")}.`)
      : look.paint("green", "\nReady."),
  );
  return code;
}

/** The folders that front ends look in, and the one that `agentop notebook` adds. */
async function checkNotebooks({ config }: Context): Promise<readonly Check[]> {
  const { checkKernel } = await import("../../../notebook/mod.ts");
  const { home, jupyterFolder, jupyterPath } = config;
  const others = (jupyterPath ?? "").split(delimiter).filter((it) => it !== "");
  return await checkKernel([...new Set([jupyterFolder, ...others, join(home, "jupyter")])]);
}

/** What the workbench kept, or a person wrote there: keys, theme. */
async function checkWorkbench(path: string): Promise<readonly Check[]> {
  const [{ loadTuiState }, { stateProblems }] = await Promise.all([
    import("../tui/tui_state.ts"),
    import("../../../tui/mod.ts"),
  ]);
  const name = "workbench";
  try {
    const state = await loadTuiState(path);
    if (state === undefined) return [];
    const problems = await stateProblems(state);
    if (problems.length === 0) return [{ name, status: "ok", message: cell(path) }];
    return problems.map((problem) => {
      const [message = "", remedy] = problem.split(". Try: ");
      return { name, status: "warning", message, remedy };
    });
  } catch (error) {
    return [{ name, status: "warning", ...explain(error) }];
  }
}

function terminalFacts({ config }: Context): TerminalFacts {
  return { size: terminalSize(), term: config.term, hasColors: config.color !== "none" };
}

function lineOf({ name, status, message, remedy }: Check, room: number, look: Look): string {
  const [glyph, style] = SIGNS[status];
  const indent = " ".repeat(room + 4);
  const [first = "", ...rest] = wrap(cell(message), look.columns - indent.length, { wholeWords: true });
  const head = `${look.paint(style, glyph)} ${look.paint("bold", pad(name, room))}  ${first}`;
  const advice = remedy === undefined
    ? []
    : wrap(`→ ${cell(remedy)}`, look.columns - indent.length, { wholeWords: true });
  return [
    head,
    ...rest.map((it) => indent + it),
    ...advice.map((it) => indent + look.paint(style, it)),
  ].join("\n");
}
