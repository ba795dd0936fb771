/**
 * Writes `docs/keys.md`, the sheet of all keys, from the tables that the workbench itself uses. `--check` only says whether
 * the file is up to date (exit code 1 when it is not).
 *
 * @module
 */
import { keymapOf } from "../lib/tui/app/keymap.ts";
import { loadScreens } from "../lib/tui/app/screen_list.ts";
import { keySign } from "../lib/tui/contract/keys.ts";
import { UNICODE } from "../lib/tui/draw/glyphs.ts";

export const SHEET = new URL("../docs/keys.md", import.meta.url);

const SCREENS = await loadScreens();

const HEAD = `# Keys of the workbench

Made by \`deno task key-sheet\` from the tables that drive the input, the footer and \`?\`. The names in the last column are for
\`tui.json\` in the data folder (\`agentop doctor\` names it): \`{ "keys": { "runs.stop": ["X"] } }\` gives an action other keys.
`;

/** The whole sheet, one table per place. */
export function keySheet(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const titles = new Map<string, string[]>();
  for (const { id, title, keys, help } of keymapOf({}, SCREENS).bindings) {
    const signs = keys.map((key) => `\`${keySign(key, UNICODE)}\``).join(" ");
    const rows = titles.get(title) ?? [];
    rows.push(`| ${cell(signs)} | ${cell(help)} | \`${id}\` |`);
    titles.set(title, rows);
  }
  const tables = [...titles].map(([title, rows]) =>
    `\n## ${title}\n\n| key | does | name |\n|---|---|---|\n${rows.join("\n")}\n`
  );
  return HEAD + tables.join("");
}

if (import.meta.main) {
  const sheet = keySheet();
  const current = await Deno.readTextFile(SHEET).catch(() => "");
  if (!Deno.args.includes("--check")) {
    await Deno.mkdir(new URL(".", SHEET), { recursive: true });
    await Deno.writeTextFile(SHEET, sheet);
  } else if (current !== sheet) {
    console.error("docs/keys.md is stale. Try: deno task key-sheet");
    Deno.exit(1);
  }
}
