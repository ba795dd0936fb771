/** What a frame's first octet says (ZMTP 3.0, RFC 23). */
const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** Charts and pictures pass; what is larger is not taken. */
const MESSAGE_MAX_BYTES = 128 * 1024 * 1024;
const MESSAGE_MAX_FRAMES = 256;
const COMMAND_MAX_BYTES = 8 * 1024;
const READ_BYTES = 64 * 1024;

/** A connection as ZMTP needs it. */
export interface Wire {
  read(buffer: Uint8Array): Promise<number | null>;
  write(data: Uint8Array): Promise<number>;
}

/** Octets that mean nothing in ZMTP, or more than a message may have. The connection is of no use any more. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** The other side went away, between messages or in the middle of one. */
export class WireClosed extends Error {
  override readonly name = "WireClosed";
}

/** Reads frames off a connection, within limits. */
export class FrameReader {
  readonly #wire: Wire;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(READ_BYTES);
  #start = 0;
  #end = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The next `count` octets, as a copy. */
  async exactly(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(count);
    let have = Math.min(count, this.#end - this.#start);
    bytes.set(this.#buffer.subarray(this.#start, this.#start + have));
    this.#start += have;
    while (have < count) {
      // What is large goes to its place at once; what is small is read together with what follows it.
      if (count - have >= READ_BYTES) {
        have += await this.#read(bytes.subarray(have));
        continue;
      }
      this.#start = 0;
      this.#end = await this.#read(this.#buffer);
      const taken = Math.min(count - have, this.#end);
      bytes.set(this.#buffer.subarray(0, taken), have);
      this.#start = taken;
      have += taken;
    }
    return bytes;
  }

  async #read(into: Uint8Array): Promise<number> {
    const count = await this.#wire.read(into);
    if (count === null) throw new WireClosed("the connection was closed");
    return count;
  }

  /** The frames of one message; commands between messages are passed over. */
  async message(): Promise<Uint8Array[]> {
    const frames: Uint8Array[] = [];
    let total = 0;
    while (true) {
      const { flags, size } = await this.#head();
      if (flags & COMMAND) {
        await this.#command(size);
        continue;
      }
      total += size;
      if (total > MESSAGE_MAX_BYTES) throw new WireError("a message is too large");
      if (frames.length === MESSAGE_MAX_FRAMES) throw new WireError("a message has too many frames");
      frames.push(await this.exactly(size));
      if (!(flags & MORE)) return frames;
    }
  }

  /** The body of a command, which must come next. */
  async command(): Promise<Uint8Array> {
    const { flags, size } = await this.#head();
    if (!(flags & COMMAND)) throw new WireError("a message came before the handshake was over");
    return await this.#command(size);
  }

  async #command(size: number): Promise<Uint8Array> {
    if (size > COMMAND_MAX_BYTES) throw new WireError("a command is too large");
    return await this.exactly(size);
  }

  async #head(): Promise<{ flags: number; size: number }> {
    const flags = (await this.exactly(1))[0]!;
    if (flags > (MORE | LONG | COMMAND)) throw new WireError("a frame has unknown flags");
    if (!(flags & LONG)) return { flags, size: (await this.exactly(1))[0]! };
    const size = new DataView((await this.exactly(8)).buffer).getBigUint64(0);
    if (size > BigInt(MESSAGE_MAX_BYTES)) throw new WireError("a frame is too large");
    return { flags, size: Number(size) };
  }
}

/** One message as octets, to be written at once: separate small writes cost 40 ms each (delayed acknowledgements). */
export function encodeMessage(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return encode(frames.map((data, index) => ({ flags: index < frames.length - 1 ? MORE : 0, data })));
}

/** A command: its name and body. */
export function encodeCommand(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return encode([{ flags: COMMAND, data: body }]);
}

function encode(frames: readonly { flags: number; data: Uint8Array }[]): Uint8Array<ArrayBuffer> {
  const headBytes = (size: number) => size > 255 ? 9 : 2;
  const total = frames.reduce((sum, { data }) => sum + headBytes(data.length) + data.length, 0);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { flags, data } of frames) {
    const isLong = data.length > 255;
    bytes[at] = flags | (isLong ? LONG : 0);
    if (isLong) view.setBigUint64(at + 1, BigInt(data.length));
    else bytes[at + 1] = data.length;
    at += headBytes(data.length);
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

/** Writes all of it. */
export async function writeAll(wire: Wire, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await wire.write(bytes.subarray(at));
}
