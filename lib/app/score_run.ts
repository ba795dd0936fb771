import type { Evaluation, Host, RunJournal, RunReader } from "../core/mod.ts";

/** What a person says of a run, as it was typed. */
export interface TypedScores {
  /** The run, by its id. */
  readonly runId: string;
  /** The step that is judged, when not the whole run. */
  readonly spanId?: string;
  /** `NAME=VALUE`, one or more. */
  readonly scores: string;
  /** A word beside the numbers. */
  readonly label: string;
  /** Why. */
  readonly comment: string;
}

/** Keeps them, all or none. Throws `AgentOpError` which says what is not right. */
export async function scoreAsTyped(
  services: {
    readonly store: Pick<RunReader, "resolveRun"> & Pick<RunJournal, "write">;
    readonly host: Host;
  },
  { runId, spanId, scores, label, comment }: TypedScores,
): Promise<readonly Evaluation[]> {
  const { parseHandScores, scoreByHand } = await import("../evals/mod.ts");
  const word = label.trim() === "" ? undefined : label.trim();
  const given = parseHandScores(scores, word);
  const run = await services.store.resolveRun(runId);
  return await scoreByHand(services, run, given, {
    comment: comment.trim(),
    ...(spanId === undefined ? {} : { spanId }),
  });
}
