import { type Host, nowUs, type ServerNotes } from "../core/mod.ts";

/** How often it is noted while something comes in. */
const EVERY_MS = 1_000;
const SENDER_MAX_CHARS = 60;

/** Counts what comes in, and notes it in the store for whoever looks at that: one row, once a second at most. */
export class Incoming {
  readonly #store: ServerNotes;
  readonly #host: Pick<Host, "now">;
  readonly #startedAtUs: number;
  #url: string | undefined;
  #spans = 0;
  #errors = 0;
  #sender: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the second began that is noted next, and how many spans there were then. */
  #since = { ms: 0, spans: 0 };
  #writing: Promise<void> = Promise.resolve();

  constructor(store: ServerNotes, host: Pick<Host, "now">) {
    this.#store = store;
    this.#host = host;
    this.#startedAtUs = nowUs(host);
  }

  /** The server listens there. */
  async open(url: string): Promise<void> {
    this.#url = url;
    await this.#write(0);
  }

  took(spans: number, sender: string | undefined): void {
    if (sender) this.#sender = sender.slice(0, SENDER_MAX_CHARS);
    this.#soon();
    this.#spans += spans;
  }

  refused(count = 1): void {
    this.#soon();
    this.#errors += count;
  }

  /** Notes what came until now. */
  async note(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { ms, spans } = this.#since;
    const came = this.#spans - spans;
    const seconds = Math.max(EVERY_MS, this.#host.now() - ms) / 1000;
    if (came > 0) this.#soon(); // that nothing more comes is to be noted too
    await this.#write(came / seconds);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const url = this.#url;
    this.#url = undefined;
    await this.#writing;
    if (url !== undefined) await this.#store.removeServerNote(url).catch(() => {});
  }

  #soon(): void {
    if (this.#timer !== undefined || this.#url === undefined) return;
    this.#since = { ms: this.#host.now(), spans: this.#spans };
    this.#timer = setTimeout(() => void this.note(), EVERY_MS);
  }

  /** Trouble with it is nobody's: who looks sees an older figure. */
  #write(spansPerSecond: number): Promise<void> {
    return this.#writing = this.#writing.then(async () => {
      if (this.#url === undefined) return;
      await this.#store.saveServerNote({
        url: this.#url,
        startedAtUs: this.#startedAtUs,
        notedAtUs: nowUs(this.#host),
        spans: this.#spans,
        spansPerSecond,
        errors: this.#errors,
        ...(this.#sender === undefined ? {} : { sender: this.#sender }),
      });
    }).catch(() => {});
  }
}
