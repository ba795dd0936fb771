import assert from "node:assert/strict";
import { editFile, editText } from "../../../../lib/cli/process/editor.ts";
import { loadTuiState, saveTuiState } from "../../../../lib/cli/commands/tui/tui_state.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadTuiState() returns what saveTuiState() kept, and nothing before", () =>
  inFolder(async (folder) => {
    const path = `${folder}/new/tui.json`;
    assert.equal(await loadTuiState(path), undefined);
    await saveTuiState(path, { theme: "dark" });
    await saveTuiState(path, { theme: "light" });
    assert.deepEqual(await loadTuiState(path), { theme: "light" });
    assert.deepEqual([...Deno.readDirSync(`${folder}/new`)].map((entry) => entry.name), ["tui.json"]);
  }));

Deno.test("loadTuiState() says what is wrong with a file it cannot use", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tui.json`;
    await Deno.writeTextFile(path, "{ theme");
    await assert.rejects(
      loadTuiState(path),
      /Cannot use .*tui\.json: it is not JSON .*Try: correct or delete it/,
    );
    await Deno.writeTextFile(path, " ".repeat(300_000));
    await assert.rejects(loadTuiState(path), /it is larger than 0\.25 MB/);
    await Deno.remove(path);
    await Deno.mkdir(path);
    await assert.rejects(loadTuiState(path), /Cannot use .*tui\.json/);
  }));

Deno.test("editText() returns what the editor saved, undefined when nothing changed", () =>
  inFolder(async (folder) => {
    const script = `${folder}/my editor.sh`;
    await Deno.writeTextFile(script, '#!/bin/sh\nprintf "%s more" "$1" >> "$2"\n', { mode: 0o755 });
    const edited = (command: string) => editText({ command, environment: {} }, "text");
    assert.equal(await edited(`"${script}" and`), "textand more");
    assert.equal(await edited("true"), undefined);
    await assert.rejects(edited("false"), /the editor ended with code 1/);
    await assert.rejects(
      edited("/no/such/editor"),
      /Cannot open the editor: got "\/no\/such\/editor"/,
    );
  }));

Deno.test("editFile() opens editors that it knows at a line", () =>
  inFolder(async (folder) => {
    for (const name of ["nano", "code", "hx", "mine"]) {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\necho "$*" > ${folder}/said\n`, {
        mode: 0o755,
      });
    }
    const said = async (command: string, line?: number) => {
      await editFile({ command: `${folder}/${command}`, environment: {} }, "a.yaml", line);
      return (await Deno.readTextFile(`${folder}/said`)).trim();
    };
    assert.equal(await said("nano -w", 4), "-w +4 a.yaml");
    assert.equal(await said("code --wait", 4), "--wait --goto a.yaml:4");
    assert.equal(await said("hx", 4), "a.yaml:4");
    assert.equal(await said("mine", 4), "a.yaml");
    assert.equal(await said("nano"), "a.yaml");
  }));
