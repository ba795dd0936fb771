import { type BudgetStore, type Host, messageOf } from "../../core/mod.ts";
import type { CallFailure } from "./proxied_calls.ts";
import type { BegunCall, CallKeeper, Happened, Told } from "./told.ts";

/** What is told of calls goes on together, this much later at most. */
const GATHER_MS = 50;
/** Told and not written yet; calls that begin then pass without being recorded. */
const BEHIND_MAX_BYTES = 64 * 1024 * 1024;
/** Another write may hold the store. */
const BUDGETED_MS_MAX = 200;
/** Of what is told besides bodies. */
const TOLD_BYTES = 500;

export interface CallRecorderOptions {
  readonly keeper: CallKeeper;
  readonly budgets: Pick<BudgetStore, "isBudgeted">;
  readonly host: Pick<Host, "now" | "sleep">;
  /** Trouble that no call fails for. */
  readonly onNote?: (note: string) => void;
}

/** One call on its way through. None of these but `reserve` is waited for. */
export interface RecordedCall {
  /** Sets aside what it can cost, before it goes on. Throws `SharedBudgetError`, and `UnreadCallError`. */
  reserve(): Promise<void>;
  head(answer: {
    readonly status: number;
    readonly contentType: string;
    readonly isRecorded?: boolean;
  }): void;
  bytes(bytes: Uint8Array): void;
  /** `isGenuine`: it may be given again. */
  ended(isGenuine: boolean): void;
  cut(errorType: string, message: string): void;
  failed(failure: CallFailure): void;
}

/**
 * Hears of calls as they pass and lets somebody else keep them: telling it of one costs as good as nothing, whatever the store is
 * doing meanwhile.
 */
export class CallRecorder implements AsyncDisposable {
  readonly #options: CallRecorderOptions;
  #told: Told[] = [];
  #toldBytes = 0;
  /** On its way to the disk. */
  #behindBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #hearing = new Set<Promise<void>>();
  #isBehind = false;
  #hasFailed = false;
  #ids = 0;
  #wasBudgeted: boolean | undefined;
  #onUnread: (path: string) => void = () => {};

  constructor(options: CallRecorderOptions) {
    this.#options = options;
  }

  /** Tells of each call that passes and is no request for a model's words. */
  onUnread(listener: (path: string) => void): void {
    this.#onUnread = listener;
  }

  /** Whether what calls can cost is held against any budget; as it was last, where the store does not answer at once. */
  async isBudgeted(): Promise<boolean> {
    const { budgets, host } = this.#options;
    const asked = budgets.isBudgeted().catch(() => false).then((isBudgeted) =>
      this.#wasBudgeted = isBudgeted
    );
    const before = this.#wasBudgeted;
    if (before === undefined) return await asked;
    const answered = new AbortController();
    const late = host.sleep(BUDGETED_MS_MAX, answered.signal).then(() => before, () => before);
    return await Promise.race([asked, late]).finally(() => answered.abort());
  }

  /** `isDue`: it is recorded however much waits, because its money is to be set aside. */
  begin(call: BegunCall, { isDue = false }: { readonly isDue?: boolean } = {}): RecordedCall {
    const isLeft = !isDue && this.#behindBytes + this.#toldBytes > BEHIND_MAX_BYTES;
    if (isLeft && !this.#isBehind) {
      this.#options.onNote?.("calls pass without being recorded: the store is behind");
    }
    this.#isBehind = isLeft;
    const id = ++this.#ids;
    const tell = (happened: Happened, bytes = 0) => {
      if (!isLeft) this.#tell({ ...happened, id, atMs: this.#options.host.now() }, bytes);
    };
    tell({ type: "begun", ...call }, call.body.length);
    return {
      reserve: async () => {
        this.#flush();
        await this.#options.keeper.reserve(id);
      },
      head: ({ isRecorded = false, ...answer }) => tell({ type: "head", ...answer, isRecorded }),
      bytes: (bytes) => tell({ type: "bytes", bytes }, bytes.length),
      ended: (isGenuine) => tell({ type: "ended", isGenuine }),
      cut: (errorType, message) => tell({ type: "cut", errorType, message }),
      failed: (failure) => tell({ type: "failed", failure }),
    };
  }

  /** Resolves when all that was told by now is written. */
  async written(): Promise<void> {
    this.#flush();
    await Promise.all(this.#hearing);
  }

  /** Resolves when everything that has passed is written. */
  async settled(): Promise<void> {
    this.#flush();
    while (this.#hearing.size > 0) await Promise.all(this.#hearing);
    await this.#options.keeper.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.written();
    await this.#options.keeper[Symbol.asyncDispose]();
  }

  #tell(told: Told, bytes: number): void {
    this.#told.push(told);
    this.#toldBytes += TOLD_BYTES + bytes;
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [told, bytes] = [this.#told, this.#toldBytes];
    if (told.length === 0) return;
    this.#told = [];
    this.#toldBytes = 0;
    this.#behindBytes += bytes;
    const hearing = this.#hear(told).finally(() => {
      this.#behindBytes -= bytes;
      this.#hearing.delete(hearing);
    });
    this.#hearing.add(hearing);
  }

  async #hear(told: readonly Told[]): Promise<void> {
    try {
      for (const path of (await this.#options.keeper.hear(told)).unread) this.#onUnread(path);
    } catch (error) {
      if (!this.#hasFailed) this.#options.onNote?.(`calls pass without being recorded: ${messageOf(error)}`);
      this.#hasFailed = true;
    }
  }
}
