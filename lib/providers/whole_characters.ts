/**
 * Keeps the first half of a character back until the second arrives: servers cut where they like, and a half of a surrogate pair
 * that is shown, written or sent on alone becomes a mark of replacement. A half that stays alone is given on with what follows.
 */
export class WholeCharacters {
  #held = "";

  /** What can be told now, of what was kept and of `text`. */
  push(text: string): string {
    const all = this.#held + text;
    const last = all.charCodeAt(all.length - 1);
    const isHalf = last >= 0xd800 && last <= 0xdbff;
    this.#held = isHalf ? all.slice(-1) : "";
    return isHalf ? all.slice(0, -1) : all;
  }

  /** What is left when no more comes. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}
