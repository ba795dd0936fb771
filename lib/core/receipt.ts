export interface ReceiptLine {
  readonly unit: string;
  readonly quantity: number;
  /** `null`: this unit has no known price. */
  readonly usdPerMillion: number | null;
  /** `quantity × usdPerMillion / 1e6`, before the receipt's factor. */
  readonly usd: number | null;
}

/** How one call's cost came about, from what its span stored: nothing is looked up again. */
export interface Receipt {
  /** What the call asked for. */
  readonly model: string;
  /** The price table's entry, where it has another name. */
  readonly pricedAs?: string;
  readonly lines: readonly ReceiptLine[];
  readonly factor: number;
  readonly totalUsd: number | null;
  /** Where the total is unknown: what the call may have cost, estimated from what was sent and streamed. */
  readonly estimatedUsd?: number;
  /** Why the total is unknown, or an estimate: the attempt did not come back whole, or the server counted no tokens. */
  readonly estimatedFor?: "lost" | "uncounted";
  readonly source?: string;
  readonly date?: string;
  /** Where the price of cached input comes from, when not from `source`. */
  readonly cachedInputFrom?: string;
  /** False when the stored total is not what its own lines add up to. */
  readonly adds: boolean;
}
