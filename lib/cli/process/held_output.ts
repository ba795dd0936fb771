/** What is shown of a run at work, which waits while the person at the terminal is asked: nothing stands between a question and its answer. */
export class HeldOutput {
  #held: (() => void)[] | undefined;

  /** Writes now, or once the question is answered. */
  write(write: () => void): void {
    if (this.#held) this.#held.push(write);
    else write();
  }

  /** One question at a time. */
  async during<T>(question: () => Promise<T>): Promise<T> {
    this.#held = [];
    try {
      return await question();
    } finally {
      const held = this.#held;
      this.#held = undefined;
      for (const write of held) write();
    }
  }
}
