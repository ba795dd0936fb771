import { hashText, type Run, RUN_TAG } from "../../core/mod.ts";
import { NearTexts, plain } from "./near_texts.ts";

/** Which side a case is on. */
export type Side = "train" | "validation";

/**
 * Puts runs on one of two sides so that no case is on both: runs of one case of a suite, of one question or of nearly the same
 * question belong together. The side follows from the questions alone: the same for the same store.
 */
export class CaseSplit {
  readonly #share: number;
  readonly #near = new NearTexts();
  /** Numbers of the texts that `#near` knows, as keys. */
  readonly #texts: string[] = [];
  readonly #parents = new Map<string, string>();

  /** @param share of the cases that go to validation, from 0 to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** Tells of a run; all of them, before the first side is asked for. */
  add(run: Pick<Run, "prompt" | "agent" | "tags">): void {
    const question = questionKey(run);
    if (!this.#parents.has(question)) {
      const near = this.#near.add(run.prompt);
      if (near === undefined) this.#texts.push(question);
      else this.#join(question, this.#texts[near]!);
    }
    const caseId = run.tags[RUN_TAG.case];
    if (caseId !== undefined) this.#join(question, `case ${run.agent} ${caseId}`);
  }

  /** The case that a run is of, by a name that all its runs share. */
  caseOf(run: Pick<Run, "prompt">): string {
    return this.#root(questionKey(run));
  }

  sideOf(run: Pick<Run, "prompt">): Side {
    return hashText(this.caseOf(run)) / 2 ** 53 < this.#share ? "validation" : "train";
  }

  /** The root is the least of its names, whatever the order in which they were told. */
  #join(a: string, b: string): void {
    const [first, second] = [this.#root(a), this.#root(b)];
    if (first === second) return;
    const [root, other] = first < second ? [first, second] : [second, first];
    this.#parents.set(other, root);
  }

  #root(key: string): string {
    let root = key;
    for (let up = this.#parents.get(root); up !== undefined && up !== root; up = this.#parents.get(root)) {
      root = up;
    }
    this.#parents.set(key, root);
    return root;
  }
}

function questionKey({ prompt }: Pick<Run, "prompt">): string {
  return `question ${hashText(plain(prompt)).toString(36)}`;
}
