import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { type CheckedAddress, portOf } from "./network_guard.ts";

export interface PinnedResponse {
  readonly statusCode: number;
  /** First value of a header, `""` when absent. */
  header(name: string): string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The body went on beyond the limit and the connection was closed. */
  readonly isCut: boolean;
}

/**
 * One request to an address that was checked before: the name is not resolved again, and redirects are not followed. Reads the
 * body only when `wantsBody` says so, at most `maxBytes` of it. Rejects with the signal's reason when aborted, and with
 * `Deno.errors.NotCapable` when this process may not connect there.
 */
export async function pinnedRequest(
  url: URL,
  address: CheckedAddress,
  options: {
    /** Sent as a POST; without one it is a GET. */
    readonly send?: Uint8Array<ArrayBuffer>;
    readonly headers: Readonly<Record<string, string>>;
    readonly maxBytes: number;
    readonly signal: AbortSignal;
    readonly wantsBody: (response: Omit<PinnedResponse, "body" | "isCut">) => boolean;
  },
): Promise<PinnedResponse> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const { signal, send } = options;
  await requirePermission(url, address);
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<PinnedResponse>();
  const outgoing = request(url, {
    method: send ? "POST" : "GET",
    headers: options.headers,
    agent: false,
    lookup: pinnedLookup(address),
  });
  const onAbort = () => {
    reject(signal.reason);
    outgoing.destroy();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  outgoing.on("error", reject);
  outgoing.on("response", (incoming) => {
    const head = {
      statusCode: incoming.statusCode ?? 0,
      header: (name: string) => [incoming.headers[name] ?? ""].flat()[0] ?? "",
    };
    if (!options.wantsBody(head)) return resolve({ ...head, body: new Uint8Array(), isCut: false });
    readBody(incoming, options.maxBytes).then((body) => resolve({ ...head, ...body }), reject);
  });
  outgoing.end(send);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    outgoing.destroy();
  }
}

async function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Pick<PinnedResponse, "body" | "isCut">> {
  const body = new Uint8Array(maxBytes);
  let length = 0;
  let isCut = false;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    const kept = chunk.subarray(0, maxBytes - length);
    body.set(kept, length);
    length += kept.length;
    isCut = kept.length < chunk.length;
    if (isCut) break;
  }
  return { body: body.slice(0, length), isCut };
}

function pinnedLookup({ address, family }: CheckedAddress): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/** Asked beforehand, because node:net throws a missing permission where nobody can catch it. */
async function requirePermission(url: URL, { address, family }: CheckedAddress): Promise<void> {
  const host = `${family === 6 ? `[${address}]` : address}:${portOf(url)}` as const;
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state !== "granted") throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
}
