const HELLO_MAX_MS = 10_000;
const HELLO_MAX_BYTES = 64;
const PING = 1;
const INTERRUPT = 2;

/**
 * A connection into the real kernel beside Jupyter's. What waits in a cell can be stopped through it, which Jupyter's own way
 * cannot: that one only stops what computes. When this process is gone the connection ends, and with it the real kernel.
 */
export class Lifeline implements Disposable {
  readonly port: number;
  /** Whoever connects has to say it first. */
  readonly token: string = crypto.randomUUID();
  readonly #listener: Deno.TcpListener;
  #connection: Deno.TcpConn | undefined;
  #pong: () => void = () => {};

  constructor() {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
  }

  /** Resolves when the real kernel holds the other end. */
  async held(): Promise<void> {
    while (true) {
      const connection = await this.#listener.accept();
      const late = setTimeout(() => connection.close(), HELLO_MAX_MS);
      const isRight = await this.#says(connection).catch(() => false);
      clearTimeout(late);
      if (!isRight) continue;
      this.#listener.close();
      this.#connection = connection;
      this.#listen(connection).catch(() => {});
      return;
    }
  }

  async #says(connection: Deno.TcpConn): Promise<boolean> {
    const said = new Uint8Array(HELLO_MAX_BYTES);
    let bytes = 0;
    while (bytes < this.token.length) {
      const count = await connection.read(said.subarray(bytes, this.token.length));
      if (count === null) return false;
      bytes += count;
    }
    return new TextDecoder().decode(said.subarray(0, bytes)) === this.token;
  }

  async #listen(connection: Deno.TcpConn): Promise<void> {
    const byte = new Uint8Array(1);
    while (await connection.read(byte) !== null) this.#pong();
  }

  /** Whether the real kernel's event loop turns: if so, a cell waits or none runs; if not, it computes. */
  async isAnswered(limitMs: number): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    this.#pong = () => answer.resolve(true);
    const late = setTimeout(() => answer.resolve(false), limitMs);
    await this.#send(PING);
    const isAnswered = await answer.promise;
    clearTimeout(late);
    return isAnswered;
  }

  /** Ends what the cell waits for. */
  async interrupt(): Promise<void> {
    await this.#send(INTERRUPT);
  }

  async #send(command: number): Promise<void> {
    await this.#connection?.write(new Uint8Array([command]));
  }

  [Symbol.dispose](): void {
    for (const it of [this.#listener, this.#connection]) {
      try {
        it?.close();
      } catch {
        // It was closed by the other side.
      }
    }
  }
}

/** The other end: runs in the real kernel; `stop` ends what the cell waits for. */
export function lifelineCode({ port, token }: Lifeline): string {
  return `
  const line = await Deno.connect({ hostname: "127.0.0.1", port: ${port} });
  await line.write(new TextEncoder().encode(${JSON.stringify(token)}));
  const { exit } = Deno;
  (async () => {
    const command = new Uint8Array(1);
    while (await line.read(command) !== null) {
      if (command[0] === ${PING}) await line.write(command);
      else stop();
    }
  })().catch(() => {}).finally(() => exit(1));`;
}
