import assert from "node:assert/strict";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { allCommands } from "../../../lib/cli/commands/mod.ts";

/** All commands that help shows, with their path. */
function all(command: CommandUnknownOpts, path: string): readonly (readonly [string, CommandUnknownOpts])[] {
  const visible = command.createHelp().visibleCommands(command);
  return [
    [path, command],
    ...command.commands.filter((it) => visible.includes(it)).flatMap((it) => all(it, `${path} ${it.name()}`)),
  ];
}

Deno.test("help explains every command, argument and option", async () => {
  const program = new Command("agentop").description("x").helpCommand(false);
  for (const command of await allCommands()) {
    command.register(program as unknown as Command, () => Promise.resolve());
  }
  const without = all(program as unknown as CommandUnknownOpts, "agentop").flatMap(([path, command]) => {
    const help = command.createHelp();
    const silent = [
      ...(command.description() === "" ? ["itself"] : []),
      ...command.registeredArguments.filter((it) => it.description.trim() === "").map((it) => it.name()),
      ...help.visibleOptions(command).filter((it) => it.description.trim() === "").map((it) => it.flags),
    ];
    const text = help.formatHelp(command, help);
    const unsaid = command.registeredArguments.filter((it) => !text.includes(`\n  ${it.name()} `));
    return [...silent, ...unsaid.map((it) => `${it.name()} (not in the text)`)].map((it) => `${path}: ${it}`);
  });
  assert.deepEqual(without, []);
});
