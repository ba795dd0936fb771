import { RunStop } from "../agent/mod.ts";
import { HttpProblem } from "./problem.ts";

/** Runs that requests may have at work at once, replays too: each holds a conversation in memory. */
const RUNS_MAX = 32;

/** Runs that requests started and wait for. They end when whoever asked has gone, or the server has waited long enough. */
export class RunsAtWork {
  readonly #stop = new AbortController();
  readonly #work = new Set<Promise<unknown>>();

  get count(): number {
    return this.#work.size;
  }

  /** Throws `HttpProblem` 429 where there are too many, 503 where no more are begun. */
  async during<T>(caller: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const wait = { headers: { "retry-after": "1" } };
    if (this.#stop.signal.aborted) throw new HttpProblem(503, "The server is closing", wait);
    if (this.#work.size >= RUNS_MAX) throw new HttpProblem(429, `${RUNS_MAX} runs are at work`, wait);
    const gone = new AbortController();
    const onGone = () => gone.abort(RunStop.cancelled("whoever asked for it over HTTP has gone"));
    if (caller.aborted) onGone();
    caller.addEventListener("abort", onGone, { once: true });
    const working = work(AbortSignal.any([gone.signal, this.#stop.signal]));
    this.#work.add(working);
    try {
      return await working;
    } finally {
      this.#work.delete(working);
      caller.removeEventListener("abort", onGone);
    }
  }

  /** Ends what is at work; resolves when it is on disk. */
  async stop(): Promise<void> {
    this.#stop.abort(RunStop.cancelled("the server has closed"));
    await Promise.allSettled(this.#work);
  }
}
