/** Writes that a store had acknowledged and does not hold any more: what followed the database was cut or damaged. */
export interface LostWrites {
  /** When it was noticed, µs since the epoch. */
  readonly noticedAtUs: number;
  /** How many writes; a step is one or two. */
  readonly count: number;
  /** Runs that the last of them were of, as far as is known; of one that is gone itself, its trace id. */
  readonly runIds: readonly string[];
}

/** One line. */
export function lostSentence({ count, runIds }: LostWrites): string {
  const writes = count === 1 ? "1 acknowledged write is missing" : `${count} acknowledged writes are missing`;
  const runs = runIds.length === 0 ? "" : ` (run ${runIds.join(", ")})`;
  return `the store lost its last writes: ${writes}${runs}`;
}

/** What a person can do about it. */
export const LOST_REMEDY = "the newest copy that agentop db backup made; or agentop db verify --forget-lost";

/** What a check of everything that is stored found. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly runs: number;
  readonly messages: number;
  readonly bodies: number;
  /** At most 100. */
  readonly problems: readonly string[];
  /** All that there are. */
  readonly problemCount: number;
  /** Ids of runs that problems were found in. */
  readonly damagedRuns: readonly string[];
  /** What was written before there were digests, or has none yet: a change of it that fits the form is not found. */
  readonly uncovered: {
    readonly runs: number;
    readonly evaluations: number;
    readonly differences: number;
    readonly experiments: number;
    readonly baselines: number;
  };
  /** What is no damage, but may surprise: forks whose original was deleted. At most 100. */
  readonly notes: readonly string[];
}

/** What became of a run when a damaged store was copied. */
export interface RepairedRun {
  /** Its id, or its number in the damaged store where that cannot be read. */
  readonly runId: string;
  /** It is in the copy. */
  readonly isKept: boolean;
  /** What of it is not there, or not what was written; empty for a run that is whole. */
  readonly lost: readonly string[];
}

/** What a copy of a damaged store holds. */
export interface RepairReport {
  /** The copy. */
  readonly path: string;
  /** All runs that the damaged store was known to hold. */
  readonly runs: readonly RepairedRun[];
  /** What was left out of all of it. */
  readonly notes: readonly string[];
}
