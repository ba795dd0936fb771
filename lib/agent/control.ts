import {
  APPROVAL_SCOPES,
  type ApprovalScope,
  type ControlRequest,
  isObject,
  type RunControl,
  type StoreChanges,
} from "../core/mod.ts";
import type { ApprovalAnswer, ApprovalRequest, Approver } from "./approval.ts";
import { RunStop } from "./stop.ts";

/** Looks at the store at most this often, however much is written. */
const LOOK_EVERY_MS = 50;
const REFUSAL_MAX_CHARS = 2_000;

/** The longest message for an agent, UTF-16 units. */
export const TOLD_MAX_CHARS = 100_000;
const NAME_MAX_CHARS = 200;

/** Whose request it is. */
export interface ControlOrigin {
  readonly id: string;
  readonly by: string;
}

/** What others want of a run. */
export interface ControlHooks {
  stop(reason: RunStop): void;
  onTold(told: ControlOrigin & { readonly text: string }): void;
  /** `settings` may be anything. */
  onSet(set: ControlOrigin & { readonly settings: unknown }): void;
  onCancel(spanId: string, by: string): void;
}

type ControlStore = Pick<RunControl, "takeControl"> & Pick<StoreChanges, "onChange">;

/** The ways others steer a run: requests in the store, read at every boundary and while waiting. */
export class ControlInbox {
  readonly #store: ControlStore;
  readonly #traceId: string;
  readonly #hooks: ControlHooks;
  readonly #answers = new Map<string, (answer: ApprovalAnswer) => void>();
  readonly #unsubscribe: () => void;
  #paused = false;
  #wake: PromiseWithResolvers<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    store: ControlStore,
    traceId: string,
    hooks: ControlHooks,
  ) {
    this.#store = store;
    this.#traceId = traceId;
    this.#hooks = hooks;
    this.#unsubscribe = store.onChange(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.look().catch(() => {}); // the next write meets the same trouble and reports it
      }, LOOK_EVERY_MS);
    });
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Takes waiting requests and acts on them. */
  look(): Promise<void> {
    return this.#looking ??= (async () => {
      try {
        for (const request of await this.#store.takeControl(this.#traceId)) this.#act(request);
      } finally {
        this.#looking = undefined;
      }
    })();
  }

  #act({ id, action, argument }: ControlRequest): void {
    switch (action) {
      case "stop":
        return this.#hooks.stop(RunStop.cancelled("stopped by a person"));
      case "pause":
        this.#paused = true;
        return;
      case "resume":
        this.#paused = false;
        this.#wake?.resolve();
        return;
      case "tell": {
        const text = typeof argument["text"] === "string"
          ? argument["text"].trim().slice(0, TOLD_MAX_CHARS)
          : "";
        if (text !== "") this.#hooks.onTold({ ...origin(id, argument), text });
        return;
      }
      case "set":
        return this.#hooks.onSet({ ...origin(id, argument), settings: argument["settings"] });
      case "cancel":
        return this.#hooks.onCancel(String(argument["spanId"] ?? ""), origin(id, argument).by);
      case "approve":
      case "deny": {
        const spanId = String(argument["spanId"] ?? "");
        const answer = this.#answers.get(spanId);
        this.#answers.delete(spanId);
        const by = typeof argument["by"] === "string" ? argument["by"] : "control";
        const { scope } = argument;
        // What cannot be understood grants nothing, and never lets the model's arguments through in the place of a person's.
        if (action === "approve" && "arguments" in argument && !isObject(argument["arguments"])) {
          answer?.({
            decision: "deny",
            always: false,
            by,
            reason: "the arguments given instead were unusable",
          });
          return;
        }
        answer?.({
          decision: action === "approve" ? "allow" : "deny",
          always: scope === undefined ? argument["always"] === true : isScope(scope),
          by,
          ...(action === "deny" ? { reason: refusalOf(argument["reason"]) } : {}),
          ...(action === "approve" && isScope(scope) ? { scope } : {}),
          ...(action === "approve" && isObject(argument["arguments"])
            ? { arguments: argument["arguments"] }
            : {}),
        });
      }
    }
  }

  /** Resolves when the run goes on; rejects with the signal's reason. */
  async whilePaused(signal: AbortSignal): Promise<void> {
    while (this.#paused) {
      signal.throwIfAborted();
      this.#wake = Promise.withResolvers();
      await orAborted(this.#wake.promise, signal);
    }
  }

  /** Waits for `approve` or `deny` from another process. */
  readonly approver: Approver = async ({ spanId }: ApprovalRequest, signal: AbortSignal) => {
    const answer = Promise.withResolvers<ApprovalAnswer>();
    this.#answers.set(spanId, answer.resolve);
    try {
      return await orAborted(answer.promise, signal);
    } finally {
      this.#answers.delete(spanId);
    }
  };

  close(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }
}

function origin(id: number, argument: ControlRequest["argument"]): ControlOrigin {
  const text = (name: string, otherwise: string) =>
    typeof argument[name] === "string" ? argument[name].slice(0, NAME_MAX_CHARS) : otherwise;
  return { id: text("id", String(id)), by: text("by", "control") };
}

/** What the model reads of a refusal; the words are a person's. */
function refusalOf(words: unknown): string {
  const said = typeof words === "string" ? words.trim().slice(0, REFUSAL_MAX_CHARS) : "";
  return said === "" ? "a person refused it" : `a person refused it and says: ${said}`;
}

function isScope(value: unknown): value is ApprovalScope {
  return APPROVAL_SCOPES.some((scope) => scope === value);
}

/** `promise`, or the signal's reason as soon as it is aborted. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
