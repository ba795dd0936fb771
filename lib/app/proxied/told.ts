import type { CallFailure } from "./proxied_calls.ts";
import type { CallOrigin } from "./run_spans.ts";

/** A call that goes on now, as the one who passes it on sees it: nothing of it is read yet. */
export interface BegunCall {
  /** The request's body, unpacked. */
  readonly body: Uint8Array;
  /** Of the request; `target` with its query. */
  readonly path: string;
  readonly target: string;
  /** The server whose answers it takes, which its hash is made of with target and body. */
  readonly server: string;
  readonly origin: Omit<CallOrigin, "requestHash">;
  /** The caller's key: a server may repeat it. */
  readonly key?: string | undefined;
}

/** What happened to a call. */
export type Happened =
  | ({ readonly type: "begun" } & BegunCall)
  /** The answer begins; `isRecorded`: it comes from the store. */
  | {
    readonly type: "head";
    readonly status: number;
    readonly contentType: string;
    readonly isRecorded: boolean;
  }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** The answer has ended; `isGenuine`: it may be given again. */
  | { readonly type: "ended"; readonly isGenuine: boolean }
  | { readonly type: "cut"; readonly errorType: string; readonly message: string }
  | { readonly type: "failed"; readonly failure: CallFailure };

/** The same, of which call and when, in ms since 1970. Plain data: it goes to another thread. */
export type Told = Happened & { readonly id: number; readonly atMs: number };

/** What became of what was told, when it resolves: all of it is written. */
export interface Heard {
  /** Paths of calls that are no requests for a model's words. */
  readonly unread: readonly string[];
}

/** Keeps what is told of calls, here or on a thread of its own. */
export interface CallKeeper extends AsyncDisposable {
  /** Takes it in this order; resolves when it is on the disk. */
  hear(told: readonly Told[]): Promise<Heard>;
  /** Sets aside what a call that was told of can cost. Throws `SharedBudgetError`, and `UnreadCallError`. */
  reserve(id: number): Promise<void>;
  settled(): Promise<void>;
}

/** What a call can cost cannot be told: it cannot be read. */
export class UnreadCallError extends Error {
  override readonly name = "UnreadCallError";
}
