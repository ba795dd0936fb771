import { ownLibrary, reasonOf } from "../../core/mod.ts";
import { type Connection, contentOf, type Message } from "../wire/mod.ts";
import { CellOutputs } from "./cell_outputs.ts";
import { cellPlace } from "./cell_place.ts";
import { Front, type Request } from "./front.ts";
import { InnerKernel } from "./inner_kernel.ts";
import { kernelInfo } from "./kernel_info.ts";

/** How a kernel ended: because it was told to, or because the real one was gone. */
export type Ending = { readonly kind: "told" } | { readonly kind: "died"; readonly why: string };

/** Run All of the largest notebooks fits. */
const QUEUE_MAX = 10_000;
/** Answers are on their way to front ends for so long after the last one was written. */
const LINGER_MS = 100;
/** A cell that computes and waits in turn may miss an interrupt. */
const INTERRUPT_TRIES = 5;
const INTERRUPT_AGAIN_MS = 400;
/** What the real kernel answers by itself when no cell runs. */
const PASSED_ON = new Set(["complete_request", "inspect_request", "is_complete_request"]);

/** The cell that runs. */
interface RunningCell {
  readonly request: Request;
  isInterrupted: boolean;
  /** What it asked a person for, while there is no answer. */
  asked: Message | undefined;
}

/** A Jupyter kernel in front of the real one: one cell at a time, and `idle` only when everything of it has come. */
export class KernelSession implements AsyncDisposable {
  /** Resolves when there is nothing left to do. */
  readonly ended: Promise<Ending>;
  readonly #end = Promise.withResolvers<Ending>();
  readonly #front: Front;
  readonly #place = cellPlace(Deno.cwd(), ownLibrary());
  readonly #inner: Promise<InnerKernel>;
  readonly #outputs: CellOutputs;
  readonly #queue: Request[] = [];
  #wake: () => void = () => {};
  #cell: RunningCell | undefined;
  #isBusy = false;
  /** Resolves when Deno's kernel is gone and that has been said. */
  readonly #gone: Promise<void>;
  #isOver = false;
  #count = 0;

  /** `deno` is the program that has the real kernel in it. Throws where a port of `connection` is taken. */
  constructor(connection: Connection, deno: string) {
    this.ended = this.#end.promise;
    this.#front = new Front(connection, {
      onShell: (request) => this.#enqueue(request),
      onControl: (request) => void this.#control(request).catch(() => {}),
      onInput: (message) => void this.#input(message).catch(() => {}),
      status: () => this.#isBusy ? "busy" : "idle",
    });
    this.#outputs = new CellOutputs((outgoing) => this.#front.publish(outgoing));
    this.#inner = InnerKernel.start(deno, this.#place, {
      onOutput: (message) => this.#outputs.onOutput(message),
      onInputRequest: (message) => this.#ask(message),
    });
    this.#gone = this.#inner.then(
      (inner) => inner.ended.then((why) => this.#died(why)),
      (error) => this.#died(reasonOf(error)),
    );
    void this.#publish("status", { execution_state: "starting" });
    this.#work();
  }

  #publish(type: string, content: unknown, parent?: Message): Promise<void> {
    return this.#front.publish({ type, content, parent });
  }

  #status(state: "busy" | "idle", parent: Message): Promise<void> {
    this.#isBusy = state === "busy";
    return this.#publish("status", { execution_state: state }, parent);
  }

  #enqueue(request: Request): void {
    if (this.#queue.length >= QUEUE_MAX) return;
    this.#queue.push(request);
    this.#wake();
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      const request = this.#queue.shift();
      if (!request) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      await this.#status("busy", request.message);
      // The kernel is gone, or a front end is: the next request says which.
      await this.#answer(request).catch(() => {});
      if (this.#isOver) return;
      await this.#status("idle", request.message);
      // JupyterLab takes no notice of a state that follows from such a question, and after a restart it asks nothing else.
      if (request.message.header.msg_type === "kernel_info_request") {
        await this.#publish("status", { execution_state: "idle" });
      }
    }
  }

  async #answer(request: Request): Promise<void> {
    const { message } = request;
    const type = message.header.msg_type;
    const reply = (content: unknown) =>
      this.#front.reply(request, { type: type.replace(/request$/, "reply"), content });
    if (type === "execute_request") await this.#execute(request);
    else if (type === "kernel_info_request") await reply(kernelInfo());
    else if (type === "comm_info_request") await reply({ status: "ok", comms: {} });
    else if (type === "history_request") await reply({ status: "ok", history: [] });
    else if (type === "shutdown_request") await this.#shutDown(request);
    else if (type === "comm_open") {
      // Widgets need an answering side that Deno has not got.
      await this.#publish("comm_close", { comm_id: contentOf(message).comm_id, data: {} }, message);
    } else if (PASSED_ON.has(type)) {
      await reply((await (await this.#inner).request(type, message.content)).content);
    }
  }

  async #execute(request: Request): Promise<void> {
    const { message } = request;
    const asked = contentOf(message);
    const { code, silent, store_history, stop_on_error } = asked;
    const isSilent = silent === true;
    const cell: RunningCell = { request, isInterrupted: false, asked: undefined };
    this.#cell = cell;
    this.#outputs.begin(message, isSilent);
    if (!isSilent) {
      if (store_history !== false) this.#count++;
      await this.#publish("execute_input", { code, execution_count: this.#count }, message);
    }
    try {
      const inner = await this.#inner;
      const { prepareCell } = await import("./prepare_cell.ts");
      const prepared = prepareCell(String(code ?? ""), this.#place.resolve);
      // Its connection breaks before its end is known: `#died` says to whom the cell belongs what became of it.
      const onBroken = async (error: unknown) => {
        await this.#gone;
        throw error;
      };
      const answer = inner.request("execute_request", { ...asked, code: prepared.code });
      const said = contentOf(await answer.catch(onBroken));
      await inner.fence();
      const failure = await this.#failure(cell, said, prepared.syntaxError);
      const content = { ...said, ...failure, execution_count: this.#count };
      if (failure) await this.#publish("error", failure, message);
      await this.#front.reply(request, { type: "execute_reply", content });
      if (failure && stop_on_error !== false) await this.#abortQueued();
    } finally {
      this.#cell = undefined;
    }
  }

  /** Why a cell did not come to its end, as its error message says; `undefined` where it did. */
  async #failure(
    cell: RunningCell,
    said: Readonly<Record<string, unknown>>,
    syntaxError: string | undefined,
  ) {
    const error = await this.#outputs.end();
    if (said.status === "ok") return undefined;
    if (cell.isInterrupted) return INTERRUPTED;
    if (!error && syntaxError) return { ename: "SyntaxError", evalue: syntaxError, traceback: [syntaxError] };
    const { ename, evalue, traceback } = error ? contentOf(error) : said;
    return { ename, evalue, traceback };
  }

  /** After an error, Run All goes no further. */
  async #abortQueued(): Promise<void> {
    const isCell = ({ message }: Request) => message.header.msg_type === "execute_request";
    const cells = this.#queue.filter(isCell);
    const others = this.#queue.filter((it) => !isCell(it));
    this.#queue.splice(0, this.#queue.length, ...others);
    for (const cell of cells) {
      await this.#status("busy", cell.message);
      await this.#front.reply(cell, { type: "execute_reply", content: { status: "aborted" } });
      await this.#status("idle", cell.message);
    }
  }

  async #control(request: Request): Promise<void> {
    const { message } = request;
    const type = message.header.msg_type;
    const reply = (content: unknown) =>
      this.#front.reply(request, { type: type.replace(/request$/, "reply"), content });
    if (type === "kernel_info_request") await reply(kernelInfo());
    else if (type === "interrupt_request") {
      await this.interrupt();
      await reply({ status: "ok" });
    } else if (type === "shutdown_request") await this.#shutDown(request);
  }

  async #shutDown(request: Request): Promise<void> {
    const restart = contentOf(request.message).restart === true;
    await this.#front.reply(request, { type: "shutdown_reply", content: { status: "ok", restart } });
    await this.#finish({ kind: "told" });
  }

  /** Stops the cell that runs, if it takes several tries; without one, nothing happens. Resolves when it was told once. */
  async interrupt(): Promise<void> {
    const cell = this.#cell;
    if (!cell) return;
    const inner = await this.#inner;
    if (cell.asked) await inner.answer(cell.asked, { status: "ok", value: null });
    cell.asked = undefined;
    await inner.interrupt(() => this.#cell === cell);
    if (cell.isInterrupted) return;
    cell.isInterrupted = true;
    void this.#insist(cell, inner).catch(() => {});
  }

  async #insist(cell: RunningCell, inner: InnerKernel): Promise<void> {
    for (let tries = 0; tries < INTERRUPT_TRIES; tries++) {
      await new Promise((resolve) => setTimeout(resolve, INTERRUPT_AGAIN_MS));
      if (this.#cell !== cell) return;
      await inner.interrupt(() => this.#cell === cell);
    }
    const text = "The cell cannot be interrupted. Restart the kernel to end it: variables are lost then.\n";
    await this.#publish("stream", { name: "stderr", text }, cell.request.message);
  }

  #ask(message: Message): void {
    const cell = this.#cell;
    if (!cell) return;
    cell.asked = message;
    const { content } = message;
    const isAsked = this.#front.ask(cell.request, { type: "input_request", content });
    if (!isAsked) void this.#answerInput({ status: "ok", value: null });
  }

  async #input(message: Message): Promise<void> {
    if (message.header.msg_type === "input_reply") await this.#answerInput(message.content);
  }

  async #answerInput(content: Uint8Array | Record<string, unknown>): Promise<void> {
    const asked = this.#cell?.asked;
    if (!asked || !this.#cell) return;
    this.#cell.asked = undefined;
    await (await this.#inner).answer(asked, content);
  }

  /** The variables of all cells are gone: the front end must know, so this kernel ends as well. */
  async #died(why: string): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const request = this.#cell?.request;
    if (request) {
      await this.#outputs.end();
      const failure = {
        ename: "KernelDied",
        evalue: `Deno's kernel is gone: ${why}`,
        traceback: [`Deno's kernel is gone: ${why}`],
      };
      await this.#publish("error", failure, request.message);
      const content = { status: "error", ...failure, execution_count: this.#count };
      await this.#front.reply(request, { type: "execute_reply", content });
      await this.#status("idle", request.message);
    }
    await this.#finish({ kind: "died", why });
  }

  async #finish(ending: Ending): Promise<void> {
    this.#isOver = true;
    await this.#inner.then((inner) => inner[Symbol.asyncDispose](), () => {});
    await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
    this.#end.resolve(ending);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#wake();
    await this.#inner.then((inner) => inner[Symbol.asyncDispose](), () => {});
    this.#front[Symbol.dispose]();
  }
}

const INTERRUPTED = {
  ename: "Interrupted",
  evalue: "The cell was interrupted",
  traceback: ["The cell was interrupted"],
};
