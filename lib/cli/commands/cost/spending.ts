import type { CostKey, RunFilter } from "../../../core/mod.ts";
import { damagedRowsNote, plural, unknownCostNote } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import { lookOf } from "../../output/look.ts";

const documents = () => import("../../../documents/mod.ts");
const texts = () => import("./spending_text.ts");

/** What is assumed, and of which runs. */
interface WhatIfFlags {
  readonly model?: string | undefined;
  readonly cachedShare?: number | undefined;
  readonly by: CostKey;
  readonly filter: RunFilter;
}

/** Costs, and what the same tokens would have cost. */
export async function showWhatIf(context: Context, flags: WhatIfFlags): Promise<void> {
  const { whatIfReport } = await import("../../../app/mod.ts");
  const { by, filter, model, cachedShare } = flags;
  const { timeZone } = context;
  const report = await whatIfReport(context.app, {
    ...(model === undefined ? {} : { model }),
    ...(cachedShare === undefined ? {} : { cachedShare: cachedShare / 100 }),
  }, { by, filter, timeZone });
  if (context.json) return context.printJson((await documents()).whatIfDocument(report, timeZone));
  if (report.rows.length === 0) return context.note("No model was called. Try: agentop demo");
  const { formatWhatIf, whatIfNotes } = await texts();
  context.print(formatWhatIf(report, lookOf(context), timeZone));
  for (const note of whatIfNotes(report)) context.note(note);
}

/** What this month will have cost. */
export async function showForecast(context: Context): Promise<void> {
  const { forecast } = await import("../../../app/mod.ts");
  const found = await forecast(await context.app.store(), context.host.now(), context.timeZone);
  if (context.json) return context.printJson((await documents()).forecastShape(found));
  context.print((await import("../../../present/mod.ts")).forecastLines(found).join("\n"));
  if (found.unknownCostCalls > 0) context.note(unknownCostNote(found.unknownCostCalls));
}

/** The prompts that cost most. */
export async function showDearest(context: Context, filter: RunFilter, limit: number): Promise<void> {
  const { dearestPrompts } = await import("../../../app/mod.ts");
  const found = await dearestPrompts(await context.app.store(), filter, limit);
  if (context.json) return context.printJson((await documents()).dearestDocument(found));
  if (found.prompts.length === 0) return context.note("No model was called. Try: agentop demo");
  context.print((await texts()).formatDearest(found.prompts, lookOf(context)));
  const more = found.found - found.prompts.length;
  if (more > 0) context.note(`${plural(more, "more prompt")}. Try: --limit ${found.found}`);
  if (found.isCut) context.note(`Of the ${plural(found.runs, "dearest run")}; there are more.`);
}

/** What was paid more than once. */
export async function showDuplicates(context: Context, filter: RunFilter, limit: number): Promise<void> {
  const { duplicateCalls } = await import("../../../app/mod.ts");
  const found = await duplicateCalls(await context.app.store(), filter);
  if (context.json) return context.printJson((await documents()).duplicatesDocument(found, limit));
  const { duplicatesSummary, formatDuplicates } = await texts();
  if (found.requests.length > 0) {
    context.print(formatDuplicates(found.requests.slice(0, limit), lookOf(context), context.timeZone));
  }
  for (const note of duplicatesSummary(found, limit)) context.note(note);
  if (found.damaged > 0) context.note(`${damagedRowsNote(found.damaged)}. Try: agentop db verify`);
}
