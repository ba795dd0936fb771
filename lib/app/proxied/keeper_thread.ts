import type { UnpricedPolicy } from "../../agent/mod.ts";
import type { AppConfig } from "../config.ts";
import { type CallKeeper, type Heard, type Told, UnreadCallError } from "./told.ts";

/** Asked of the thread; it answers each, in whatever order. */
export type KeeperAsk =
  & { readonly id: number }
  & (
    | {
      readonly ask: "open";
      readonly config: AppConfig;
      readonly unpriced: UnpricedPolicy | undefined;
      readonly hasDesktop: boolean;
    }
    | { readonly ask: "hear"; readonly told: readonly Told[] }
    | { readonly ask: "reserve"; readonly call: number }
    | { readonly ask: "settled" | "close" }
  );

export type KeeperSays =
  | { readonly id: number; readonly heard?: Heard | undefined }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly note: string }
  | { readonly desktop: string };

export interface KeeperThreadOptions {
  readonly config: AppConfig;
  readonly unpriced?: UnpricedPolicy | undefined;
  readonly onNote?: (note: string) => void;
  readonly onDesktop?: ((text: string) => void | Promise<void>) | undefined;
}

type Asked = KeeperAsk extends infer A ? A extends KeeperAsk ? Omit<A, "id"> : never : never;

/** A keeper of calls with a store, prices and alerts of its own, on a thread of its own, which is started by the first call. */
export class KeeperThread implements CallKeeper {
  readonly #options: KeeperThreadOptions;
  readonly #waiting = new Map<number, PromiseWithResolvers<Heard | undefined>>();
  #worker: Worker | undefined;
  #asks = 0;
  #failure: Error | undefined;

  constructor(options: KeeperThreadOptions) {
    this.#options = options;
  }

  async hear(told: readonly Told[]): Promise<Heard> {
    return await this.#ask({ ask: "hear", told }) ?? { unread: [] };
  }

  async reserve(call: number): Promise<void> {
    await this.#ask({ ask: "reserve", call });
  }

  async settled(): Promise<void> {
    if (this.#worker) await this.#ask({ ask: "settled" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#worker) return;
    await this.#ask({ ask: "close" }).catch(() => {}); // said to whoever told of a call
    this.#worker.terminate();
  }

  #ask(asked: Asked): Promise<Heard | undefined> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#worker ??= this.#start();
    const answer = Promise.withResolvers<Heard | undefined>();
    this.#waiting.set(++this.#asks, answer);
    this.#worker.postMessage({ ...asked, id: this.#asks } as KeeperAsk);
    return answer.promise;
  }

  #start(): Worker {
    // In a bundle this code lies in its root, and the worker is a second program below it.
    const file = import.meta.url.endsWith(".ts")
      ? "./keeper_worker.ts"
      : "./lib/app/proxied/keeper_worker.js";
    const worker = new Worker(new URL(file, import.meta.url), { type: "module", name: "calls" });
    worker.onmessage = ({ data }: MessageEvent<KeeperSays>) => this.#hears(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message));
    };
    const { config, unpriced, onDesktop } = this.#options;
    const id = ++this.#asks;
    const opened = Promise.withResolvers<Heard | undefined>();
    this.#waiting.set(id, opened);
    opened.promise.catch((error) => this.#fail(error));
    worker.postMessage(
      { ask: "open", id, config, unpriced, hasDesktop: onDesktop !== undefined } satisfies KeeperAsk,
    );
    return worker;
  }

  #hears(said: KeeperSays): void {
    if ("note" in said) return this.#options.onNote?.(said.note);
    if ("desktop" in said) return void this.#options.onDesktop?.(said.desktop);
    const asked = this.#waiting.get(said.id);
    this.#waiting.delete(said.id);
    if ("error" in said) asked?.reject(errorOf(said.error));
    else asked?.resolve(said.heard);
  }

  /** It keeps no more calls, and money is set aside for none. */
  #fail(error: Error): void {
    this.#failure = error;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

function errorOf({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === "UnreadCallError") return new UnreadCallError(message);
  const error = new Error(message);
  error.name = name;
  return error;
}
