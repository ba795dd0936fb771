import assert from "node:assert/strict";
import { join } from "node:path";
import { loadNotebooks, type Shown } from "../../../lib/app/mod.ts";
import { newNotebook, notebookText, readNotebook } from "../../../lib/documents/mod.ts";

const { addToNotebook, notebookPath } = await loadNotebooks();
const STEP: Shown = { kind: "step", runId: "0199", step: 2 };
const DIFF: Shown = { kind: "diff", left: "0199", right: "0200" };

const appIn = (folder: string) => ({ config: { home: folder, storePath: join(folder, "a.db") } }) as never;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "agentop-notebook-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const codeOf = async (path: string) =>
  (await readNotebook(path)).cells.filter((it) => it.cell_type === "code").map((it) =>
    [it.source].flat().join("")
  );

Deno.test("addToNotebook() makes a notebook that opens the store once, and adds to it", async () => {
  await inFolder(async (folder) => {
    const app = appIn(folder);
    const path = join(folder, "n.ipynb");
    assert.deepEqual(await addToNotebook(app, join(folder, "n"), STEP), { path, isNew: true, cells: 4 });
    assert.deepEqual(await addToNotebook(app, path, DIFF), { path, isNew: false, cells: 2 });
    await addToNotebook(app, path, { kind: "costs", by: "agent", search: "since:7d" });
    const code = await codeOf(path);
    assert.equal(code.length, 4);
    assert.match(code[0]!, /await openStudio\(\{\n {2}home: ".*",\n {2}store: ".*a\.db",\n\}\);$/);
    assert.deepEqual(code.slice(1), [
      'await studio.step("0199", 2);',
      'await studio.diff("0199", "0200");',
      'await studio.costs("agent", "since:7d");',
    ]);
    const ids = (await readNotebook(path)).cells.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    // Another store is opened before it is read.
    await addToNotebook(appIn(join(folder, "other")), path, STEP);
    assert.equal((await codeOf(path)).filter((it) => it.includes("openStudio")).length, 2);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map((it) => it.name), ["n.ipynb"]);
  });
});

Deno.test("addToNotebook() keeps what somebody else's notebook has, cells without names too", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "mine.ipynb");
    const output = { output_type: "stream", name: "stdout", text: ["a\n", "b"] };
    const mine = {
      cells: [{
        cell_type: "code",
        metadata: { mine: 1 },
        source: ["1\n", "2"],
        outputs: [output],
        execution_count: 5,
      }],
      metadata: { kernelspec: { name: "deno", language: "typescript" }, other: [1, 2] },
      nbformat: 4,
      nbformat_minor: 4,
    };
    await Deno.writeTextFile(path, JSON.stringify(mine));
    await Deno.chmod(path, 0o664);
    const link = join(folder, "link.ipynb");
    await Deno.symlink(path, link);
    await addToNotebook(appIn(folder), link, STEP);
    const now = JSON.parse(await Deno.readTextFile(path));
    assert.deepEqual(now.cells[0], mine.cells[0]);
    assert.deepEqual({ ...now, cells: [] }, { ...mine, cells: [] });
    assert.equal(now.cells.length, 4);
    assert(now.cells.slice(1).every((it: object) => !("id" in it)));
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o664);
    assert.equal((await Deno.lstat(link)).isSymlink, true);
  });
});

Deno.test("addToNotebook() leaves alone what is no notebook for TypeScript", async () => {
  await inFolder(async (folder) => {
    const python = newNotebook([]);
    const texts = [
      [
        notebookText({ ...python, metadata: { kernelspec: { language: "python" } } }),
        /cells are python, not/,
      ],
      [notebookText({ ...python, metadata: { language_info: { name: "R\n\u001b[2J" } } }), /cells are R/],
      ["{", /no notebook of format 4/],
      ["", /no notebook of format 4/],
    ] as const;
    for (const [text, expected] of texts) {
      const path = join(folder, "n.ipynb");
      await Deno.writeTextFile(path, text);
      await assert.rejects(addToNotebook(appIn(folder), path, STEP), (error: Error) => {
        assert.match(error.message, expected);
        assert(!error.message.includes("\n"));
        return true;
      });
      assert.equal(await Deno.readTextFile(path), text);
    }
    await Deno.mkdir(join(folder, "f.ipynb"));
    await assert.rejects(addToNotebook(appIn(folder), join(folder, "f"), STEP), /Cannot/);
    await assert.rejects(addToNotebook(appIn(folder), join(folder, "no", "x"), STEP), /there is no folder/);
    await assert.rejects(addToNotebook(appIn(folder), join(folder, "n.ipynb", "x"), STEP), /is no folder/);
  });
});

Deno.test("notebookPath() adds the ending, and refuses what is no name of a file", () => {
  assert.equal(notebookPath("a/report.v2"), "a/report.v2.ipynb");
  assert.equal(notebookPath("a.ipynb"), "a.ipynb");
  for (const name of ["", " ", "a/", ".ipynb", "a/.ipynb", ".", "..", "a\0b", "a\nb", "x".repeat(300)]) {
    assert.throws(
      () => notebookPath(name),
      /^AgentOpError: Cannot write ".*": [^\n]*$/,
      JSON.stringify(name),
    );
  }
});
