import { type ApprovalAnswer, type Approver, refuseAll } from "../../agent/mod.ts";
import { escapeText } from "../../core/mod.ts";
import type { Context } from "../context.ts";

const LINE_MAX_BYTES = 4096;
const ARGUMENTS_MAX_CHARS = 4000;

/** Asks on the terminal where there is one; without one nothing is allowed. */
export function approverOf(context: Context): Approver {
  return Deno.stdin.isTerminal() && context.stderrIsTerminal ? terminalApprover(context) : refuseAll;
}

/** Asks on the terminal, with the exact arguments. One question at a time. */
function terminalApprover(context: Context): Approver {
  let turn: Promise<unknown> = Promise.resolve();
  return (request, signal) => {
    const answer = turn.then(async (): Promise<ApprovalAnswer> => {
      signal.throwIfAborted();
      const json = JSON.stringify(request.arguments, null, 2) ?? "";
      const { permissions } = request;
      const touches = [
        ...permissions.write.map((it) => `writes ${it}`),
        ...permissions.net.map((it) => `reaches ${it}`),
        ...(permissions.run ? ["runs code"] : []),
      ];
      context.note(`\n${escapeText(request.agent)} wants to call ${escapeText(request.summary)}`);
      if (touches.length > 0) context.note(`  it ${escapeText(touches.join(", "))}`);
      for (const line of escapeText(json.slice(0, ARGUMENTS_MAX_CHARS), { multiline: true }).split("\n")) {
        context.note(`  ${line}`);
      }
      if (json.length > ARGUMENTS_MAX_CHARS) {
        context.note(`  … ${json.length - ARGUMENTS_MAX_CHARS} more characters`);
      }
      for (;;) {
        context.note("Allow it? y yes, n no, a always in this run:");
        const reply = (await readLine()).trim().toLowerCase();
        signal.throwIfAborted();
        if (reply === "y" || reply === "yes") return { decision: "allow", by: "terminal" };
        if (reply === "a" || reply === "always") return { decision: "allow", always: true, by: "terminal" };
        if (reply === "n" || reply === "no" || reply === "") {
          return { decision: "deny", by: "terminal", reason: "the person at the terminal refused it" };
        }
      }
    });
    turn = answer.catch(() => {});
    return Promise.race([
      answer,
      new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason), { once: true })
      ),
    ]);
  };
}

async function readLine(): Promise<string> {
  const buffer = new Uint8Array(LINE_MAX_BYTES);
  const count = await Deno.stdin.read(buffer);
  return count === null ? "n" : new TextDecoder().decode(buffer.subarray(0, count));
}
