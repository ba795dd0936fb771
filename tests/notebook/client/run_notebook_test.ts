import assert from "node:assert/strict";
import { join } from "node:path";
import {
  newNotebook,
  type NotebookFile,
  notebookProblems,
  notebookText,
  readNotebook,
  runNotebook,
} from "../../../lib/notebook/mod.ts";

async function written(...cells: readonly string[]): Promise<string> {
  const path = join(await Deno.makeTempDir(), "n.ipynb");
  const words = { kind: "markdown", text: "# Title\n\nWords." } as const;
  await Deno.writeTextFile(
    path,
    notebookText(newNotebook([words, ...cells.map((text) => ({ kind: "code", text }) as const)])),
  );
  return path;
}

Deno.test("runNotebook() gives every code cell its outputs and number, and keeps the rest", async () => {
  const path = await written("console.log('one');\nconst n = 20;", "n + 22");
  const before = await readNotebook(path);
  const seen: number[] = [];
  const fresh = await runNotebook(path, { onCell: ({ cell }) => seen.push(cell) });
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual(fresh.cells[0], before.cells[0]);
  assert.deepEqual(fresh.cells[1]!.outputs, [{ output_type: "stream", name: "stdout", text: "one\n" }]);
  assert.equal(fresh.cells[2]!.execution_count, 2);
  assert.match(JSON.stringify(fresh.cells[2]!.outputs), /42/);
  assert.deepEqual(await readNotebook(path), before);
  await Deno.writeTextFile(path, notebookText(fresh));
  assert.deepEqual(notebookProblems(await readNotebook(path), fresh), []);
});

Deno.test("runNotebook() names the cell that fails, and the one that takes too long", async () => {
  await assert.rejects(runNotebook(await written("1", "throw new TypeError('no')")), /cell 2: TypeError: no/);
  const endless = await written("while (true) {}");
  await assert.rejects(runNotebook(endless, { cellMaxMs: 300 }), /cell 1: it took longer than 0.3 s/);
});

Deno.test("readNotebook() refuses what is no notebook", async () => {
  const path = await Deno.makeTempFile();
  for (
    const text of ["", "[]", `{"nbformat":3,"cells":[]}`, `{"nbformat":4,"cells":[{"cell_type":"code"}]}`]
  ) {
    await Deno.writeTextFile(path, text);
    await assert.rejects(readNotebook(path), /it is no notebook of format 4/);
  }
  await Deno.remove(path);
  await assert.rejects(readNotebook(path), /Cannot read the notebook/);
});

/** A notebook whose only cell has one output with this data. */
function withData(data: Readonly<Record<string, unknown>>): NotebookFile {
  const notebook = newNotebook([{ kind: "code", text: "x" }]);
  notebook.cells[0]!.outputs = [{ output_type: "display_data", data, metadata: {} }];
  return notebook;
}

Deno.test("notebookProblems() tells outputs of another kind, empty charts and paths of a machine", () => {
  const none = newNotebook([{ kind: "code", text: "x" }]);
  const table = withData({ "text/html": "<table>", "text/plain": "t" });
  const problem = (stored: NotebookFile, fresh: NotebookFile) => notebookProblems(stored, fresh).join("\n");
  assert.equal(problem(table, withData({ "text/html": "<p>", "text/plain": "u" })), "");
  assert.match(problem(table, none), /cell 1 \(x\): the outputs in the file are .*, now they are none/);
  assert.match(problem(none, table), /the outputs in the file are none/);
  const chart = (values: unknown[]) =>
    withData({ "application/vnd.vegalite.v5+json": { layer: [{ data: { values } }] } });
  assert.equal(problem(chart([1]), chart([1])), "");
  assert.match(problem(chart([1]), chart([])), /a chart is empty/);
  const path = withData({ "text/plain": "in /home/somebody/x.db" });
  assert.match(problem(path, path), /a path of a machine: \/home\/somebody\/x.db/);
});
