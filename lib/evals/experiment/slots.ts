/** So many at a time; whoever waits is served in order. */
export class Slots {
  #count: number;
  /** Below 0 while more are held than there are now. */
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    [this.#count, this.#free] = [count, count];
  }

  /** Other many from now on; those that are held are kept until they are given back. */
  resize(count: number): void {
    this.#free += count - this.#count;
    this.#count = count;
    while (this.#free > 0 && this.#waiting.length > 0) {
      this.#free--;
      this.#waiting.shift()!();
    }
  }

  /** Resolves with the way to give it back, which may be taken more than once. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const next = this.#free >= 0 ? this.#waiting.shift() : undefined;
      if (next) next();
      else this.#free++;
    };
  }
}
