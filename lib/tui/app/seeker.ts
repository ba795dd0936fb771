import type { ScreenId } from "../contract/message.ts";
import { patternHits } from "../reader/pattern.ts";
import type { Search } from "../draw/search.ts";
import type { AppMsg } from "./model.ts";

/** Looks for patterns a slice at a time, so that keys are answered meanwhile. Of each screen the latest question counts. */
export class Seeker {
  readonly #found: (msg: AppMsg) => void;
  readonly #tickets = new Map<ScreenId, number>();
  #working = 0;
  #isClosed = false;

  constructor(found: (msg: AppMsg) => void) {
    this.#found = found;
  }

  get isIdle(): boolean {
    return this.#working === 0;
  }

  close(): void {
    this.#isClosed = true;
  }

  async seek(screen: ScreenId, text: string, search: Search): Promise<void> {
    const ticket = (this.#tickets.get(screen) ?? 0) + 1;
    this.#tickets.set(screen, ticket);
    this.#working++;
    try {
      for await (const hits of patternHits(text, search)) {
        if (this.#isClosed || this.#tickets.get(screen) !== ticket) return;
        this.#found({ type: "screen", screen, msg: { type: "sought", hits } });
        await new Promise((resolve) => setTimeout(resolve, 0)); // what came meanwhile goes first
      }
    } finally {
      this.#working--;
    }
  }
}
