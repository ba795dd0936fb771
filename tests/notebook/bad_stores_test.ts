// The four notebooks on stores that they do not hope for. Their cells run here, one after the other, without a kernel.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { readNotebook, sourceOf } from "../../lib/documents/mod.ts";
import { App } from "../../lib/app/mod.ts";
import { importFiles } from "../../lib/app/import_files.ts";
import { openStudio } from "../../lib/mod.ts";
import { encodeTracesJson } from "../../lib/otlp/mod.ts";
import { sent, span } from "../otlp/spans.ts";

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
  const path = join(home, `${name}.${crypto.randomUUID()}.ts`); // or a second time would run nothing
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

const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

interface Shown {
  [DISPLAY](): Record<string, unknown> | Promise<Record<string, unknown>>;
}

const AGENT = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "shop" };
const CHAT = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "house-model",
  "gen_ai.usage.input_tokens": 40n,
  "gen_ai.usage.output_tokens": 2n,
};

/** A run of another program that kept its messages to itself, a day from now, so that none is newer. */
async function importRun(home: string): Promise<void> {
  const startTimeUnixNano = BigInt(Date.now() + 86_400_000) * 1_000_000n;
  const spans = [AGENT, CHAT].map((attributes, at) => span(at + 1, { attributes, startTimeUnixNano }));
  const path = join(home, "trace.json");
  await Deno.writeTextFile(path, encodeTracesJson(sent(spans)));
  await using app = new App({
    useSimulator: true,
    defaults: {},
    retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
    home,
    storePath: join(home, "agentop.db"),
    storeGiven: false,
    agentFolders: [],
    secrets: {},
    environments: { plain: {}, runner: {} },
  });
  const { runs } = await importFiles(app, [path]);
  assert.equal(runs.length, 1);
}

/** What its cells print. */
async function printed(name: string, home: string): Promise<string> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (...values) => lines.push(values.join(" "));
  try {
    await runCells(name, home);
  } catch (error) {
    assert.fail(`${name}: ${(error as Error).stack}`);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test("every notebook says in words what an imported run without messages lacks, where it is the newest", async () => {
  await withHome(async (home) => {
    await importRun(home);
    assert.match(await printed("replay_diffs", home), /cannot be run again: one is made now/);
    assert.match(await printed("cost_analysis", home), /% of \d+ input tokens[^]*0 failed tries/);
    assert.match(await printed("evaluation_scoring", home), /No run here is of the researcher/);
    await using studio = await openStudio({ home, simulator: true });
    const [imported] = await studio.runs({ search: "agent:shop" });
    assert.deepEqual([imported?.origin, imported?.costUsd], ["otlp", null]);
    const { runId: runs } = imported!;
    const said = async (shown: object) => String((await (shown as Shown)[DISPLAY]())["text/plain"]);
    assert.match(await said(await studio.messages({ runs })), /^No message is on record/);
    assert.match(await said(await studio.receipt(runs)), /no price is known for this model/);
    assert.match(
      await said(await studio.chart("cost", { runs })),
      /^No cost chart: the price of .* is unknown/,
    );
    assert.match(await printed("quickstart", home), /your own runs/);
    assert.match(await printed("replay_diffs", home), /newest run came from another program: an older one/);
  });
});
