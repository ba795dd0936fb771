import { HttpProblem } from "./problem.ts";

/** Server-sent event streams at once. */
const READERS_MAX = 256;

/** Counts those who follow runs. */
export class Readers {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The same frames, counted until they end or `gone` is aborted. Throws `HttpProblem` 503 where there are too many. */
  counted(frames: AsyncGenerator<string>, gone: AbortSignal): AsyncGenerator<string> {
    if (this.#count >= READERS_MAX) {
      throw new HttpProblem(503, `${READERS_MAX} readers follow runs`, { headers: { "retry-after": "5" } });
    }
    this.#count++;
    let isCounted = true;
    const leave = () => {
      if (isCounted) this.#count--;
      isCounted = false;
    };
    gone.addEventListener("abort", leave, { once: true });
    if (gone.aborted) leave();
    return (async function* () {
      try {
        yield* frames;
      } finally {
        leave();
      }
    })();
  }
}
