/** An answer that passed, as it came: what the same request gets again. */
export interface Exchange {
  /** Of the request: server, path and body. 32 hex digits. */
  readonly hash: string;
  /** The run that its call belongs to: it goes with that. */
  readonly traceId: string;
  readonly status: number;
  readonly contentType: string;
  /** UTF-8. */
  readonly body: string;
  /** Microseconds since the Unix epoch. */
  readonly atUs: number;
}

/** Answers that passed through the proxy. */
export interface ExchangeStore {
  /** Each replaces the one of the same request; all are written together. */
  saveExchange(...exchanges: readonly Exchange[]): Promise<void>;
  /** The latest answer to that request. */
  findExchange(hash: string): Promise<Exchange | undefined>;
}
