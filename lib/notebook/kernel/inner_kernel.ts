import { AgentOpError } from "../../core/mod.ts";
import {
  type Connection,
  connectionText,
  contentOf,
  type Message,
  MessageCodec,
  newConnection,
} from "../wire/mod.ts";
import { ConnectedSocket } from "../zmtp/mod.ts";
import { bootstrapCode, FENCE_TYPE, fenceCode } from "./bootstrap.ts";
import type { CellPlace } from "./cell_place.ts";
import { Lifeline } from "./lifeline.ts";

/** What the real kernel says by itself, in the order it came. */
export interface InnerListener {
  onOutput(message: Message): Promise<void>;
  onInputRequest(message: Message): void;
}

const START_MAX_MS = 20_000;
const START_TRIES = 3;
const RETRY_MS = 10;
/** A cell that waits lets the event loop turn within this time. */
const TURN_MAX_MS = 60;
const FENCE_TRIES = 3;
const LAST_WORDS_MAX_CHARS = 2_000;
/** What V8 and Deno write when they cannot go on. */
const LAST_WORDS = /^(?:# )?((?:Fatal |thread '|error: ).{1,300})/m;
const IDENTITY = "agentop";

/** The real kernel: a process of its own, asked for one thing at a time. */
export class InnerKernel implements AsyncDisposable {
  /** Resolves with why, when the process is gone. */
  readonly ended: Promise<string>;
  readonly #process: Deno.ChildProcess;
  readonly #codec: MessageCodec;
  readonly #listener: InnerListener;
  readonly #sockets = new DisposableStack();
  readonly #lifeline: Lifeline;
  readonly #fences = new Map<string, () => void>();
  #shell!: ConnectedSocket;
  #control!: ConnectedSocket;
  #stdin!: ConnectedSocket;
  #lastWords = "";
  #hasBegun = false;
  #hasEnded = false;

  private constructor(process: Deno.ChildProcess, key: string, listener: InnerListener) {
    this.#process = process;
    this.#codec = new MessageCodec(key);
    this.#listener = listener;
    this.#lifeline = this.#sockets.use(new Lifeline());
    this.ended = process.status.then(({ code, signal }) => {
      this.#hasEnded = true;
      const how = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
      const said = LAST_WORDS.exec(this.#lastWords)?.[1];
      return said ? `${how} and said: ${said}` : how;
    });
    this.#hear(process.stderr);
  }

  /** Starts it for cells in a place. `deno` is the program that has the real kernel in it. */
  static async start(deno: string, place: CellPlace, listener: InnerListener): Promise<InnerKernel> {
    for (let tries = 1;; tries++) {
      const connection = newConnection();
      const kernel = new InnerKernel(await spawn(deno, place, connection), connection.key, listener);
      try {
        await kernel.#open(connection, place);
        return kernel;
      } catch (error) {
        await kernel[Symbol.asyncDispose]();
        // Somebody else may have taken a port in between.
        if (tries === START_TRIES) throw error;
      }
    }
  }

  async #open({ ip: hostname, ports }: Connection, place: CellPlace): Promise<void> {
    const open = async (port: number, socketType: "DEALER" | "SUB") =>
      this.#sockets.use(await this.#reach({ hostname, port }, socketType));
    const iopub = await open(ports.iopub, "SUB");
    this.#shell = await open(ports.shell, "DEALER");
    this.#control = await open(ports.control, "DEALER");
    this.#stdin = await open(ports.stdin, "DEALER");
    this.#listen(iopub, (message) => this.#onPublished(message));
    this.#listen(this.#stdin, (message) => {
      if (message.header.msg_type === "input_request") this.#listener.onInputRequest(message);
    });
    this.#listen(this.#control, () => {}); // answers to interrupts say nothing
    const held = this.#lifeline.held();
    held.catch(() => {});
    await this.request("execute_request", silently(bootstrapCode(this.#lifeline, place.folder)));
    await held;
    // Its subscription may have come after the first of what it said: only now is it known to be heard.
    await this.fence();
    this.#hasBegun = true;
  }

  async #reach(
    address: { readonly hostname: string; readonly port: number },
    socketType: "DEALER" | "SUB",
  ): Promise<ConnectedSocket> {
    const until = performance.now() + START_MAX_MS;
    while (true) {
      try {
        return await ConnectedSocket.open(address, socketType, IDENTITY);
      } catch {
        if (this.#hasEnded) throw notStarted(await this.ended);
        if (performance.now() > until) throw notStarted("it does not answer");
        // It says nowhere when it is ready.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #listen(socket: ConnectedSocket, take: (message: Message) => void | Promise<void>): Promise<void> {
    try {
      while (true) {
        const message = this.#codec.decode(await socket.receive());
        if (message) await take(message);
      }
    } catch {
      // It is gone; `ended` says so.
    }
  }

  async #onPublished(message: Message): Promise<void> {
    if (message.header.msg_type !== FENCE_TYPE) {
      if (this.#hasBegun) await this.#listener.onOutput(message);
      return;
    }
    this.#fences.get(String(contentOf(message).id))?.();
  }

  /** Deno says there why it ends, where it knows. */
  async #hear(pipe: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of pipe) {
      const text = decoder.decode(bytes, { stream: true });
      if (this.#hasBegun) this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_MAX_CHARS);
    }
  }

  /** Resolves when everything that was written before has been told, or when there is nobody left to tell it. */
  async fence(): Promise<void> {
    // An interrupt that came too late for its cell ends the fence instead.
    for (let tries = 0; tries < FENCE_TRIES; tries++) {
      const id = crypto.randomUUID();
      const arrived = new Promise<void>((resolve) => this.#fences.set(id, resolve));
      try {
        const reply = await this.request("execute_request", silently(fenceCode(id)));
        if (contentOf(reply).status === "ok") return await Promise.race([arrived, this.ended.then(() => {})]);
      } finally {
        this.#fences.delete(id);
      }
    }
  }

  /** Sends a request to the shell and gives its answer. One at a time; rejects when the kernel is gone. */
  async request(type: string, content: unknown): Promise<Message> {
    const { id, frames } = this.#codec.encode({ type, content });
    await this.#shell.send(frames);
    while (true) {
      const message = this.#codec.decode(await this.#shell.receive());
      if (message?.parentId === id) return message;
    }
  }

  /**
   * Stops what runs now, whether it computes or waits, if `isMeant` still says so when that is known. One that does both in turn
   * may have to be told again.
   */
  async interrupt(isMeant: () => boolean): Promise<void> {
    const isWaiting = await this.#lifeline.isAnswered(TURN_MAX_MS);
    if (!isMeant()) return;
    if (isWaiting) await this.#lifeline.interrupt();
    else await this.#control.send(this.#codec.encode({ type: "interrupt_request", content: {} }).frames);
  }

  /** The answer to what a cell asked a person. */
  async answer(parent: Message, content: Uint8Array | Record<string, unknown>): Promise<void> {
    await this.#stdin.send(this.#codec.encode({ type: "input_reply", content, parent }).frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended;
    this.#sockets.dispose();
  }
}

/** An execution that is no cell's. */
function silently(code: string): Record<string, unknown> {
  return {
    code,
    silent: true,
    store_history: false,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: false,
  };
}

async function spawn(
  deno: string,
  { start }: CellPlace,
  connection: Connection,
): Promise<Deno.ChildProcess> {
  const process = new Deno.Command(deno, {
    // Through its standard input, so that the key is in no file.
    args: ["jupyter", "--kernel", "--conn", "/dev/stdin"],
    cwd: start,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(connectionText(connection)));
  await writer.close();
  return process;
}

function notStarted(why: string): AgentOpError {
  return new AgentOpError(`Cannot start Deno's kernel: ${why}`, { remedy: "agentop doctor", exitCode: 1 });
}
