import { encodeCommand, type FrameReader, type Wire, WireError, writeAll } from "./frames.ts";

/** The sockets that Jupyter uses. */
export type SocketType = "ROUTER" | "DEALER" | "PUB" | "SUB" | "REP" | "REQ";

/** What the other side said of itself. */
export interface PeerInfo {
  readonly socketType: string;
  /** As it wants to be addressed; empty where it leaves that to us. */
  readonly identity: string;
}

const GREETING_BYTES = 64;
const MECHANISM = { at: 12, bytes: 20 };
const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** Version 3.0 without authentication, which is what Jupyter speaks: its messages are signed instead. */
function greeting(): Uint8Array {
  const bytes = new Uint8Array(GREETING_BYTES);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes.set(encoder.encode("NULL"), MECHANISM.at);
  return bytes;
}

/** Greets and introduces both sides. Throws `WireError` where the other one does not speak ZMTP 3 without authentication. */
export async function shakeHands(
  wire: Wire,
  reader: FrameReader,
  socketType: SocketType,
  identity = "",
): Promise<PeerInfo> {
  await writeAll(wire, greeting());
  const theirs = await reader.exactly(GREETING_BYTES);
  if (theirs[0] !== 0xff || theirs[9] !== 0x7f || theirs[10]! < 3) throw new WireError("not ZMTP 3");
  const mechanism = latin1.decode(theirs.subarray(MECHANISM.at, MECHANISM.at + MECHANISM.bytes));
  if (mechanism.replace(/\0+$/, "") !== "NULL") throw new WireError("another mechanism than NULL");
  await writeAll(wire, encodeCommand(ready(socketType, identity)));
  const properties = propertiesOf(await reader.command());
  return {
    socketType: properties.get("socket-type") ?? "",
    identity: properties.get("identity") ?? "",
  };
}

function ready(socketType: SocketType, identity: string): Uint8Array {
  const parts: number[] = [5, ...encoder.encode("READY")];
  for (const [name, value] of [["Socket-Type", socketType], ["Identity", identity]] as const) {
    parts.push(name.length, ...encoder.encode(name), 0, 0, 0, value.length);
    for (let at = 0; at < value.length; at++) parts.push(value.charCodeAt(at));
  }
  return new Uint8Array(parts);
}

/** Names are lower case, values as Latin-1: identities are octets. */
function propertiesOf(body: Uint8Array): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const take = (at: number, bytes: number): string => {
    if (at + bytes > body.length) throw new WireError("a command is cut");
    return latin1.decode(body.subarray(at, at + bytes));
  };
  if (take(0, 6) !== "\x05READY") throw new WireError("another command than READY");
  for (let at = 6; at < body.length;) {
    const nameBytes = body[at]!;
    const name = take(at + 1, nameBytes).toLowerCase();
    at += 1 + nameBytes;
    take(at, 4);
    const valueBytes = view.getUint32(at);
    properties.set(name, take(at + 4, valueBytes));
    at += 4 + valueBytes;
  }
  return properties;
}
