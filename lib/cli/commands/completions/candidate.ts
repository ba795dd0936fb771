/** A word that may stand at the cursor. */
export interface Candidate {
  readonly value: string;
  /** Shown beside it, where the shell can. */
  readonly about?: string;
}

export interface Offer {
  readonly candidates: readonly Candidate[];
  /** What the shell adds of its own. @default "nothing" */
  readonly then?: "files" | "folders" | "nothing";
  /** The word goes on after a candidate: no blank is put behind it. */
  readonly goesOn?: boolean;
}
