import { type Connection, type Message, MessageCodec, type Outgoing } from "../wire/mod.ts";
import { BoundSocket, type Peer } from "../zmtp/mod.ts";

/** A message of a front end, and whom the answer goes to. */
export interface Request {
  readonly peer: Peer;
  readonly message: Message;
}

export interface FrontListener {
  onShell(request: Request): void;
  onControl(request: Request): void;
  onInput(message: Message): void;
  /** What a front end that has just begun to listen should know: without it, it would wait for the next change. */
  status(): string;
}

const SUBSCRIBE = 1;
const CANCEL = 0;
const TOPICS_MAX = 64;
const encoder = new TextEncoder();

/** The five sockets that front ends connect to. */
export class Front implements Disposable {
  readonly #codec: MessageCodec;
  readonly #sockets = new DisposableStack();
  readonly #stdin: BoundSocket;
  readonly #listener: FrontListener;
  /** What each listener of the published messages asked for: beginnings of topics. */
  readonly #topics = new Map<Peer, string[]>();

  /** Throws where a port is taken. */
  constructor({ ip: hostname, key, ports }: Connection, listener: FrontListener) {
    this.#codec = new MessageCodec(key);
    this.#listener = listener;
    using stack = new DisposableStack();
    const requests = (port: number, take: (request: Request) => void) =>
      stack.use(
        new BoundSocket({
          hostname,
          port,
          socketType: "ROUTER",
          onMessage: (peer, frames) => {
            const message = this.#codec.decode(frames);
            if (message) take({ peer, message });
          },
        }),
      );
    stack.use(
      new BoundSocket({
        hostname,
        port: ports.hb,
        socketType: "REP",
        onMessage: (peer, frames) => void peer.send(frames),
      }),
    );
    requests(ports.control, (request) => listener.onControl(request));
    this.#stdin = requests(ports.stdin, ({ message }) => listener.onInput(message));
    stack.use(
      new BoundSocket({
        hostname,
        port: ports.iopub,
        socketType: "PUB",
        onMessage: (peer, [frame]) => this.#subscribe(peer, frame),
      }),
    );
    requests(ports.shell, (request) => listener.onShell(request));
    this.#sockets = stack.move();
  }

  #subscribe(peer: Peer, frame: Uint8Array | undefined): void {
    const topic = new TextDecoder().decode(frame?.subarray(1));
    const topics = this.#topics.get(peer) ?? [];
    if (frame?.[0] === SUBSCRIBE && topics.length < TOPICS_MAX) topics.push(topic);
    else if (frame?.[0] === CANCEL && topics.includes(topic)) topics.splice(topics.indexOf(topic), 1);
    else return;
    this.#topics.set(peer, topics);
    for (const known of this.#topics.keys()) if (!known.isOpen) this.#topics.delete(known);
    if (frame[0] !== SUBSCRIBE) return;
    this.#publishTo([peer], { type: "status", content: { execution_state: this.#listener.status() } });
  }

  /** To all who listen. Resolves when it is written: whoever makes much waits for who reads slowly. */
  publish(outgoing: Outgoing): Promise<void> {
    return this.#publishTo([...this.#topics.keys()], outgoing);
  }

  async #publishTo(peers: readonly Peer[], outgoing: Outgoing): Promise<void> {
    const topic = `kernel.${this.#codec.session}.${outgoing.type}`;
    const frames = [encoder.encode(topic), ...this.#codec.encode(outgoing).frames];
    const wanted = peers.filter((it) => this.#topics.get(it)?.some((start) => topic.startsWith(start)));
    await Promise.all(wanted.map((it) => it.send(frames)));
  }

  /** The answer to a request. */
  reply({ peer, message }: Request, outgoing: Outgoing): Promise<void> {
    return peer.send([...message.identities, ...this.#codec.encode({ ...outgoing, parent: message }).frames]);
  }

  /** Asks the front end that a request came from. False where it cannot be asked. */
  ask({ peer, message }: Request, outgoing: Outgoing): boolean {
    // A front end has one name on all of its sockets.
    const asked = [...this.#stdin.peers].find((it) => it.identity === peer.identity);
    if (!asked) return false;
    void asked.send([...message.identities, ...this.#codec.encode({ ...outgoing, parent: message }).frames]);
    return true;
  }

  [Symbol.dispose](): void {
    this.#sockets.dispose();
  }
}
