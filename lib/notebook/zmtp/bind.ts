import { encodeMessage, FrameReader, writeAll } from "./frames.ts";
import { shakeHands, type SocketType } from "./handshake.ts";

/** More front ends than anybody has open on one kernel. */
const PEERS_MAX = 64;
const HANDSHAKE_MAX_MS = 5_000;
/** A front end that reads nothing for so long is let go, or the kernel would wait for it for ever. */
const STALL_MAX_MS = 30_000;

/** One that connected. */
export interface Peer {
  /** Its own name for itself, else one made up; octets as Latin-1. */
  readonly identity: string;
  readonly isOpen: boolean;
  /** Resolves when it is written, also when the peer is gone. Messages leave in the order of the calls. */
  send(frames: readonly Uint8Array[]): Promise<void>;
}

export interface BindOptions {
  readonly hostname: string;
  readonly port: number;
  readonly socketType: SocketType;
  onMessage(peer: Peer, frames: Uint8Array[]): void;
}

/** A socket that others connect to. A peer that breaks the protocol is let go; the others do not notice. */
export class BoundSocket implements Disposable {
  readonly peers: ReadonlySet<Peer>;
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #options: BindOptions;
  readonly #peers = new Set<Peer>();
  readonly #connections = new Set<Deno.TcpConn>();
  #made = 0;

  /** Throws where the address is taken. */
  constructor(options: BindOptions) {
    this.#options = options;
    this.peers = this.#peers;
    this.#listener = Deno.listen({ hostname: options.hostname, port: options.port });
    this.port = this.#listener.addr.port;
    this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      if (this.#connections.size >= PEERS_MAX) {
        connection.close();
        continue;
      }
      this.#connections.add(connection);
      this.#serve(connection).catch(() => {}).finally(() => this.#drop(connection));
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    connection.setNoDelay(true);
    const reader = new FrameReader(connection);
    const late = setTimeout(() => this.#drop(connection), HANDSHAKE_MAX_MS);
    const info = await shakeHands(connection, reader, this.#options.socketType)
      .finally(() => clearTimeout(late));
    const identity = info.identity || `\0agentop-${++this.#made}`;
    const isOpen = () => this.#connections.has(connection);
    const peer: Peer = {
      identity,
      get isOpen() {
        return isOpen();
      },
      send: this.#writer(connection),
    };
    this.#peers.add(peer);
    try {
      while (true) this.#options.onMessage(peer, await reader.message());
    } finally {
      this.#peers.delete(peer);
    }
  }

  #writer(connection: Deno.TcpConn): Peer["send"] {
    let last: Promise<void> = Promise.resolve();
    return (frames) => {
      const bytes = encodeMessage(frames);
      last = last.then(async () => {
        const stalled = setTimeout(() => this.#drop(connection), STALL_MAX_MS);
        await writeAll(connection, bytes).catch(() => this.#drop(connection));
        clearTimeout(stalled);
      });
      return last;
    };
  }

  #drop(connection: Deno.TcpConn): void {
    if (!this.#connections.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // It was closed by the other side.
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of [...this.#connections]) this.#drop(connection);
  }
}
