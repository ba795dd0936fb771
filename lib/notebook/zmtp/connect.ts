import { encodeMessage, FrameReader, writeAll } from "./frames.ts";
import { shakeHands, type SocketType } from "./handshake.ts";

/** A socket that is connected to one other. */
export class ConnectedSocket implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #reader: FrameReader;
  #written: Promise<void> = Promise.resolve();

  private constructor(connection: Deno.TcpConn, reader: FrameReader) {
    this.#connection = connection;
    this.#reader = reader;
  }

  /** `identity` is how a ROUTER tells this side from others. A SUB asks for everything. */
  static async open(
    address: { readonly hostname: string; readonly port: number },
    socketType: SocketType,
    identity = "",
  ): Promise<ConnectedSocket> {
    const connection = await Deno.connect(address);
    try {
      connection.setNoDelay(true);
      const reader = new FrameReader(connection);
      await shakeHands(connection, reader, socketType, identity);
      const socket = new ConnectedSocket(connection, reader);
      if (socketType === "SUB") await socket.send([new Uint8Array([1])]);
      return socket;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Messages leave in the order of the calls. */
  send(frames: readonly Uint8Array[]): Promise<void> {
    const bytes = encodeMessage(frames);
    const written = this.#written.then(() => writeAll(this.#connection, bytes));
    this.#written = written.catch(() => {});
    return written;
  }

  /** The next message. */
  receive(): Promise<Uint8Array[]> {
    return this.#reader.message();
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It was closed by the other side.
    }
  }
}
