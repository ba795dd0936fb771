import { suiteFromRuns, type SuiteManner } from "../../../app/mod.ts";
import { AgentOpError, escapeText } from "../../../core/mod.ts";
import { plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";

const SETTINGS_NAMED = 6;

/** Makes a suite out of stored runs, and says how to run it. Throws `AgentOpError`. */
export async function makeSuite(
  context: Context,
  runs: readonly string[],
  { out, force }: { readonly out?: string | undefined; readonly force?: true | undefined },
  manner: SuiteManner,
): Promise<number> {
  if (out === undefined) {
    throw new AgentOpError("Cannot make a suite: where to is missing", {
      remedy: "--out evals/NAME.yaml",
    });
  }
  const made = await suiteFromRuns(context.app, runs, out, { force: force === true, manner });
  if (context.json) context.printJson(made);
  else {
    const path = escapeText(made.path);
    context.print(`Wrote ${path}: ${plural(made.cases, "case")} for ${escapeText(made.agent)}`);
    const { otherSettings: others } = made;
    if (others.length > 0) {
      context.note(escapeText(
        `agentop: These runs were made with what ${made.agent} does not have now: ${
          others.slice(0, SETTINGS_NAMED).join(", ")
        }${others.length > SETTINGS_NAMED ? ", …" : ""}. Try: --set with --from, or set: in the suite`,
      ));
    }
    context.print(`Run it: agentop eval ${/^[\w./-]+$/.test(path) ? path : JSON.stringify(path)}`);
  }
  return 0;
}
