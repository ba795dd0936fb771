import { shortRunId } from "../../../core/mod.ts";
import { cell, money } from "../../../present/mod.ts";
import type { ReplayResult } from "../../../replay/mod.ts";
import type { Context } from "../../context.ts";
import { formatDiff } from "../../output/diff_text.ts";
import { endedLine, warningLines } from "../../output/ended_line.ts";
import { lookOf } from "../../output/look.ts";
import { noteSimulatorOf } from "../../output/simulator_note.ts";

/** What differs, how the replay went, and what it saved. */
export async function printReplay(context: Context, result: ReplayResult): Promise<void> {
  const look = lookOf(context);
  const { divergence, run, savedCostUsd } = result;
  context.print(await formatDiff(result.diff, look));
  const id = shortRunId(run.runId);
  const from = run.forkedFrom?.step ?? 1;
  const how = result.mode === "live"
    ? from > 1 ? `everything from step ${from} ran again` : "everything ran again"
    : divergence
    ? `${
      result.mode === "recorded" ? "nothing was asked; differs from" : "left"
    } the recording at step ${divergence.step}: ${divergence.reason}`
    : "answered from the recording to its end";
  const saved = savedCostUsd !== null && savedCostUsd > 0 ? ` · saved ${money(savedCostUsd)}` : "";
  context.print(
    `\n${look.paint("bold", `${result.mode} replay ${id}`)}  ${look.paint("dim", cell(`${how}${saved}`))}`,
  );
  const wasAsked = result.mode === "live" || result.mode === "hybrid" && divergence !== undefined;
  if (wasAsked) await noteSimulatorOf(context, "answered", run.model);
  const endedAlike = result.mode === "recorded" && result.diff.identical;
  if (!endedAlike) { for (const warning of warningLines(run)) context.note(warning); }
  const ended = endedAlike ? undefined : endedLine(run, "the replay");
  if (ended !== undefined) context.note(ended);
  if (context.stdoutIsTerminal) {
    context.print(
      look.paint("dim", `agentop show ${id} · agentop diff ${shortRunId(result.original.runId)} ${id}`),
    );
  }
}
