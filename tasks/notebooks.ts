/**
 * Runs every notebook of `notebooks/`, or those named, on the kernel, without Python, with a store of its own. Fails on a cell
 * that fails or takes too long, on a missing output, an empty chart, and where the outputs in the file are of another kind than
 * those that were made. `--write` puts the new outputs into the files.
 *
 * @module
 */
import { basename } from "node:path";
import { notebookProblems, notebookText, readNotebook, runNotebook } from "../lib/notebook/mod.ts";

const CELL_MAX_MS = 60_000;
/** What opens a model: here the simulator answers, on every machine alike. */
const UNSET = {
  MISTRAL_API_KEY: "",
  MISTRAL_SERVER_URL: "",
  MISTRAL_MODEL: "",
  AGENTOP_STORE: "",
  AGENTOP_AGENTS: "",
};

const isWriting = Deno.args.includes("--write");
const named = Deno.args.filter((it) => it !== "--write");
const files = named.length > 0 ? named : [...Deno.readDirSync("notebooks")].map(({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort().map((name) => `notebooks/${name}`);
const begun = performance.now();
let failed = 0;
// One for all: the first notebook makes the demo runs that the others find.
const home = await Deno.makeTempDir({ prefix: "agentop-notebooks-" });
for (const file of files) {
  const start = performance.now();
  try {
    const stored = await readNotebook(file);
    const fresh = await runNotebook(file, {
      env: { ...UNSET, AGENTOP_HOME: home, NO_COLOR: "1" },
      cellMaxMs: CELL_MAX_MS,
      onCell: ({ cell, cells }) => progress(`${basename(file)}: ${cell} of ${cells} cells`),
    });
    const problems = notebookProblems(isWriting ? fresh : stored, fresh);
    if (isWriting) await Deno.writeTextFile(file, notebookText(fresh));
    progress("");
    console.log(
      `${problems.length === 0 ? "✓" : "✗"} ${file} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    );
    for (const problem of problems) console.log(`    ${problem}`);
    if (problems.length > 0) failed++;
  } catch (error) {
    progress("");
    failed++;
    const { message, cause } = error as Error;
    console.log(
      `✗ ${file}\n    ${message}${typeof cause === "string" ? `\n${cause.replace(/^/gm, "    ")}` : ""}`,
    );
  }
}
await Deno.remove(home, { recursive: true }).catch(() => {});
console.log(
  `${files.length - failed} notebooks passed, ${failed} failed (${
    ((performance.now() - begun) / 1000).toFixed(1)
  } s)`,
);
Deno.exitCode = failed > 0 || files.length === 0 ? 1 : 0;

/** One line that is written over, for people only. */
function progress(text: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[2K${text}`));
}
