import { findAgents, type FoundAgent } from "../../../app/mod.ts";
import type { AgentConfig } from "../../../agent/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { cell, plural } from "../../../present/mod.ts";
import { type Look, lookOf } from "../../output/look.ts";
import { type Column, table } from "../../output/table.ts";

export const agents: CliCommand = {
  register(program, act) {
    program.command("agents").description("list agent files, with what is wrong where one cannot be used")
      .action(() => act(listAgents));
  },
};

/** The demo agents, as they would be loaded; none of them when a file of the same name takes its place. */
async function bundledAgents(
  context: Context,
  found: readonly FoundAgent[],
): Promise<readonly AgentConfig[]> {
  const [{ BUNDLED_AGENTS }, { parseAgentFile }] = await Promise.all([
    import("../../../simulator/mod.ts"),
    import("../../../agent/mod.ts"),
  ]);
  const taken = new Set(found.map((it) => it.name));
  const files = Object.entries(BUNDLED_AGENTS).filter(([file]) =>
    /^[^/]+\.yaml$/.test(file) && !taken.has(file.replace(/\.yaml$/, ""))
  );
  return await Promise.all(files.map(([file, text]) => parseAgentFile(text, file, context.config.defaults)));
}

async function listAgents(context: Context): Promise<number> {
  const found = await findAgents(context.config);
  const bundled = await bundledAgents(context, found);
  if (context.json) {
    context.printJson([
      ...found.map((it) => shape(it.name, it.path, it.config, it.error)),
      ...bundled.map((it) => shape(it.name, null, it)),
    ]);
    return 0;
  }
  const look = lookOf(context);
  if (found.length > 0) {
    context.print(agentTable(found, look));
    for (const { error } of found) {
      if (error !== undefined) context.print(look.paint("red", `✗ ${cell(error)}`));
    }
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
    context.print(agentTable(bundled.map((config) => ({ name: config.name, path: "", config })), look));
  }
  const broken = found.filter((it) => it.error !== undefined).length;
  if (broken > 0 && context.stdoutIsTerminal) context.note(`${plural(broken, "agent file")} cannot be used.`);
  return 0;
}

function agentTable(found: readonly FoundAgent[], look: Look): string {
  const hasPaths = found.some((it) => it.path !== "");
  const columns: readonly Column[] = [
    { title: "" },
    { title: "NAME", min: 8 },
    { title: "MODEL", min: 12 },
    { title: "TOOLS", min: 24 },
    ...(hasPaths ? [{ title: "FILE", drop: 1 }] : []),
  ];
  return table(
    columns,
    found.map(({ name, path, config }) => [
      config ? { text: "✓", style: "green" } : { text: "✗", style: "red" },
      { text: cell(name), style: "bold" },
      { text: cell(config?.model ?? "–") },
      {
        text: cell(config ? toolNames(config).join(", ") || "–" : "cannot be loaded, see below"),
        style: "dim",
      },
      ...(hasPaths ? [{ text: cell(path), style: "dim" as const }] : []),
    ]),
    look,
  );
}

function toolNames(config: AgentConfig): readonly string[] {
  const names = config.tools.map((tool) => tool.kind === "agent" ? `agent ${tool.name}` : tool.name);
  return config.memory.keyValue ? [...names, "memory"] : names;
}

function shape(name: string, path: string | null, config?: AgentConfig, error?: string) {
  return {
    name,
    path,
    bundled: path === null,
    valid: config !== undefined,
    error: error ?? null,
    description: config?.description ?? null,
    model: config?.model ?? null,
    tools: config ? toolNames(config) : [],
  };
}
