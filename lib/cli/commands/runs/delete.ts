import { AgentOpError, type Run, shortRunId } from "../../../core/mod.ts";
import type { DeletionPlan } from "../../../app/mod.ts";
import { age, cell, longStatus, plural, table } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import { writeAll } from "../../context.ts";
import { createLook } from "../../output/look.ts";
import { freedText } from "../../output/freed_text.ts";

const LISTED_MAX = 20;

/** Deletes runs with all that is theirs, once a person has agreed. */
export async function deleteRuns(
  context: Context,
  references: readonly string[],
  { yes = false }: { readonly yes?: boolean | undefined },
): Promise<number> {
  const { deletePlanned, planDeletion } = await import("../../../app/mod.ts");
  const store = await context.app.store();
  const plan = await planDeletion(store, references);
  if (!yes && !await isAgreed(context, plan)) {
    if (context.json) context.printJson({ deleted: [], freedBytes: 0, returnedBytes: 0 });
    context.note("Nothing was deleted.");
    return 1;
  }
  const { freedBytes, returnedBytes } = await deletePlanned(store, plan);
  await context.app.forgetDeleted(new Set([...plan.named, ...plan.below].map(({ traceId }) => traceId)));
  if (context.json) {
    const deleted = [...plan.named, ...plan.below].map((run) => run.runId);
    context.printJson({ deleted, freedBytes, returnedBytes });
    return 0;
  }
  context.print(`Deleted ${whatGoes(plan)}: ${freedText(freedBytes, returnedBytes)}.`);
  return 0;
}

async function isAgreed(context: Context, plan: DeletionPlan): Promise<boolean> {
  const [{ openKeyTerminal }, { abortOnSignals }] = await Promise.all([
    import("../../process/terminal_keys.ts"),
    import("../../process/signals.ts"),
  ]);
  using signals = abortOnSignals();
  const terminal = await openKeyTerminal((text) => writeAll(Deno.stderr, text));
  if (!terminal) {
    throw new AgentOpError("Cannot delete runs: there is no terminal to ask at", {
      remedy: "--yes when you are sure",
    });
  }
  const text = `${listed(context, plan, terminal.columns)}\nDelete ${whatGoes(plan)} for good? y yes · n no `;
  const key = await terminal.key(text, "yYnN\x04", signals.signal);
  const isYes = key === "y" || key === "Y";
  await terminal.print(`${isYes ? "yes" : "no"}\n`);
  return isYes;
}

function listed(context: Context, { named, below }: DeletionPlan, columns: number): string {
  const nowMs = context.host.now();
  const row = (run: Run, note: string) => [
    cell(shortRunId(run.runId)),
    cell(longStatus(run)),
    cell(run.agent),
    age(run.startTimeUs / 1000, nowMs),
    note === "" ? cell(run.prompt) : note,
  ];
  const rows = [...named.map((run) => row(run, "")), ...below.map((run) => row(run, "handed over"))];
  const shown = table(
    [
      { title: "ID" },
      { title: "STATUS" },
      { title: "AGENT", min: 8, max: 24 },
      { title: "AGE", align: "right" },
      { title: "PROMPT", min: 10 },
    ],
    rows.slice(0, LISTED_MAX),
    createLook({ color: false, columns }),
  );
  return rows.length > LISTED_MAX ? `${shown}\nand ${rows.length - LISTED_MAX} more` : shown;
}

function whatGoes({ named, below }: DeletionPlan): string {
  const runs = plural(named.length, "run");
  return below.length === 0 ? runs : `${runs} and ${plural(below.length, "run")} that work was handed to`;
}
