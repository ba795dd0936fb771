/** At most 30 repaints a second for what arrives by itself while someone is at the keys, which repaint at once ... */
export const FRAME_MS = 33;
/** ... and 15 while someone only watches: a stream of text reads the same, for half the work. */
const WATCHED_FRAME_MS = 66;
const AT_THE_KEYS_MS = 500;

/** Repaints at once for the person, and no more often than an eye can follow for everything else. */
export class Painter {
  readonly #paint: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #paintedMs = 0;
  #inputMs = -Infinity;
  #closed = false;

  constructor(paint: () => void) {
    this.#paint = paint;
  }

  /** The person did something. */
  touched(): void {
    this.#inputMs = performance.now();
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#paintedMs = performance.now();
    this.#paint();
  }

  soon(): void {
    if (this.#timer !== undefined || this.#closed) return;
    const waitMs = Math.max(0, this.#paintedMs + this.frameMs - performance.now());
    this.#timer = setTimeout(() => this.now(), waitMs);
  }

  /** How long what arrives by itself may wait. */
  get frameMs(): number {
    return performance.now() - this.#inputMs < AT_THE_KEYS_MS ? FRAME_MS : WATCHED_FRAME_MS;
  }

  /** No repaint is to come. */
  get isIdle(): boolean {
    return this.#timer === undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
