import assert from "node:assert/strict";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { allCommands } from "../../../lib/cli/commands/mod.ts";
import { outOption } from "../../../lib/cli/frame/out_flag.ts";

Deno.test("outOption() takes --out and --output alike, and help names the one", () => {
  const outOf = (...args: string[]) =>
    new Command().exitOverride().addOption(outOption("a file")).parse(args, { from: "user" }).opts().out;
  assert.equal(outOf("--out", "a.svg"), "a.svg");
  assert.equal(outOf("--output", "a.svg"), "a.svg");
  assert.equal(outOf("--output=a.svg"), "a.svg");
  assert.equal(outOf(), undefined);
  const help = new Command().addOption(outOption("a file")).helpInformation();
  assert.match(help, /--out <file>/);
  assert.doesNotMatch(help, /--output/);
});

Deno.test("every command that writes where it is told takes both names", async () => {
  const program = new Command("agentop");
  for (const command of await allCommands()) {
    command.register(program as unknown as Command, () => Promise.resolve());
  }
  const all = (command: CommandUnknownOpts): readonly CommandUnknownOpts[] => [
    command,
    ...command.commands.flatMap(all),
  ];
  const taken = all(program as unknown as CommandUnknownOpts).flatMap((command) => {
    const flags = command.options.filter((it) =>
      [it.short, it.long].some((name) => name?.startsWith("--out"))
    );
    return flags.map((it) => `${command.name()}: ${it.short} ${it.long} ${it.attributeName()}`);
  });
  const names = ["eval", "html", "csv", "jsonl", "parquet", "chart", "finetune", "init", "speech"];
  assert.deepEqual(taken.toSorted(), names.map((it) => `${it}: --output --out out`).toSorted());
});
