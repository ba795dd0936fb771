import { nearest } from "../../core/mod.ts";
import type { TextField } from "../draw/text_field.ts";
import { HEADER_TABS, SCREEN_TABS } from "./screen_list.ts";
import type { ScreenId } from "../contract/message.ts";
import { type Settings, THEME_CHOICES } from "../contract/settings.ts";

/** What can be named in the jump line; read when it is opened. */
export interface Names {
  readonly agents: readonly string[];
  readonly runs: readonly { readonly id: string; readonly about: string }[];
}

/** The line while it is open. */
export interface Jump {
  readonly field: TextField;
  /** Which completion is chosen; -1 for none. */
  readonly index: number;
  readonly problem?: string;
  readonly names: Names;
}

export const NO_NAMES: Names = Object.freeze({ agents: [], runs: [] });

export type Destination =
  | { readonly type: "screen"; readonly screen: ScreenId }
  | { readonly type: "run"; readonly reference: string }
  | { readonly type: "agent"; readonly name: string }
  | { readonly type: "find"; readonly search: string }
  | { readonly type: "settings"; readonly change: Partial<Settings> }
  | { readonly type: "root"; readonly action: string };

export interface Completion {
  /** The whole line it stands for. */
  readonly line: string;
  readonly about: string;
}

interface Command {
  readonly word: string;
  readonly about: string;
  /** Present when a second word is wanted. */
  arguments?(names: Names): readonly Completion[];
}

const LINE_LENGTH_MAX = 500;
const SHOWN_MAX = 8;

const plain = (line: string, about = ""): Completion => ({ line, about });

const COMMANDS: readonly Command[] = [
  {
    word: "run",
    about: "a run by its id, a part of it, last or last~1",
    arguments: ({ runs }) => [
      plain("last", "the newest run"),
      plain("last~1", "the one before"),
      ...runs.map(({ id, about }) => plain(id, about)),
    ],
  },
  {
    word: "agent",
    about: "an agent by its name",
    arguments: ({ agents }) => agents.map((name) => plain(name)),
  },
  {
    word: "find",
    about: "runs by a filter: status:failed, agent:x, words",
    arguments: () => ["status:failed", "status:live", "since:24h", "cost>0.01"].map((term) => plain(term)),
  },
  ...SCREEN_TABS.map((screen): Command => ({
    word: screen.id,
    about: HEADER_TABS.includes(screen) ? `the screen ${screen.title}` : screen.title.toLowerCase(),
  })),
  {
    word: "theme",
    about: "colours",
    arguments: () => THEME_CHOICES.map((choice) => plain(choice)),
  },
  { word: "mouse", about: "clicks and wheel", arguments: () => [plain("on"), plain("off")] },
  { word: "help", about: "every key" },
  { word: "quit", about: "leave" },
];

/** Whole lines that begin as typed: commands first, then what the command takes. */
export function completions(text: string, names: Names): readonly Completion[] {
  const line = text.trimStart();
  const space = line.indexOf(" ");
  if (space < 0) {
    const word = line.toLowerCase();
    return COMMANDS.filter((command) => command.word.startsWith(word))
      .map((command) => plain(command.word + (command.arguments ? " " : ""), command.about));
  }
  const command = COMMANDS.find(({ word }) => word === line.slice(0, space).toLowerCase());
  const typed = line.slice(space).trim().toLowerCase();
  const all = command?.arguments?.(names) ?? [];
  return all
    .filter((item) => item.line.toLowerCase().startsWith(typed) && item.line.toLowerCase() !== typed)
    .slice(0, SHOWN_MAX)
    .map((item) => plain(`${command!.word} ${item.line}`, item.about));
}

/** Where a line leads, or why nowhere. */
export function destination(text: string, names: Names): Destination | { readonly problem: string } {
  const line = text.trim().slice(0, LINE_LENGTH_MAX);
  const [first = "", ...others] = line.split(/\s+/);
  const rest = others.join(" ");
  const word = first.toLowerCase();
  if (word === "") return { problem: "Cannot go anywhere yet. Try: runs, run last, agent NAME" };
  const matches = COMMANDS.filter((command) => command.word.startsWith(word));
  const command = COMMANDS.find((known) => known.word === word) ??
    (matches.length === 1 ? matches[0] : undefined);
  if (!command) return { problem: unknownWord(first, matches) };
  if (command.arguments && rest === "") {
    return {
      problem: `Cannot go: ":${command.word}" needs more. Try: :${command.word} ${exampleOf(command, names)}`,
    };
  }
  if (!command.arguments && rest !== "") {
    return { problem: `Cannot go: ":${command.word}" takes nothing after it. Try: :${command.word}` };
  }
  switch (command.word) {
    case "run":
      return { type: "run", reference: rest };
    case "agent":
      return agentCalled(rest, names);
    case "find":
      return { type: "find", search: rest };
    case "theme": {
      const theme = THEME_CHOICES.find((choice) => choice === rest);
      return theme
        ? { type: "settings", change: { theme } }
        : { problem: `Cannot use theme "${rest}". Try: ${THEME_CHOICES.join(", ")}` };
    }
    case "mouse":
      return rest === "on" || rest === "off"
        ? { type: "settings", change: { mouse: rest === "on" } }
        : { problem: `Cannot set the mouse: got "${rest}". Try: on or off` };
    case "help":
      return { type: "root", action: "help" };
    case "quit":
      return { type: "root", action: "interrupt" };
    default:
      return { type: "screen", screen: command.word };
  }
}

function agentCalled(name: string, names: Names): Destination | { readonly problem: string } {
  if (names.agents.length === 0 || names.agents.includes(name)) return { type: "agent", name };
  const starting = names.agents.filter((known) => known.toLowerCase().startsWith(name.toLowerCase()));
  if (starting.length === 1) return { type: "agent", name: starting[0]! };
  const guess = nearest(name, names.agents) ?? starting[0] ?? names.agents[0]!;
  return { problem: `Cannot find agent "${name.slice(0, 40)}". Try: :agent ${guess}` };
}

function unknownWord(word: string, matches: readonly Command[]): string {
  if (matches.length > 1) {
    return `Cannot go to "${word}": it may be ${
      matches.map(({ word }) => word).join(" or ")
    }. Try: one more letter`;
  }
  const guess = nearest(word, COMMANDS.map((command) => command.word));
  return `Cannot go to "${word.slice(0, 40)}": no such place. Try: ${
    guess ? `:${guess}` : ":runs, or tab for the list"
  }`;
}

function exampleOf(command: Command, names: Names): string {
  return command.arguments?.(names)[0]?.line ?? "NAME";
}
