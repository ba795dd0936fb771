import { createHmac, timingSafeEqual } from "node:crypto";
import { isObject, tryParseJson } from "../../core/mod.ts";

/** Who a message is from and what it is. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
}

/** A message whose signature was right. Octets stay as they came, so that passing one on changes nothing. */
export interface Message {
  /** Of those it went through; kept for the answer. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly headerBytes: Uint8Array;
  /** The id of the message that this one answers; empty where there is none. */
  readonly parentId: string;
  readonly metadata: Uint8Array;
  readonly content: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/** What is to be sent; left out is empty. */
export interface Outgoing {
  readonly type: string;
  /** An object, or JSON already in octets. */
  readonly content: unknown;
  readonly parent?: Message | undefined;
  readonly metadata?: Uint8Array | undefined;
  readonly buffers?: readonly Uint8Array[] | undefined;
}

const DELIMITER = "<IDS|MSG>";
const NAME_MAX_CHARS = 1_000;
const IDENTITIES_MAX = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const EMPTY = encoder.encode("{}");

/** Signs what goes out and checks what comes in, for one connection. */
export class MessageCodec {
  readonly session: string = crypto.randomUUID();
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** The frames of a message after its identities, and its id. */
  encode(
    { type, content, parent, metadata = EMPTY, buffers = [] }: Outgoing,
  ): { id: string; frames: Uint8Array[] } {
    const id = crypto.randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.session,
      username: "agentop",
      date: new Date().toISOString(),
      version: "5.3",
    };
    const signed = [
      encoder.encode(JSON.stringify(header)),
      parent?.headerBytes ?? EMPTY,
      metadata,
      content instanceof Uint8Array ? content : encoder.encode(JSON.stringify(content)),
    ];
    const signature = encoder.encode(this.#sign(signed));
    return { id, frames: [encoder.encode(DELIMITER), signature, ...signed, ...buffers] };
  }

  /** `undefined` for what is no message or not signed with the key: whoever sent it may ask for nothing. */
  decode(frames: readonly Uint8Array[]): Message | undefined {
    const at = frames.findIndex((it) => it.length === DELIMITER.length && decoder.decode(it) === DELIMITER);
    if (at < 0 || at > IDENTITIES_MAX || frames.length < at + 6) return undefined;
    const [signature, headerBytes, parent, metadata, content] = frames.slice(at + 1, at + 6) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const expected = encoder.encode(this.#sign([headerBytes, parent, metadata, content]));
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined;
    const header = headerOf(headerBytes);
    if (!header) return undefined;
    return {
      identities: frames.slice(0, at),
      header,
      headerBytes,
      parentId: headerOf(parent)?.msg_id ?? "",
      metadata,
      content,
      buffers: frames.slice(at + 6),
    };
  }

  #sign(parts: readonly Uint8Array[]): string {
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }
}

function headerOf(bytes: Uint8Array): Header | undefined {
  const value = tryParseJson(decoder.decode(bytes));
  if (!isObject(value)) return undefined;
  const { msg_id, msg_type, session } = value;
  return isName(msg_id) && isName(msg_type) && isName(session) ? { msg_id, msg_type, session } : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= NAME_MAX_CHARS;
}

/** What a message says; an empty object where it says nothing that can be read. */
export function contentOf(message: Message): Readonly<Record<string, unknown>> {
  const value = tryParseJson(decoder.decode(message.content));
  return isObject(value) ? value : {};
}
