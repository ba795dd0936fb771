import { Argument, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { AgentOpError, nearest } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { helpDocument } from "../../frame/help_document.ts";
import { TOPICS } from "../../reference/topics.ts";

export const help: CliCommand = {
  register(program, withContext) {
    const topics = TOPICS.map(({ name, about }) => `  agentop help ${name.padEnd(10)} ${about}`).join("\n");
    program.addHelpText("after", `\nMore:\n${topics}`);
    program.command("help").description(
      `show help for a command, or for ${TOPICS.map((it) => it.name).join(", ")}`,
    )
      .addArgument(new Argument("[command...]", "a command, and one of its own; or a topic"))
      .addHelpText("after", `\nTopics:\n${topics}`)
      .helpOption(false)
      .action(async (names) => {
        const topic = names.length === 1 ? TOPICS.find((it) => it.name === names[0]) : undefined;
        if (!topic) {
          const command = findCommand(program as unknown as CommandUnknownOpts, names);
          if (!(program.opts() as { readonly json?: boolean }).json) return command.outputHelp();
          return await withContext((context) => Promise.resolve(context.printJson(helpDocument(command))));
        }
        await withContext(async (context) => {
          const [{ referenceText }, { lookOf }] = await Promise.all([
            import("../../reference/reference_text.ts"),
            import("../../output/look.ts"),
          ]);
          const sections = await topic.sections();
          if (context.json) return context.printJson(sections);
          context.print(referenceText(sections, lookOf(context)));
        });
      });
  },
};

function findCommand(program: CommandUnknownOpts, names: readonly string[]): CommandUnknownOpts {
  return names.reduce((command, name) => {
    const all = command.createHelp().visibleCommands(command);
    const found = all.find((it) => it.name() === name);
    if (found) return found;
    throw new AgentOpError(`Cannot show help for "${name.slice(0, 40)}": there is no such command`, {
      remedy: `agentop help${
        nearest(
          name,
          [...all, ...TOPICS.map((it) => it.name)].map((it) => typeof it === "string" ? it : it.name()),
        )?.replace(/^/, " ") ?? ""
      }`,
    });
  }, program);
}
