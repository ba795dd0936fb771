import assert from "node:assert/strict";
import { programCommand } from "../support/program.ts";
import { PtyProgram } from "../support/pty.ts";

/** The program as `deno task tui` starts it, with an empty home and an editor that adds a line. */
async function workbench(): Promise<{ program: PtyProgram } & AsyncDisposable> {
  const home = await Deno.makeTempDir({ prefix: "agentop-first-" });
  const editor = `${home}/editor.sh`;
  await Deno.writeTextFile(editor, '#!/bin/sh\nprintf "\\nSo wait, and wait longer.\\n" >> "$1"\n', {
    mode: 0o700,
  });
  const program = new PtyProgram([...programCommand("tui"), "tui"], {
    columns: 100,
    rows: 30,
    cwd: home,
    env: { AGENTOP_HOME: home, EDITOR: editor, VISUAL: "", MISTRAL_API_KEY: "", MISTRAL_SERVER_URL: "" },
  });
  return {
    program,
    async [Symbol.asyncDispose]() {
      program[Symbol.dispose]();
      await program.exit;
      await Deno.remove(home, { recursive: true });
    },
  };
}

Deno.test("a new user runs the flaky demo, changes the model, reads what differs, and forks a step with an editor", async () => {
  await using use = await workbench();
  const { program } = use;
  await program.waitFor(/run this demo[\s\S]*▶ researcher[\s\S]*flaky/);
  program.keys("jj\r");
  await program.waitFor(/✓ done +flaky +mistral-small-latest[\s\S]*r replay/);
  program.keys("r");
  // What can be chosen is in view at once.
  await program.waitFor(/▶ model +as recorded: mistral-small-latest[\s\S]*mistral-large-latest +\$/);
  program.keys("large\x1b[B");
  await program.waitFor(/→ model mistral-large-latest/);
  program.keys("\r");
  await program.waitFor(
    /✓ done +flaky +mistral-large-latest[\s\S]*The replay has ended: d compares it with the original/,
  );
  program.keys("d");
  const compared = await program.waitFor(/model mistral-small-latest → mistral-large-latest/);
  assert.match(compared, /- \w+ +✓ done +mistral-small-latest/);
  assert.match(compared, /\+ \w+ +✓ done +mistral-large-latest/);
  assert.match(compared, /cost \+\$0\.0000\d+/);
  program.keys("\x1b");
  await program.waitFor(/✓ done +flaky +mistral-large-latest/);
  program.keys(".f");
  await program.waitFor(/✓ done[\s\S]*So wait, and wait longer\./);
  await program.waitFor(/family 3 F/);
  program.keys("d");
  await program.waitFor(/\+ So wait, and wait longer\./);
  program.keys("F");
  await program.waitFor(
    / {2}✓ \w+ flaky mistral-small[\s\S]*- └ ✓ \w+ model mistral-large-latest[\s\S]*\+ {3}└ ✓ \w+ /,
  );
});
