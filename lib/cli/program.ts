import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { WithContext } from "./frame/command.ts";
import { commandsFor } from "./commands/mod.ts";
import { report } from "./output/report.ts";
import { systemHost } from "../core/mod.ts";
import { type Config, readConfig } from "./config.ts";
import { Context, type Flags, writeAll } from "./context.ts";
import { helpDocument } from "./frame/help_document.ts";
import { addHelpNotes } from "./frame/help_notes.ts";
import { usageError } from "./frame/usage_error.ts";
import { VERSION } from "./frame/version.ts";

/** Commands by which a store begins; for others one that somebody named must be there. */
const MAKES_STORE: ReadonlySet<string> = new Set([
  "run",
  "execute",
  "eval",
  "demo",
  "import",
  "alerts add",
  "budget set",
  "kernel",
  "notebook",
  "serve",
  "proxy",
  "record",
  "keys create",
  "db migrate",
]);

/** One that a variable names may begin here too, where people begin; `--store` names what is there. */
const MAKES_USUAL_STORE: ReadonlySet<string> = new Set(["", "tui", "doctor"]);

/** Commands that keep what a person says; runs and what comes from elsewhere are looked at on their own way into the store. */
const WRITES = /^(?:score|tell|set|budget|alerts|baseline|review|resume|stop|serve|eval)(?: |$)/;

/** Options of `eval` that say something of what is stored. */
const OF_STORED = ["resume", "from", "baseline"] as const;

/** Runs one command line and returns its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  // Asked before the flags are read as well: --help ends the reading.
  const end = args.indexOf("--");
  const asJson = () => args.slice(0, end < 0 ? args.length : end).includes("--json");
  const program = newProgram(asJson);
  const flags = () => program.opts() as Flags;
  let [makesStore, writes] = [true, false];
  program.hook("preAction", (_, command) => {
    makesStore = mayMakeStore(command, flags());
    writes = WRITES.test(wordsOf(command));
  });
  const withContext: WithContext = async (action) => {
    const context = new Context(flags(), systemHost(), configFor(flags(), makesStore));
    try {
      if (context.config.redact !== undefined || writes) await context.app.arm();
      code = await action(context) ?? 0;
    } finally {
      await context[Symbol.asyncDispose]();
    }
  };
  let failed = program as unknown as CommandUnknownOpts;
  const prepare = (command: CommandUnknownOpts) =>
    command.exitOverride((error) => {
      failed = command;
      throw error;
    });
  try {
    prepare(failed);
    const { operands, unknown } = program.parseOptions([...args]);
    for (const command of await commandsFor(operands[0])) {
      command.register(program as unknown as Command, withContext);
    }
    for (const command of withInner(failed)) addHelpNotes(prepare(command));
    if (flags().version) {
      writeAll(Deno.stdout, flags().json ? `${JSON.stringify({ version: VERSION })}\n` : `${VERSION}\n`);
      return 0;
    }
    // Flags alone, like `agentop --store X`, open the workbench too.
    if (operands.length === 0 && unknown.length === 0) {
      program.action(() =>
        withContext(async (context) => (await import("./commands/tui/tui.ts")).openWorkbenchIn(context, {}))
      );
    }
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    const verbose = flags().verbose ?? false;
    if (!(error instanceof CommanderError)) return report(error, verbose);
    if (error.exitCode !== 0) return report(usageError(error, failed), verbose);
    if (asJson()) writeAll(Deno.stdout, `${JSON.stringify(helpDocument(failed))}\n`); // --help
    return 0;
  }
}

/** With the options of all commands; help is written here as text alone. */
function newProgram(asJson: () => boolean) {
  return new Command("agentop")
    .description("A terminal workbench for people who build LLM agents on Mistral models.")
    .option("--version", "print the version")
    .option("--store <url>", "the store: a path (default: AGENTOP_STORE, else agentop.db in the home folder)")
    .option("--home <dir>", "folder for store, agents and logs (default: AGENTOP_HOME)")
    .option("--json", "print one JSON document on stdout and nothing else")
    .option("--utc", "days and times in UTC (default: AGENTOP_TZ, else this machine's time zone)")
    .option(
      "--redact <rules>",
      "take personal data out of what models get and what is kept: email, phone, iban, card, names=FILE (default: AGENTOP_REDACT)",
    )
    .option("--no-color", "no colours")
    .option("-v, --verbose", "retries as they happen, and the trace of errors")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf })
    .configureOutput({
      // Commander writes only help; as JSON it is written below.
      writeOut: (text) => asJson() ? undefined : writeAll(Deno.stdout, text),
      writeErr: () => {}, // errors are printed once, in our own form, below
      // Commander would read the environment to find out; help is plain anyway.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

/** `run <agent> [prompt]`: that a command has options goes without saying. */
function termOf(command: CommandUnknownOpts): string {
  const names = command.registeredArguments.map((it) => {
    const name = `${it.name()}${it.variadic ? "..." : ""}`;
    return it.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...names].join(" ");
}

function configFor(flags: Flags, makesStore: boolean): Config {
  const config = readConfig(flags);
  return { ...config, storeMustExist: config.storeGiven && !makesStore };
}

function mayMakeStore(command: CommandUnknownOpts, { store }: Flags): boolean {
  const options: Readonly<Record<string, unknown>> = command.opts();
  const words = wordsOf(command);
  if (store === undefined && MAKES_USUAL_STORE.has(words)) return true;
  return MAKES_STORE.has(words) && !OF_STORED.some((key) => options[key] !== undefined);
}

/** `runs delete`; empty for the program alone. */
function wordsOf(command: CommandUnknownOpts): string {
  const words: string[] = [];
  for (let it = command; it.parent; it = it.parent) words.unshift(it.name());
  return words.join(" ");
}

function withInner(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap(withInner)];
}
