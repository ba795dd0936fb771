import type { CaseResult, Run } from "../../core/mod.ts";
import type { ScoredCase } from "../scoring.ts";
import { keyOfTask, type Task, taskKey } from "./plan.ts";

/** A run that is to be judged beside that of the other variant. */
export interface Half {
  readonly task: Task;
  readonly run: Run;
}

/** A half, and what it is judged with. */
export interface JudgedHalf extends Half {
  readonly rivalRunId: string;
  readonly answers: NonNullable<ScoredCase["answers"]>;
}

/** Brings the runs of two variants together: whichever ends last brings both to be judged, so that nothing waits for anything. */
export class Pairs {
  readonly #names: readonly string[];
  /** Runs that have ended, by task. */
  readonly #ended = new Map<string, string>();
  readonly #waiting = new Map<string, Half>();

  constructor(variants: readonly { readonly name: string }[], results: readonly CaseResult[]) {
    this.#names = variants.map((it) => it.name);
    for (const result of results) this.#ended.set(taskKey(result), result.runId);
  }

  /** What can be judged now that this run has ended: itself, and the half that waited for it. */
  ready(half: Half): readonly JudgedHalf[] {
    const { task: { variant, case: { id: caseId }, repeat }, run } = half;
    const own = keyOfTask(half.task);
    const other = this.#names.find((name) => name !== variant.name)!;
    const rival = taskKey({ variant: other, caseId, repeat });
    this.#ended.set(own, run.runId);
    const rivalRunId = this.#ended.get(rival);
    if (rivalRunId === undefined) {
      this.#waiting.set(own, half);
      return [];
    }
    const waiting = this.#waiting.get(rival);
    this.#waiting.delete(rival);
    const answers: JudgedHalf["answers"] = new Map();
    return [
      { ...half, rivalRunId, answers },
      ...(waiting ? [{ ...waiting, rivalRunId: run.runId, answers }] : []),
    ];
  }
}
