import { reasonOf, StoreError, type VerifyReport } from "../../../core/mod.ts";
import { cell, grouped, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import { lookOf } from "../../output/look.ts";

const SAVE = "agentop db repair FILE saves what can be read; or the newest copy that agentop db backup made";

interface VerifyFlags {
  readonly forgetLost?: true | undefined;
}

export async function verify(context: Context, flags: VerifyFlags): Promise<number> {
  if (flags.forgetLost) await (await context.app.store()).forgetLost();
  const report = await verifyStore(context);
  if ("cause" in report) return cannotRead(context, report.cause);
  if (context.json) {
    context.printJson(report);
    return report.ok ? 0 : 1;
  }
  const look = lookOf(context);
  for (const note of report.notes) context.print(cell(note));
  if (report.ok) {
    context.print(`${look.paint("green", "✓")} The store is sound: ${counted(report)}.`);
    return 0;
  }
  for (const problem of report.problems) context.print(`${look.paint("red", "✗")} ${cell(problem)}`);
  const { problemCount, damagedRuns, problems } = report;
  const shown = problemCount > problems.length ? ` (the first ${problems.length} are shown)` : "";
  context.print(
    `${plural(problemCount, "problem")}${shown}, ${damagedRuns.length} of ${
      plural(report.runs, "run")
    } damaged; ` +
      `checked were ${counted(report)}. Try: ${SAVE}`,
  );
  return 1;
}

function counted({ runs, messages, bodies }: VerifyReport): string {
  return `${plural(runs, "run")}, ${plural(messages, "message")}, ${grouped(bodies)} stored ${
    bodies === 1 ? "body" : "bodies"
  }`;
}

/** A file that is too damaged to be opened is a finding too: nothing is known of what is in it. */
async function verifyStore(context: Context): Promise<VerifyReport | { readonly cause: StoreError }> {
  try {
    return await (await context.app.store()).verify();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "damaged") throw error;
    return { cause: error };
  }
}

function cannotRead(context: Context, error: StoreError): number {
  const problem = reasonOf(error);
  if (context.json) {
    const unknown = { runs: null, messages: null, bodies: null, damagedRuns: null, uncovered: null };
    context.printJson({ ok: false, ...unknown, problems: [problem], problemCount: 1, notes: [] });
    return 1;
  }
  context.print(`${lookOf(context).paint("red", "✗")} ${cell(problem)}`);
  context.print(`Nothing in it could be counted. Try: ${SAVE}`);
  return 1;
}
