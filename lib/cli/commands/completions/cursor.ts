import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** What stands at the cursor of a command line, as far as it is typed. */
export interface Cursor {
  /** The command it belongs to, and the one that this is a command of. */
  readonly command: CommandUnknownOpts;
  readonly outer: CommandUnknownOpts | undefined;
  /** What was typed before it, without flags and their values, after the command. */
  readonly before: readonly string[];
  /** The word itself, up to the cursor; of `--flag=value` the value. */
  readonly word: string;
  /** What stands before `word` in the same word of the shell: `--flag=`. */
  readonly prefix: string;
  readonly place: Place;
}

export type Place =
  | { readonly kind: "flag" }
  /** A command, where the command at the cursor has some, or its next argument. */
  | { readonly kind: "argument"; readonly name: string; readonly choices: readonly string[] }
  | {
    readonly kind: "value";
    readonly flag: string;
    readonly name: string;
    readonly choices: readonly string[];
  };

type Flag = CommandUnknownOpts["options"][number];

/**
 * Finds the command and the place of the last of `words`, which are those after the program's name. `given` has the values of
 * the program's own flags. Unknown words are passed over: they are the parser's to complain about.
 */
export function findCursor(
  program: CommandUnknownOpts,
  words: readonly string[],
): { readonly cursor: Cursor; readonly given: Readonly<Record<string, string>> } {
  const typed = words.slice(0, -1);
  const given: Record<string, string> = {};
  const before: string[] = [];
  let command = program;
  let outer: CommandUnknownOpts | undefined;
  let waiting: Flag | undefined;
  let onlyArguments = false;
  for (const word of typed) {
    if (waiting) {
      if (!word.startsWith("-") || waiting.required) {
        given[waiting.attributeName()] = word;
        if (!waiting.variadic) waiting = undefined;
        continue;
      }
      waiting = undefined;
    }
    if (onlyArguments || word === "-" || !word.startsWith("-")) {
      const inner = before.length === 0 ? commandsOf(command).find((it) => it.name() === word) : undefined;
      if (inner) [outer, command] = [command, inner];
      else before.push(word);
    } else if (word === "--") onlyArguments = true;
    else {
      const [name, value] = splitFlag(word);
      const flag = findFlag(command, name);
      if (!flag || !takesValue(flag)) continue;
      if (value === undefined) waiting = flag;
      else given[flag.attributeName()] = value;
    }
  }
  const found = placeOf(command, before, words.at(-1) ?? "", { waiting, onlyArguments });
  return { cursor: { ...found, outer }, given };
}

function placeOf(
  command: CommandUnknownOpts,
  before: readonly string[],
  word: string,
  { waiting, onlyArguments }: { readonly waiting: Flag | undefined; readonly onlyArguments: boolean },
): Omit<Cursor, "outer"> {
  const base = { command, before, word, prefix: "" };
  if (waiting && !(waiting.variadic && word.startsWith("-"))) return { ...base, place: valueOf(waiting) };
  if (!onlyArguments && word.startsWith("-")) {
    const [name, value] = splitFlag(word);
    const flag = value === undefined ? undefined : findFlag(command, name);
    return flag && value !== undefined && takesValue(flag)
      ? { ...base, word: value, prefix: `${name}=`, place: valueOf(flag) }
      : { ...base, place: { kind: "flag" } };
  }
  const all = command.registeredArguments;
  const argument = all[before.length] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  return {
    ...base,
    place: { kind: "argument", name: argument?.name() ?? "", choices: argument?.argChoices ?? [] },
  };
}

function valueOf(flag: Flag): Place {
  // `--agent <name>`: what stands in the brackets says what it takes.
  const name = /[<[]([^>\].]+)/.exec(flag.flags)?.[1] ?? "";
  return { kind: "value", flag: flag.long ?? flag.flags, name, choices: flag.argChoices ?? [] };
}

function splitFlag(word: string): readonly [name: string, value: string | undefined] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function takesValue(flag: Flag): boolean {
  return flag.required || flag.optional;
}

function findFlag(command: CommandUnknownOpts, name: string): Flag | undefined {
  return flagsOf(command).find((flag) => flag.long === name || flag.short === name);
}

/** The flags a command takes that help shows: its own, then the program's, which may stand anywhere. */
export function flagsOf(command: CommandUnknownOpts): readonly Flag[] {
  const help = command.createHelp();
  const own = help.visibleOptions(command);
  const global = help.visibleGlobalOptions(command).filter((flag) =>
    flag.long !== "--version" && !own.some((it) => it.long === flag.long)
  );
  return [...own, ...global];
}

/** The commands of a command that help shows. */
export function commandsOf(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return command.createHelp().visibleCommands(command);
}
