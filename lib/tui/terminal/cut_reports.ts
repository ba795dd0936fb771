/** What a slow line takes between two pieces; longer, and it was a person. */
const PAUSE_MS_MAX = 500;
const LENGTH_MAX = 4_096;
const ANSWER_STARTS: readonly string[] = ["\x1b]", "\x1bP", "\x1b_"];

/**
 * Joins answers and mouse reports that arrive in pieces. The terminal library waits 50 ms for the rest of one and then hands out
 * what there is: the rest would be taken as keys, and where it cannot know the answer yet, all but the first two characters.
 */
export class CutReports {
  #head = "";
  #atMs = 0;

  /**
   * All of the sequence, or `undefined` while more of it is to come. While an answer is due, what could be a key with Alt is
   * taken for the beginning of it.
   */
  join(data: string, nowMs: number, isAnswerDue = false): string | undefined {
    const goesOn = this.#head !== "" && nowMs - this.#atMs <= PAUSE_MS_MAX &&
      (!data.startsWith("\x1b") || data === "\x1b\\");
    const whole = goesOn ? this.#head + data : data;
    const isOpen = isCut(whole) || (isAnswerDue && ANSWER_STARTS.includes(whole));
    this.#head = isOpen && whole.length <= LENGTH_MAX ? whole : "";
    this.#atMs = nowMs;
    return this.#head === "" ? whole : undefined;
  }
}

function isCut(data: string): boolean {
  // deno-lint-ignore no-control-regex
  return /^\x1b\[[<?>][\d;]*$/.test(data) || (/^\x1b[\]P_]./s.test(data) && !/(\x07|\x1b\\)$/.test(data));
}
