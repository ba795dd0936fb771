import assert from "node:assert/strict";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { allCommands } from "../../../lib/cli/commands/mod.ts";
import { addHelpNotes } from "../../../lib/cli/frame/help_notes.ts";

function all(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  const visible = command.createHelp().visibleCommands(command);
  return [command, ...command.commands.filter((it) => visible.includes(it)).flatMap(all)];
}

/** The help of every command, by its path. */
async function helps(): Promise<ReadonlyMap<string, string>> {
  const program = new Command("agentop").helpCommand(false);
  for (const command of await allCommands()) {
    command.register(program as unknown as Command, () => Promise.resolve());
  }
  return new Map(
    all(program as unknown as CommandUnknownOpts).map((command) => {
      addHelpNotes(command);
      let text = "";
      command.configureOutput({ writeOut: (piece) => text += piece, getOutHasColors: () => false })
        .outputHelp();
      return [`${command.parent?.name() ?? ""} ${command.name()}`.trim(), text];
    }),
  );
}

Deno.test("every command's help has examples that begin with the program's name", async () => {
  for (const [path, text] of await helps()) {
    const examples = /\n(?:Examples|To use it):\n((?: {2}.*\n)+)/.exec(text)?.[1] ?? "";
    assert.match(examples, /agentop /, path);
    assert.equal(text.match(/\nExamples:/g)?.length ?? 1, 1, path);
  }
});

Deno.test("commands whose exit codes mean something of their own say so", async () => {
  const found = await helps();
  for (const name of ["run", "resume", "watch", "demo", "replay", "diff", "bisect", "doctor", "sim"]) {
    assert.match(found.get(`agentop ${name}`) ?? "", /\nExit codes: 0 /, name);
  }
  assert.match(found.get("db verify") ?? "", /\nExit codes: 0 sound · 1 /);
  assert.match(found.get("agentop") ?? "", /With --json, stdout is one document/);
});
