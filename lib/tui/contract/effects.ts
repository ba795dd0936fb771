import { shortRunId } from "../../core/mod.ts";
import type { Effect, NoticeLevel, Target } from "./message.ts";

/** A message that goes away by itself. */
export function notice(level: NoticeLevel, text: string): Effect {
  return { type: "notice", level, text };
}

export const NO_EDITOR: Effect = notice("warn", "No editor is set up. Try: set EDITOR");

/** Remembers a run as the left side of a comparison and says what is next. */
export function markedFirst(run: Target): readonly Effect[] {
  return [
    { type: "mark", run },
    notice("info", `${shortRunId(run.runId)} is the left side: go to another run, then press d`),
  ];
}
