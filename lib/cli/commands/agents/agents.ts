import type { ListedAgent } from "../../../app/mod.ts";
import { agentShape, toolNames } from "../../../documents/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { messageOf, sentenceOf } from "../../../core/mod.ts";
import { cell, type Column, plural, table } from "../../../present/mod.ts";
import { type Look, lookOf } from "../../output/look.ts";

export const agents: CliCommand = {
  register(program, withContext) {
    program.command("agents").description("list agent files, with what is wrong where one cannot be used")
      .action(() => withContext(showAgents));
  },
};

async function showAgents(context: Context): Promise<void> {
  const all = await Promise.all((await context.app.agents()).map(async (agent): Promise<Shown> => {
    return { ...agent, may: agent.config ? await context.app.touches(agent.config) : [] };
  }));
  if (context.json) return context.printJson(all.map(agentShape));
  const found = all.filter((it) => it.path !== undefined);
  const bundled = all.filter((it) => it.path === undefined);
  const look = lookOf(context);
  if (found.length > 0) {
    context.print(agentTable(found, look));
    for (const agent of found) for (const line of troubleLines(agent, look)) context.print(line);
    for (const agent of found) for (const line of mayLines(agent, look)) context.print(line);
  } else {
    context.print(
      `No agent files in ${cell(context.config.agentFolders.join(", "))}. Try: agentop init`,
    );
  }
  if (bundled.length > 0) {
    context.print(
      `\n${look.paint("bold", "Built in")} ${
        look.paint("dim", "(agentop run NAME; a file of the same name wins)")
      }`,
    );
    context.print(agentTable(bundled, look));
    for (const agent of bundled) for (const line of mayLines(agent, look)) context.print(line);
  }
  const prices = await context.app.prices().then(() => undefined, (error: unknown) => error);
  if (prices !== undefined) context.print(look.paint("red", `\n✗ ${cell(messageOf(prices))}`));
  const broken = found.filter((it) => it.error !== undefined).length;
  if (broken > 0 && context.stdoutIsTerminal) context.note(`${plural(broken, "agent file")} cannot be used.`);
}

/** An agent with what its tools may touch and whom it hands work to. */
interface Shown extends ListedAgent {
  readonly may: readonly string[];
}

/** What an agent may do before anybody runs it, and whether it asks. */
function mayLines({ name, path, config, isTrusted, may }: Shown, look: Look): readonly string[] {
  if (!config || may.length === 0) return [];
  const asks = config.approve === "never"
    ? "what would have to ask is refused"
    : config.approve === "ask"
    ? "asks before it writes, executes or reaches out"
    : isTrusted || path === undefined
    ? "trusted: nothing is asked (approve: auto)"
    : "says approve: auto, but nobody trusts it: asks. Try: agentop trust FOLDER";
  return [
    `${look.paint("bold", cell(name))} ${
      look.paint(config.approve === "auto" ? "yellow" : "dim", cell(asks))
    }`,
    ...may.map((line) => `  ${cell(line)}`),
  ];
}

/** What is wrong with a file, a line each; what should be known of one that can be used. */
function troubleLines(
  { error, remedy, others = [], notes = [] }: ListedAgent,
  look: Look,
): readonly string[] {
  if (error === undefined) return notes.map((note) => look.paint("yellow", `! ${cell(sentenceOf(note))}`));
  return [
    look.paint("red", `✗ ${cell(sentenceOf({ message: error, remedy }))}`),
    ...others.map((other) => look.paint("red", `  ${cell(other)}`)),
  ];
}

function agentTable(found: readonly ListedAgent[], look: Look): string {
  const hasPaths = found.some((it) => it.path !== undefined);
  const columns: readonly Column[] = [
    { title: "" },
    { title: "NAME", min: 8 },
    { title: "MODEL", min: 12 },
    { title: "TOOLS", min: 24 },
    ...(hasPaths ? [{ title: "FILE", drop: 1 }] : []),
  ];
  return table(
    columns,
    found.map(({ name, path, config, error }) => [
      error === undefined ? { text: "✓", style: "green" } : { text: "✗", style: "red" },
      { text: cell(name), style: "bold" },
      { text: cell(config?.model ?? "–") },
      {
        text: cell(config ? toolNames(config).join(", ") || "–" : "cannot be loaded, see below"),
        style: "dim",
      },
      ...(hasPaths ? [{ text: cell(path ?? ""), style: "dim" as const }] : []),
    ]),
    look,
  );
}
