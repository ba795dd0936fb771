/** What a server says of what comes in, for whoever looks at the store. */
export interface ServerNote {
  readonly url: string;
  /** Microseconds since the Unix epoch, as is `notedAtUs`. */
  readonly startedAtUs: number;
  readonly notedAtUs: number;
  /** Spans and model calls that it took in since it started. */
  readonly spans: number;
  /** How many came in the last second; 0 once nothing comes. */
  readonly spansPerSecond: number;
  /** Requests that it refused or could not pass on, and spans that it left out, since it started. */
  readonly errors: number;
  /** Whoever sent something last, as it calls itself. */
  readonly sender?: string;
}

/** Which servers take something in for a store. */
export interface ServerNotes {
  /** Replaces what this process noted of its server at that URL. */
  saveServerNote(note: ServerNote): Promise<void>;
  /** That server of this process has ended. */
  removeServerNote(url: string): Promise<void>;
  /** Those of living processes, the newest first. */
  serverNotes(): Promise<readonly ServerNote[]>;
}
