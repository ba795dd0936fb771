import type { CircuitBreakerPolicy } from "cockatiel";
import { ProviderError, reasonOf } from "../core/mod.ts";

export interface BreakerOptions {
  /** Failures in a row that open the circuit. @default 5 */
  readonly failures?: number;
  /** How long it stays open before one call may test the server. @default 30_000 */
  readonly halfOpenAfterMs?: number;
}

export interface GateOptions {
  readonly provider: string;
  readonly maxConcurrency: number;
  readonly breaker: BreakerOptions;
}

/** Lets at most so many calls through at a time, and none to a model while the server is known to be down for it. */
export interface Gate {
  /** Throws a `ProviderError` of kind `circuit`, or the signal's reason, without calling `fn`, when it may not run. */
  run<T>(model: string, fn: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Calls that may wait for a free place. */
export const MAX_QUEUED_CALLS = 10_000;
/** Models that one program calls at one server. */
const CIRCUITS_MAX = 1_000;
const FAILURES = 5;
const HALF_OPEN_AFTER_MS = 30_000;

export async function createGate(options: GateOptions): Promise<Gate> {
  const {
    bulkhead,
    circuitBreaker,
    ConsecutiveBreaker,
    handleWhen,
    isBrokenCircuitError,
    isBulkheadRejectedError,
  } = await import("cockatiel");
  const failures = options.breaker.failures ?? FAILURES;
  const halfOpenAfter = options.breaker.halfOpenAfterMs ?? HALF_OPEN_AFTER_MS;
  const places = bulkhead(options.maxConcurrency, MAX_QUEUED_CALLS);
  const circuitOf = oneForEach(() =>
    circuitBreaker(handleWhen(isServerFailure), { halfOpenAfter, breaker: new ConsecutiveBreaker(failures) })
  );

  function refuse(error: unknown, circuit: CircuitBreakerPolicy): unknown {
    const refused = (errorType: string, reason: string, remedy: string) =>
      new ProviderError(reason, {
        remedy,
        provider: options.provider,
        kind: "circuit",
        errorType,
        retryable: false,
      });
    if (isBrokenCircuitError(error)) {
      const last = circuit.lastFailure;
      const because = last && "error" in last ? ` (last: ${reasonOf(last.error)})` : "";
      return refused(
        "circuit_open",
        `Cannot call ${options.provider}: ${failures} calls in a row failed, so none is sent for ` +
          `${halfOpenAfter / 1000} s${because}`,
        "again later",
      );
    }
    if (isBulkheadRejectedError(error)) {
      return refused(
        "queue_full",
        `Cannot call ${options.provider}: ${MAX_QUEUED_CALLS} calls are waiting already`,
        "fewer runs at a time",
      );
    }
    return error;
  }

  return {
    run(model, fn, signal) {
      let started = false;
      const circuit = circuitOf(model);
      const task = places.execute(
        () =>
          circuit.execute(() => {
            started = true;
            return fn();
          }, signal),
        signal,
      );
      return new Promise((resolve, reject) => {
        // Neither queue of cockatiel can be left early; a call that gave up is skipped when its turn comes.
        const onAbort = () => started || reject(signal.reason);
        signal.addEventListener("abort", onAbort, { once: true });
        task.then(
          resolve,
          (error) =>
            reject(!started && signal.aborted ? signal.reason : started ? error : refuse(error, circuit)),
        ).finally(() => signal.removeEventListener("abort", onAbort));
      });
    },
  };
}

/** One for each model: one that is down does not stop calls of another. */
function oneForEach(open: () => CircuitBreakerPolicy): (model: string) => CircuitBreakerPolicy {
  const known = new Map<string, CircuitBreakerPolicy>();
  return (model) => {
    const circuit = known.get(model) ?? open();
    if (known.size >= CIRCUITS_MAX) known.clear();
    known.set(model, circuit);
    return circuit;
  };
}

/** The server or the way to it is broken. 429 is not: that server works and says so. */
function isServerFailure(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return false;
  if (error.statusCode !== undefined) return error.statusCode >= 500;
  return error.retryable && ["network", "timeout", "stream"].includes(error.kind);
}
