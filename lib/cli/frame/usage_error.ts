import type { CommanderError, CommandUnknownOpts } from "@commander-js/extra-typings";
import { AgentOpError, nearest } from "../../core/mod.ts";

/** Shown of what was typed. */
const GIVEN_MAX_CHARS = 60;

/** What is wrong with a command line, in our words; `command` is the one that found it. */
export function usageError(error: CommanderError, command: CommandUnknownOpts): AgentOpError {
  const path = pathOf(command);
  const [message = "", hint = ""] = error.message.replace(/^error: /, "").split("\n");
  const guess = /Did you mean (?:one of )?([^,?]+)/.exec(hint)?.[1];
  const { reason, remedy } = explain(error.code, message, { command, path, guess });
  return new AgentOpError(`Cannot read the command line: ${reason ?? message}`, {
    remedy: remedy ?? `${path} --help`,
  });
}

interface Found {
  readonly command: CommandUnknownOpts;
  /** `agentop db verify`. */
  readonly path: string;
  /** What was meant, as the parser guesses. */
  readonly guess: string | undefined;
}

/** Without a reason the parser's own stands; without a remedy, the help of the command helps. */
function explain(
  code: string,
  message: string,
  { command, path, guess }: Found,
): { readonly reason?: string; readonly remedy?: string } {
  switch (code) {
    case "commander.help":
      return { reason: "a command is missing" };
    case "commander.unknownOption":
      return guess === undefined ? explainDash(message, { command, path }) : { remedy: guess };
    case "commander.unknownCommand":
      return guess === undefined ? {} : { remedy: `${path} ${guess}` };
    case "commander.missingArgument":
      return {
        reason: `${/'(.*)'/.exec(message)?.[1]?.toUpperCase()} is missing`,
        remedy: `${path} ${argumentsOf(command)}`,
      };
    case "commander.optionMissingArgument":
      return { reason: `${/'(.*)'/.exec(message)?.[1]} is missing its value` };
    case "commander.excessArguments":
      return explainExcess(message, path);
    case "commander.invalidArgument":
      return explainChoice(message, path);
    default:
      return {};
  }
}

/** What is no option by its looks was meant as an argument. */
function explainDash(
  message: string,
  { command, path }: Pick<Found, "command" | "path">,
): { readonly reason?: string; readonly remedy?: string } {
  const given = /^unknown option '(.*)'$/s.exec(message)?.[1] ?? "";
  const last = command.registeredArguments.at(-1);
  if (last === undefined || /^--?[a-z][\w-]*(?:=.*)?$/is.test(given)) return {};
  const before = command.registeredArguments.slice(0, -1).map((it) => `${it.name().toUpperCase()} `).join("");
  return {
    reason: `"${given.slice(0, GIVEN_MAX_CHARS)}" begins with "-" and is no option`,
    remedy: `${path} ${before}-- ${last.name().toUpperCase()}, where everything after -- is text`,
  };
}

function explainExcess(message: string, path: string): { readonly reason?: string } {
  const [, wanted = "", given] = /Expected (\d+) arguments? but got \d+: (.*)\.$/s.exec(message) ?? [];
  if (given === undefined) return {};
  const extra = given.split(", ").slice(Number(wanted)).join(" ").slice(0, GIVEN_MAX_CHARS);
  const takes = wanted === "0" ? "no argument" : wanted === "1" ? "one argument" : `${wanted} arguments`;
  return { reason: `${path} takes ${takes}: got "${extra}"${wanted === "0" ? "" : " as well"}` };
}

function explainChoice(
  message: string,
  path: string,
): { readonly reason?: string; readonly remedy?: string } {
  const [, before, choices] = /^(.*) Allowed choices are (.*)\.$/s.exec(message) ?? [];
  if (before === undefined || choices === undefined) return {};
  const [, flag, value] = /^option '(\S+).*?' argument '(.*)' is invalid\.$/s.exec(before) ?? [];
  const [, argument, name] =
    /^command-argument value '(.*)' is invalid for argument '(.*)'\.$/s.exec(before) ??
      [];
  const given = value ?? argument ?? "";
  const all = choices.split(", ");
  const best = nearest(given, all) ?? all[0]!;
  const place = flag ?? name?.toUpperCase();
  return {
    reason: `"${given.slice(0, GIVEN_MAX_CHARS)}" does not fit ${place}: it must be one of ${choices}`,
    remedy: `${flag ?? path} ${best}`,
  };
}

/** `agentop db verify`. */
export function pathOf(command: CommandUnknownOpts): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** `RUN [OTHER]`. */
function argumentsOf({ registeredArguments }: CommandUnknownOpts): string {
  return registeredArguments.map((it) =>
    it.required ? it.name().toUpperCase() : `[${it.name().toUpperCase()}]`
  ).join(" ");
}
