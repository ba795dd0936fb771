/**
 * Writes `docs/agents.md`, the reference, from the same topics that `agentop help` prints: schemas of agent files, tools, scenarios
 * and prices, the terms of the search, the columns of the store. `--check` only says whether the file is up to date (exit code 1
 * when it is not).
 *
 * @module
 */
import type { Section } from "../lib/cli/reference/section.ts";
import { TOPICS } from "../lib/cli/reference/topics.ts";

export const SHEET = new URL("../docs/agents.md", import.meta.url);

/** The whole sheet, a chapter per topic. */
export async function agentSheet(): Promise<string> {
  const chapters = await Promise.all(TOPICS.map(async ({ sections }) => await sections()));
  const contents = TOPICS.map(({ name, about }) => `- \`agentop help ${name}\`: ${about}\n`);
  return [
    "# Reference\n\nMade by `deno task agent-sheet` from the schemas and tables that the program itself uses. In a terminal:\n\n",
    ...contents,
    ...chapters.flatMap(([first, ...others]) => [
      chapter(first!, "##"),
      ...others.map((section) => chapter(section, "###")),
    ]),
  ].join("");
}

function chapter({ title, text = [], code, table }: Section, heading: string): string {
  return [
    `\n${heading} ${title}\n`,
    ...text.map((it) => `\n${it}\n`),
    ...(code ? [`\n\`\`\`${code.language}\n${code.text}\n\`\`\`\n`] : []),
    ...(table
      ? [`\n${row(table.columns)}|${"---|".repeat(table.columns.length)}\n`, ...table.rows.map(row)]
      : []),
  ].join("");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((it) => it.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

if (import.meta.main) {
  const sheet = await agentSheet();
  const current = await Deno.readTextFile(SHEET).catch(() => "");
  if (!Deno.args.includes("--check")) {
    await Deno.mkdir(new URL(".", SHEET), { recursive: true });
    await Deno.writeTextFile(SHEET, sheet);
  } else if (current !== sheet) {
    console.error("docs/agents.md is stale. Try: deno task agent-sheet");
    Deno.exit(1);
  }
}
