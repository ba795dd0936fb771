import { AgentOpError, isObject, reasonOf, tryParseJson } from "../../core/mod.ts";

/** Where a kernel's five sockets are, and the key that its messages are signed with. */
export interface Connection {
  readonly ip: string;
  readonly key: string;
  readonly ports: Readonly<Record<Channel, number>>;
}

export const CHANNELS = ["shell", "iopub", "stdin", "control", "hb"] as const;
export type Channel = (typeof CHANNELS)[number];

const FILE_MAX_BYTES = 64 * 1024;

/**
 * Reads the connection file that a front end wrote. Throws `AgentOpError` for one that cannot be used: a kernel that anybody
 * could reach, or whose messages nobody signed, is not started.
 */
export async function readConnectionFile(path: string): Promise<Connection> {
  const refuse = (why: string, remedy?: string) =>
    new AgentOpError(`Cannot start the kernel from ${path}: ${why}`, { remedy });
  let text: string;
  try {
    if ((await Deno.stat(path)).size > FILE_MAX_BYTES) throw refuse("it is no connection file");
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw error instanceof AgentOpError ? error : refuse(reasonOf(error));
  }
  const file = tryParseJson(text);
  if (!isObject(file)) throw refuse("it is no connection file");
  const { transport, ip, key, signature_scheme: scheme } = file;
  if (transport !== "tcp") throw refuse("only TCP is spoken", "transport tcp in the front end");
  if (typeof ip !== "string" || !isLoopback(ip)) {
    throw refuse("its address is not on this machine", "127.0.0.1 as the front end's address for kernels");
  }
  if (typeof key !== "string" || key === "") throw refuse("it has no key to sign messages with");
  if (scheme !== "hmac-sha256") throw refuse("messages can only be signed with hmac-sha256");
  const port = (name: Channel): number => {
    const value = file[`${name}_port`];
    if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535) return Number(value);
    throw refuse(`${name}_port is no port`);
  };
  return {
    ip: ip === "localhost" ? "127.0.0.1" : ip,
    key,
    ports: {
      shell: port("shell"),
      iopub: port("iopub"),
      stdin: port("stdin"),
      control: port("control"),
      hb: port("hb"),
    },
  };
}

function isLoopback(ip: string): boolean {
  return ip === "localhost" || ip === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(ip);
}

/** A connection on free ports of this machine, with a key of its own. */
export function newConnection(): Connection {
  // All are held until all are known, so that no two are the same.
  const listeners = CHANNELS.map(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const [shell, iopub, stdin, control, hb] = listeners.map((it) => it.addr.port) as [
    number,
    number,
    number,
    number,
    number,
  ];
  for (const it of listeners) it.close();
  return { ip: "127.0.0.1", key: crypto.randomUUID(), ports: { shell, iopub, stdin, control, hb } };
}

/** The text of a connection file. */
export function connectionText({ ip, key, ports }: Connection): string {
  const named = Object.fromEntries(CHANNELS.map((name) => [`${name}_port`, ports[name]]));
  return JSON.stringify({
    transport: "tcp",
    ip,
    key,
    signature_scheme: "hmac-sha256",
    kernel_name: "agentop",
    ...named,
  });
}
