import type { AgentConfig, ApprovePolicy } from "../../agent/mod.ts";
import type { RunRights } from "../../app/mod.ts";
import { escapeText, type Run, shortRunId } from "../../core/mod.ts";
import { wrap } from "../../present/mod.ts";
import { type Context, writeAll } from "../context.ts";
import { openKeyTerminal } from "./terminal_keys.ts";

const INDENT = "  ";
/** The last is ctrl-d. */
const NO_KEYS = "nN\x04";

/** Asks with one key; `undefined` where there is no terminal. */
async function pressed(
  lines: readonly string[],
  question: string,
  yesKeys: string,
): Promise<boolean | undefined> {
  const terminal = await openKeyTerminal((text) => writeAll(Deno.stderr, text));
  if (!terminal) return undefined;
  const rows = lines.flatMap((line) => wrap(escapeText(line), terminal.columns));
  const { signal } = new AbortController();
  const key = await terminal.key(`\n${rows.join("\n")}\n${question} `, yesKeys + NO_KEYS, signal);
  const isYes = key !== undefined && yesKeys.includes(key);
  await terminal.print(`${isYes ? key : "no"}\n`);
  return isYes;
}

/** What a stored run may do; what only the store says is asked about, or refused where nobody can be asked. */
export async function askedRights(
  context: Context,
  run: Run,
  approve: ApprovePolicy | undefined,
): Promise<RunRights> {
  const id = shortRunId(run.runId);
  const rights = await context.app.rightsFor(run, {
    approve,
    consent: async ({ why, may }) => {
      const answer = await pressed(
        [`${run.agent} (${id}) may, as the store says; ${why}:`, ...may.map((line) => INDENT + line)],
        "Allow that? y yes, with questions as usual · n no: ask before each such call",
        "yY",
      );
      if (answer === undefined) {
        context.note(escapeText(
          `agentop: ${id}: ${why}, so its tools are refused (${
            may.join("; ")
          }). Try: --approve auto, which allows them`,
        ));
      }
      return answer ?? false;
    },
  });
  if (rights.narrowed) {
    const limits = rights.narrowed.join(", ");
    context.note(
      `agentop: ${id}: this home did not record it, so limits of here hold: ${limits}. Try: agentop resume ${id} --max-steps N, or an agent file of that name`,
    );
  }
  return rights;
}

/** The agent that a person named; one whose file wants tools to run unasked is asked about once. Throws `AgentOpError`. */
export async function namedAgent(
  context: Context,
  name: string,
  approve?: ApprovePolicy,
): Promise<AgentConfig> {
  return await context.resolveAgent(name, {
    approve,
    onUntrusted: async ({ path, folder, config }) => {
      const may = await context.app.touches(config);
      const answer = await pressed(
        [
          `${path} wants its tools to run unasked (approve: auto), and may:`,
          ...may.map((line) => INDENT + line),
        ],
        `Trust the agents in ${escapeText(folder)}? t as they are now · n no: ask before each such call`,
        "tT",
      );
      if (answer) await context.app.trustFolder(folder);
      if (answer !== undefined) return answer;
      context.note(escapeText(
        `agentop: ${path} says approve: auto, but nobody trusts it: it asks. Try: agentop trust ${folder}, or --approve auto`,
      ));
      return false;
    },
  });
}
