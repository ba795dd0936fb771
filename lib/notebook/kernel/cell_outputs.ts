import { contentOf, type Message, type Outgoing } from "../wire/mod.ts";

type StreamName = "stdout" | "stderr";

/** Text of one stream is gathered for so long, or up to so much: front ends drop what comes in more than 1,000 messages a second. */
const GATHER_MS = 25;
const GATHER_MAX_CHARS = 64 * 1024;

const STATUS_OF_THE_INNER = new Set(["status", "execute_input"]);

/** Gives what the real kernel says the right parent, in the right order. */
export class CellOutputs {
  readonly #publish: (outgoing: Outgoing) => Promise<void>;
  /** The cell that runs, else the one that ran last: what comes late is its. */
  #parent: Message | undefined;
  #isSilent = false;
  #error: Message | undefined;
  #gathered: { readonly name: StreamName; text: string } | undefined;
  #timer: number | undefined;

  constructor(publish: (outgoing: Outgoing) => Promise<void>) {
    this.#publish = publish;
  }

  begin(parent: Message, isSilent: boolean): void {
    void this.#flush();
    this.#parent = parent;
    this.#isSilent = isSilent;
    this.#error = undefined;
  }

  /** Everything of the cell has come. An error comes last, whenever the real kernel sent it; `undefined` where there was none. */
  async end(): Promise<Message | undefined> {
    await this.#flush();
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  /** What the real kernel published. */
  async onOutput(message: Message): Promise<void> {
    const type = message.header.msg_type;
    if (STATUS_OF_THE_INNER.has(type)) return;
    if (type === "stream") {
      const { name, text } = contentOf(message);
      if (typeof text === "string") await this.#gather(name === "stderr" ? "stderr" : "stdout", text);
    } else if (type === "error") this.#error = message;
    else {
      await this.#flush();
      await this.#send(message);
    }
  }

  async #gather(name: StreamName, text: string): Promise<void> {
    if (this.#gathered && this.#gathered.name !== name) await this.#flush();
    if (this.#gathered) this.#gathered.text += text;
    else this.#gathered = { name, text };
    if (this.#gathered.text.length >= GATHER_MAX_CHARS) await this.#flush();
    else this.#timer ??= setTimeout(() => void this.#flush(), GATHER_MS) as unknown as number;
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = undefined;
    if (gathered) await this.#publish({ type: "stream", content: gathered, parent: this.#parent });
  }

  async #send({ header, content, metadata, buffers }: Message): Promise<void> {
    if (this.#isSilent && header.msg_type === "execute_result") return;
    await this.#publish({ type: header.msg_type, content, metadata, buffers, parent: this.#parent });
  }
}
