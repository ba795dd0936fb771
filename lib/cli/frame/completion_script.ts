import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** What a shell needs to know of a command; read off the program itself, so that it cannot go stale. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Values of the first argument, where they are known. */
  readonly values: readonly string[];
  readonly commands: readonly CommandWords[];
}

interface OptionWords {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export function describeCommand(command: CommandUnknownOpts): CommandWords {
  const help = command.createHelp();
  const [first] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map((option) => ({
      flags: [option.short, option.long].filter((it) => it !== undefined),
      description: option.description,
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
    })),
    values: first?.argChoices ?? (first?.name() === "run" ? ["last"] : []),
    commands: help.visibleCommands(command).map(describeCommand),
  };
}

export function completionScript(shell: "bash" | "zsh" | "fish", program: CommandWords): string {
  switch (shell) {
    case "bash":
      return bashScript(program);
    case "zsh":
      return zshScript(program);
    case "fish":
      return fishScript(program);
  }
}

interface Place {
  readonly command: CommandWords;
  /** `/db/verify`; empty for the program. */
  readonly path: string;
}

function* places(command: CommandWords, path = ""): Generator<Place> {
  yield { command, path };
  for (const inner of command.commands) yield* places(inner, `${path}/${inner.name}`);
}

/** Options of the program may stand anywhere. */
function optionsAt({ command, path }: Place, program: CommandWords): readonly OptionWords[] {
  const own = new Set(command.options.flatMap((it) => it.flags));
  const global = path === "" ? [] : program.options.filter((it) => !it.flags.some((flag) => own.has(flag)));
  return [...command.options, ...global.filter((it) => !it.flags.includes("--version"))];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

// ---------------------------------------------------------------------------------------------- bash

function bashScript(program: CommandWords): string {
  const all = [...places(program)];
  const steps = all.filter(({ path }) => path !== "").map(({ path }) => quote(path)).join("|");
  const valued = all.flatMap((place) =>
    optionsAt(place, program).filter((it) => it.takesValue)
      .flatMap(({ flags, choices }) => flags.map((flag) => ({ key: `${place.path}:${flag}`, choices })))
  );
  const words = ({ command, path }: Place) =>
    [
      ...command.commands.map((it) => it.name),
      ...command.values,
      ...optionsAt({ command, path }, program).flatMap((it) => it.flags),
    ].join(" ");
  return `# bash completion for ${program.name}
_${program.name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word i words
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path:$word" in
      ${valued.map(({ key }) => quote(key)).join("|")}) ((i++)); continue ;;
    esac
    case "$path/$word" in
      ${steps}) path="$path/$word" ;;
    esac
  done
  case "$path:$previous" in
${
    valued.map(({ key, choices }) =>
      `    ${quote(key)}) ${
        choices.length > 0 ? `COMPREPLY=($(compgen -W ${quote(choices.join(" "))} -- "$current")); ` : ""
      }return ;;`
    ).join("\n")
  }
  esac
  case "$path" in
${all.map((place) => `    ${quote(place.path)}) words=${quote(words(place))} ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${program.name} ${program.name}`;
}

// ---------------------------------------------------------------------------------------------- zsh

function zshScript(program: CommandWords): string {
  const functionName = (path: string) => `_${program.name}${path.replace(/[/-]/g, "_")}`;
  const bodies = [...places(program)].map((place) => {
    const { command, path } = place;
    const specs = optionsAt(place, program).flatMap(zshOption);
    if (command.commands.length === 0) {
      const values = command.values.length > 0 ? `_values value ${command.values.join(" ")}` : "_default";
      return `${functionName(path)}() {\n  _arguments ${
        [...specs, quote(`*: :${values}`)].join(" \\\n    ")
      }\n}`;
    }
    const described = command.commands.map((it) =>
      quote(`${it.name}:${it.description.replaceAll(":", "\\:")}`)
    );
    return `${functionName(path)}() {
  local state line
  local -a commands
  commands=(
    ${described.join("\n    ")}
  )
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->argument'"].join(" \\\n    ")}
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
        ${
      command.commands.map((it) => `${it.name}) ${functionName(`${path}/${it.name}`)} ;;`).join("\n        ")
    }
      esac ;;
  esac
}`;
  });
  return `#compdef ${program.name}\n${bodies.join("\n\n")}\n
if [ "$funcstack[1]" = "_${program.name}" ]; then
  _${program.name} "$@"
else
  compdef _${program.name} ${program.name}
fi`;
}

function zshOption({ flags, description, takesValue, choices }: OptionWords): readonly string[] {
  const about = description.replace(/[\[\]\\]/g, "\\$&");
  const value = !takesValue ? "" : choices.length > 0 ? `: :(${choices.join(" ")})` : ": :_default";
  return flags.map((flag) => {
    const others = flags.length > 1 ? `(${flags.join(" ")})` : "";
    return quote(`${others}${flag}[${about}]${value}`);
  });
}

// ---------------------------------------------------------------------------------------------- fish

function fishScript(program: CommandWords): string {
  const name = program.name;
  const out = [`# fish completion for ${name}`, `complete -c ${name} -e`];
  for (const place of places(program)) {
    const { command, path } = place;
    const condition = fishCondition(path, command);
    // Options of the program are written once, for every place.
    const when = path === "" ? "" : ` -n ${quote(condition)}`;
    for (const inner of command.commands) {
      out.push(
        `complete -c ${name} -n ${quote(condition)} -f -a ${fishQuote(inner.name)} -d ${
          fishQuote(inner.description)
        }`,
      );
    }
    if (command.values.length > 0) {
      out.push(`complete -c ${name} -n ${quote(condition)} -a ${fishQuote(command.values.join(" "))}`);
    }
    for (const option of command.options) {
      if (path !== "" && option.flags.includes("--help")) continue;
      out.push(`complete -c ${name}${when}${fishOption(option)}`);
    }
  }
  return out.join("\n");
}

function fishCondition(path: string, { commands }: CommandWords): string {
  const names = path.split("/").slice(1);
  const seen = names.map((it) => `__fish_seen_subcommand_from ${it}`);
  if (names.length === 0) return "__fish_use_subcommand";
  const inner = commands.map((it) => it.name).join(" ");
  return [...seen, ...(inner === "" ? [] : [`not __fish_seen_subcommand_from ${inner}`])].join("; and ");
}

function fishOption({ flags, description, takesValue, choices }: OptionWords): string {
  const named = flags.map((flag) => flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)
    .join("");
  const value = !takesValue ? "" : choices.length > 0 ? ` -x -a ${fishQuote(choices.join(" "))}` : " -r";
  return `${named}${value} -d ${fishQuote(description)}`;
}

/** In fish, a quote and a backslash are escaped inside quotes. */
function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
