import type { TypedScores } from "../../app/mod.ts";
import { AgentOpError, messageOf } from "../../core/mod.ts";
import type { TuiServices } from "../ports.ts";
import type { AppEffect, AppMsg } from "./model.ts";

type ToNotebook = Extract<AppEffect, { type: "add_to_notebook" }>;

/** Adds to a notebook; what came of it. */
export async function addedToNotebook(services: TuiServices, { name, shown }: ToNotebook): Promise<AppMsg> {
  try {
    const added = await services.addToNotebook?.(name, shown);
    if (added) return { type: "notebook_written", added };
    throw new AgentOpError("Cannot write a notebook: this workbench has no way to", {
      remedy: "agentop notebook new",
    });
  } catch (error) {
    return { type: "notebook_failed", message: messageOf(error) };
  }
}

/** Keeps what a person says of a run; what came of it. */
export async function keptScores(services: TuiServices, scores: TypedScores): Promise<AppMsg> {
  try {
    const kept = await services.score?.(scores);
    if (kept) return { type: "scored", count: kept.length };
    throw new AgentOpError("Cannot keep scores: this workbench has no way to", { remedy: "agentop score" });
  } catch (error) {
    return { type: "score_failed", message: messageOf(error) };
  }
}
