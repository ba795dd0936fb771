import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { pathOf } from "./usage_error.ts";

/** What `help` says of a command, as data. */
export interface HelpDocument {
  /** `agentop db verify`. */
  readonly command: string;
  readonly about: string;
  readonly usage: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly about: string;
    readonly required: boolean;
    /** It may be given more than once. */
    readonly many: boolean;
    readonly choices: readonly string[] | null;
    readonly default: unknown;
  }[];
  /** Its own, then those of every command. */
  readonly options: readonly {
    readonly flags: string;
    readonly about: string;
    readonly choices: readonly string[] | null;
    readonly default: unknown;
  }[];
  /** Commands of its own. */
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  /** The whole text, with examples and exit codes. */
  readonly text: string;
}

export function helpDocument(command: CommandUnknownOpts): HelpDocument {
  const help = command.createHelp();
  const options = [
    ...help.visibleOptions(command),
    ...(command.parent ? help.visibleGlobalOptions(command) : []),
  ];
  return {
    command: pathOf(command),
    about: command.description(),
    usage: help.commandUsage(command),
    arguments: command.registeredArguments.map((it) => ({
      name: it.name(),
      about: it.description,
      required: it.required,
      many: it.variadic,
      choices: it.argChoices ?? null,
      default: it.defaultValue ?? null,
    })),
    options: options.map((it) => ({
      flags: it.flags,
      about: it.description,
      choices: it.argChoices ?? null,
      default: it.defaultValue ?? null,
    })),
    commands: help.visibleCommands(command).map((it) => ({ name: it.name(), about: it.description() })),
    text: helpTextOf(command),
  };
}

/** What `outputHelp` writes. */
function helpTextOf(command: CommandUnknownOpts): string {
  let text = "";
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (piece) => text += piece });
  try {
    command.outputHelp();
  } finally {
    command.configureOutput({ ...(writeOut ? { writeOut } : {}) });
  }
  return text;
}
