// The four notebooks on stores that they do not hope for. Their cells run here, one after the other, without a kernel.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { readNotebook, sourceOf } from "../../lib/documents/mod.ts";
import { openStudio } from "../../lib/mod.ts";

const LIBRARY = new URL("../../lib/mod.ts", import.meta.url).href;

async function withHome(test: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "agentop-stores-" });
  try {
    await test(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Throws what the first cell that fails throws. */
async function runCells(name: string, home: string): Promise<void> {
  const { cells } = await readNotebook(`notebooks/${name}.ipynb`);
  const code = cells.filter((it) => it.cell_type === "code").map(sourceOf).join("\n;\n")
    .replace("@agentop/studio", LIBRARY)
    .replace("openStudioOrDemo()", `openStudioOrDemo(${JSON.stringify({ home })})`);
  const path = join(home, `${name}.ts`);
  await Deno.writeTextFile(path, `${code}\n;await studio[Symbol.asyncDispose]();\n`);
  await import(pathToFileURL(path).href);
}

Deno.test("every notebook runs to its end on a store that has one run, of an agent without steps to fork at", async () => {
  await withHome(async (home) => {
    const studio = await openStudio({ home, simulator: true });
    await studio.run("writer", "Say hello.");
    await studio[Symbol.asyncDispose]();
    for (const name of ["cost_analysis", "evaluation_scoring", "replay_diffs", "quickstart"]) {
      await runCells(name, home).catch((error) => assert.fail(`${name}: ${error.stack}`));
    }
  });
});

Deno.test("a notebook says of a store of a newer version that it is one, in one line", async () => {
  await withHome(async (home) => {
    await (await openStudio({ home, simulator: true }))[Symbol.asyncDispose]();
    const studio = await openStudio({ home, simulator: true });
    await studio.run("writer", "Say hello.");
    await studio[Symbol.asyncDispose]();
    const db = new DatabaseSync(join(home, "agentop.db"));
    const { user_version: version } = db.prepare("pragma user_version").get() as { user_version: number };
    db.exec(`pragma user_version = ${version + 1}`);
    db.close();
    await assert.rejects(runCells("quickstart", home), /^StoreError: Cannot open .*newer version/);
  });
});
