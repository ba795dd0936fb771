/**
 * A loopback mail server that is strict about the order of commands and keeps what it was given. It offers no STARTTLS.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface SmtpMessage {
  readonly from: string;
  readonly to: string;
  readonly data: string;
}

export interface SmtpServer extends AsyncDisposable {
  readonly port: number;
  readonly messages: readonly SmtpMessage[];
  /** Commands as they came. */
  readonly lines: readonly string[];
}

const ADDRESS = /^(?:MAIL FROM|RCPT TO):<([^<>\s]+)>/;

export async function startSmtpServer(): Promise<SmtpServer> {
  const messages: SmtpMessage[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    const session = { from: "", to: "", data: undefined as string[] | undefined };
    let buffer = "";
    const say = (text: string) => socket.write(`${text}\r\n`);
    say("220 mail.test ESMTP");
    socket.on("data", (chunk) => {
      buffer += chunk.toString("utf8");
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (session.data) {
          if (line !== ".") {
            session.data.push(line.replace(/^\.\./, "."));
            continue;
          }
          messages.push({ from: session.from, to: session.to, data: session.data.join("\n") });
          session.data = undefined;
          say("250 kept");
          continue;
        }
        lines.push(line);
        answer(line);
      }
    });
    function answer(line: string): void {
      const address = ADDRESS.exec(line)?.[1];
      if (/^EHLO \S+$/.test(line)) return void socket.write("250-mail.test\r\n250 AUTH PLAIN\r\n");
      if (line.startsWith("AUTH PLAIN ")) return void say("235 welcome");
      if (line.startsWith("MAIL FROM:") && address) return session.from = address, void say("250 ok");
      if (line.startsWith("RCPT TO:") && address && session.from) {
        return session.to = address, void say("250 ok");
      }
      if (line === "DATA" && session.to) return session.data = [], void say("354 go on");
      if (line === "QUIT") return void socket.end("221 bye\r\n");
      say("503 not now");
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    lines,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
