import { type Connection, contentOf, type Message, MessageCodec } from "../wire/mod.ts";
import type { CellOutput } from "../../documents/mod.ts";
import { ConnectedSocket, WireClosed } from "../zmtp/mod.ts";

/** How a cell went. */
export interface CellResult {
  readonly status: "ok" | "error" | "aborted";
  readonly executionCount: number | null;
  readonly outputs: CellOutput[];
}

export interface ExecuteOptions {
  /** Cells that are queued behind it are not run when it fails. @default true */
  readonly stopOnError?: boolean;
  /** Told of each message of the cell. */
  readonly onOutput?: (output: CellOutput) => void;
  /** Answers what the cell asks a person. Without it, it is told that nobody is there. */
  readonly onInput?: (prompt: string) => string;
}

/** A cell that was sent. */
interface Sent {
  readonly options: ExecuteOptions;
  readonly outputs: CellOutput[];
  reply: Message | undefined;
  isIdle: boolean;
  readonly done: PromiseWithResolvers<CellResult>;
}

type Content = Readonly<Record<string, unknown>>;

const RETRY_MS = 10;

/** A front end without a screen: sends cells to a kernel, and gathers what belongs to each as JupyterLab does. */
export class KernelClient implements Disposable {
  readonly #codec: MessageCodec;
  readonly #sockets = new DisposableStack();
  readonly #sent = new Map<string, Sent>();
  readonly #displays = new Map<string, CellOutput[]>();
  readonly #answers = new Map<string, PromiseWithResolvers<Content>>();
  readonly #started = Promise.withResolvers<void>();
  /** Outputs that belong to no cell that this client sent. */
  readonly strays: string[] = [];
  /** Sockets that may still bring something. */
  #listening = 0;
  #broken: { readonly error: unknown } | undefined;
  #shell!: ConnectedSocket;
  #control!: ConnectedSocket;
  #stdin!: ConnectedSocket;

  private constructor(key: string) {
    this.#codec = new MessageCodec(key);
  }

  /** Connects as soon as the kernel listens. */
  static async connect({ ip: hostname, key, ports }: Connection, signal: AbortSignal): Promise<KernelClient> {
    const client = new KernelClient(key);
    const identity = client.#codec.session;
    const open = async (port: number, type: "DEALER" | "SUB") => {
      while (true) {
        try {
          return client.#sockets.use(await ConnectedSocket.open({ hostname, port }, type, identity));
        } catch {
          signal.throwIfAborted();
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    };
    const iopub = await open(ports.iopub, "SUB");
    client.#shell = await open(ports.shell, "DEALER");
    client.#control = await open(ports.control, "DEALER");
    client.#stdin = await open(ports.stdin, "DEALER");
    client.#listen(iopub, (message) => client.#onPublished(message));
    for (const socket of [client.#shell, client.#control]) {
      client.#listen(socket, (message) => client.#onReply(message));
    }
    client.#listen(client.#stdin, (message) => client.#onInputRequest(message));
    await client.#started.promise; // what is published is heard from here on
    return client;
  }

  async #listen(socket: ConnectedSocket, take: (message: Message) => void): Promise<void> {
    this.#listening++;
    try {
      while (true) {
        const message = this.#codec.decode(await socket.receive());
        if (message) take(message);
      }
    } catch (error) {
      this.#listening--;
      // What a kernel says last may still be on its way on another socket.
      if (error instanceof WireClosed && this.#listening > 0) return;
      this.#fail(error);
    }
  }

  /** The kernel is gone: nothing that was asked will be answered. */
  #fail(error: unknown): void {
    this.#broken ??= { error };
    for (const { done } of [...this.#sent.values(), ...this.#answers.values().map((done) => ({ done }))]) {
      done.promise.catch(() => {});
      done.reject(error);
    }
    this.#sent.clear();
    this.#answers.clear();
  }

  /** Sends a cell; several can be on their way. */
  execute(code: string, options: ExecuteOptions = {}): Promise<CellResult> {
    const { id, frames } = this.#codec.encode({
      type: "execute_request",
      content: {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: true,
        stop_on_error: options.stopOnError ?? true,
      },
    });
    const done = Promise.withResolvers<CellResult>();
    this.#sent.set(id, { options, outputs: [], reply: undefined, isIdle: false, done });
    this.#send(this.#shell, frames);
    return done.promise;
  }

  /** Sends any other request; gives the content of its answer. */
  request(channel: "shell" | "control", type: string, content: Content = {}): Promise<Content> {
    const { id, frames } = this.#codec.encode({ type, content });
    const answer = Promise.withResolvers<Content>();
    this.#answers.set(id, answer);
    this.#send(channel === "shell" ? this.#shell : this.#control, frames);
    return answer.promise;
  }

  #send(socket: ConnectedSocket, frames: readonly Uint8Array[]): void {
    if (this.#broken) this.#fail(this.#broken.error);
    else socket.send(frames).catch((error) => this.#fail(error));
  }

  #onReply(message: Message): void {
    const sent = this.#sent.get(message.parentId);
    if (sent) sent.reply = message;
    this.#settle(message.parentId);
    this.#answers.get(message.parentId)?.resolve(contentOf(message));
    this.#answers.delete(message.parentId);
  }

  /** A cell is over when both the answer and `idle` have come. */
  #settle(id: string): void {
    const sent = this.#sent.get(id);
    if (!sent?.reply || !sent.isIdle) return;
    this.#sent.delete(id);
    const { status, execution_count: count } = contentOf(sent.reply);
    sent.done.resolve({
      status: status === "ok" || status === "aborted" ? status : "error",
      executionCount: typeof count === "number" ? count : null,
      outputs: sent.outputs,
    });
  }

  #onInputRequest(message: Message): void {
    const answer = this.#sent.get(message.parentId)?.options.onInput;
    const value = answer?.(String(contentOf(message).prompt ?? "")) ?? null;
    const { frames } = this.#codec.encode({
      type: "input_reply",
      content: { status: "ok", value },
      parent: message,
    });
    void this.#stdin.send(frames).catch(() => {});
  }

  #onPublished(message: Message): void {
    const type = message.header.msg_type;
    const content = contentOf(message);
    const sent = this.#sent.get(message.parentId);
    if (type === "status") {
      this.#started.resolve();
      if (content.execution_state !== "idle" || !sent) return;
      sent.isIdle = true;
      this.#settle(message.parentId);
    } else if (type === "update_display_data") {
      for (const output of this.#displays.get(displayId(content)) ?? []) {
        if ("data" in output) {
          [output.data, output.metadata] = [asObject(content.data), asObject(content.metadata)];
        }
      }
    } else {
      const output = outputOf(type, content);
      if (!output) return;
      if (!sent) {
        this.strays.push(`${type} ${JSON.stringify(content).slice(0, 200)}`);
        return;
      }
      const id = displayId(content);
      const kept = add(sent.outputs, output);
      if (id) this.#displays.set(id, [...this.#displays.get(id) ?? [], kept]);
      sent.options.onOutput?.(output);
    }
  }

  [Symbol.dispose](): void {
    this.#sockets.dispose();
  }
}

function add(outputs: CellOutput[], output: CellOutput): CellOutput {
  const last = outputs.at(-1);
  if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
    last.text += output.text;
    return last;
  }
  const kept = { ...output };
  outputs.push(kept);
  return kept;
}

function displayId({ transient }: Content): string {
  return String(asObject(transient).display_id ?? "");
}

function outputOf(type: string, content: Content): CellOutput | undefined {
  const { name, text, execution_count: count, ename, evalue, traceback } = content;
  if (type === "stream") return { output_type: "stream", name: String(name), text: String(text) };
  if (type === "error") {
    const lines = Array.isArray(traceback) ? traceback.map(String) : [];
    return { output_type: "error", ename: String(ename), evalue: String(evalue), traceback: lines };
  }
  const [data, metadata] = [asObject(content.data), asObject(content.metadata)];
  if (type === "display_data") return { output_type: "display_data", data, metadata };
  if (type !== "execute_result") return undefined;
  return {
    output_type: "execute_result",
    execution_count: typeof count === "number" ? count : null,
    data,
    metadata,
  };
}

function asObject(value: unknown): Content {
  return value !== null && typeof value === "object" ? value as Content : {};
}
