import { type Exchange, type ExchangeStore, type Host, messageOf, nowUs, oneLine } from "../../core/mod.ts";
import { type ProxiedCall, ProxiedCalls, type ProxiedCallsOptions } from "./proxied_calls.ts";
import { type BegunCall, type CallKeeper, type Heard, type Told, UnreadCallError } from "./told.ts";
import { AnswerReader, readProxied, readWireJson, requestHash } from "./wire_chat.ts";

/** Answers that are texts: others would not be the same again. */
const TEXTS = /^(?:text\/|application\/(?:[\w.-]+\+)?json)/i;
/** Answers kept whole for a cache. */
const KEPT_MAX_BYTES = 16 * 1024 * 1024;
const ERROR_MAX_CHARS = 2_000;

export interface StoredCallsOptions extends ProxiedCallsOptions {
  readonly store: ProxiedCallsOptions["store"] & ExchangeStore;
}

/** A call under way. */
interface Open {
  readonly call: ProxiedCall;
  readonly hash: string;
  readonly key: string | undefined;
  reader: AnswerReader | undefined;
  status: number;
  contentType: string;
  isRecorded: boolean;
  readonly kept: Uint8Array[];
  size: number;
}

/** Reads what is told of calls and writes it: everything of the recording that takes time. */
export class StoredCalls implements CallKeeper {
  readonly #options: StoredCallsOptions;
  readonly #calls: ProxiedCalls;
  readonly #open = new Map<number, Open>();
  /** When what is being told happened: it is told later. */
  #atMs: number | undefined;

  constructor(options: StoredCallsOptions) {
    this.#options = options;
    const host: Host = { ...options.host, now: () => this.#atMs ?? options.host.now() };
    this.#calls = new ProxiedCalls({ ...options, host });
  }

  async hear(told: readonly Told[]): Promise<Heard> {
    const unread: string[] = [];
    const answers: Exchange[] = [];
    for (const one of told) {
      this.#atMs = one.atMs;
      try {
        if (one.type !== "begun") this.#goOn(one, answers);
        else if (!this.#begin(one.id, one)) unread.push(one.path);
      } catch (error) { // what cannot be read harms no other call
        this.#open.delete(one.id);
        this.#options.onNote?.(`a call passed without being recorded: ${messageOf(error)}`);
      } finally {
        this.#atMs = undefined;
      }
    }
    await Promise.all([
      this.#options.store.saveExchange(...answers).catch(() => {}), // then these requests are asked again
      this.#calls.written(),
    ]);
    return { unread };
  }

  async reserve(id: number): Promise<void> {
    const open = this.#open.get(id);
    if (!open) throw new UnreadCallError("it names no model and messages that can be read");
    await open.call.reserve();
  }

  async settled(): Promise<void> {
    await this.#calls.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#calls[Symbol.asyncDispose]();
  }

  #begin(id: number, { body, path, target, server, origin, key }: BegunCall): boolean {
    const json = readWireJson(new TextDecoder().decode(body));
    const asked = readProxied(json, path);
    if (!asked) return false;
    const hash = requestHash(server + target, json);
    const call = this.#calls.begin(asked, { ...origin, requestHash: hash });
    this.#open.set(id, {
      call,
      hash,
      key,
      reader: undefined,
      status: 0,
      contentType: "",
      isRecorded: false,
      kept: [],
      size: 0,
    });
    return true;
  }

  #goOn(told: Exclude<Told, { type: "begun" }>, answers: Exchange[]): void {
    const open = this.#open.get(told.id);
    if (!open) return;
    switch (told.type) {
      case "head":
        open.status = told.status;
        open.contentType = told.contentType;
        open.isRecorded = told.isRecorded;
        open.reader = new AnswerReader(told.contentType.startsWith("text/event-stream"));
        return;
      case "bytes": {
        if ((open.size += told.bytes.length) <= KEPT_MAX_BYTES) open.kept.push(told.bytes);
        if (!TEXTS.test(open.contentType) && open.status < 400) return;
        const text = open.reader?.add(told.bytes) ?? "";
        if (text !== "") open.call.told(text);
        return;
      }
      case "ended":
        this.#open.delete(told.id);
        return this.#ended(open, told.isGenuine, answers);
      case "cut":
        this.#open.delete(told.id);
        return cut(open, told.errorType, told.message);
      case "failed":
        this.#open.delete(told.id);
        return open.call.failed(told.failure);
    }
  }

  #ended(open: Open, isGenuine: boolean, answers: Exchange[]): void {
    const { call, reader, status, size, hash, contentType, isRecorded } = open;
    if (status >= 400) {
      const message = oneLine(withoutKey(textOf(open), open.key), ERROR_MAX_CHARS);
      return call.failed({ errorType: String(status), message, statusCode: status });
    }
    if (!isRecorded && reader?.isCut) {
      return cut(open, "stream_cut", "The stream ended before the answer did");
    }
    if (!isRecorded && reader?.problem) {
      const { errorType, message } = reader.problem;
      const told = oneLine(withoutKey(message, open.key), ERROR_MAX_CHARS);
      return cut(open, errorType, told);
    }
    call.answered(reader?.end() ?? {}, isRecorded);
    if (isRecorded || size > KEPT_MAX_BYTES || !isGenuine || !TEXTS.test(contentType)) return;
    const atUs = nowUs(this.#options.host);
    answers.push({ hash, traceId: call.traceId, status, contentType, body: textOf(open), atUs });
  }
}

function cut({ call, reader, status }: Open, errorType: string, message: string): void {
  call.failed({ errorType, message, statusCode: status }, reader?.end());
}

function textOf({ kept }: Open): string {
  const decoder = new TextDecoder();
  return kept.map((it) => decoder.decode(it, { stream: true })).join("") + decoder.decode();
}

/** Servers repeat a key that they refuse. */
function withoutKey(text: string, key: string | undefined): string {
  return key === undefined ? text : text.replaceAll(key, "…");
}
