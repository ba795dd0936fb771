import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** An address of this machine that no other one can reach; a name other than `localhost` is none. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  const kind = isIP(name);
  if (kind === 0) return name === "localhost" || name.endsWith(".localhost");
  return LOOPBACK.check(name, kind === 6 ? "ipv6" : "ipv4");
}

/** Without brackets, port, final dot and case. */
export function bare(host: string): string {
  const name = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? (isIP(host) ? host : host.replace(/:\d*$/, ""));
  return name.replace(/\.$/, "").toLowerCase();
}

/** The IPv4 address inside an IPv6 socket's, where there is one. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
}

/** What a request says of who it is for and where it comes from, checked before anything else is read of it. */
export interface HostRules {
  /** Names besides the loopback ones and the address that was connected to. */
  readonly allowed: ReadonlySet<string>;
  /** Addresses whose `X-Forwarded-*` headers are believed. */
  readonly isTrustedProxy: (address: string) => boolean;
}

/**
 * Why a request is refused, `undefined` when it is not. A page of another site can make a browser send requests here, under a name
 * that its owner has pointed at this address: it can choose neither the `Host` nor the `Origin` that the browser then sends.
 */
export function refusedHost(req: IncomingMessage, rules: HostRules): string | undefined {
  const hosts = valuesOf(req, "host");
  if (hosts.length !== 1) return hosts.length === 0 ? "Host header is missing" : "Host header is given twice";
  const host = hosts[0]!;
  const { localAddress, remoteAddress } = req.socket;
  if (!/^[\w.:[\]-]{1,255}$/.test(host) || !isHere(bare(host), plainAddress(localAddress), rules)) {
    return "Host is not this server; its operator can allow names with --allow-host";
  }
  const origins = valuesOf(req, "origin");
  if (origins.length === 0) return undefined;
  const known = [
    host,
    ...(rules.isTrustedProxy(plainAddress(remoteAddress)) ? valuesOf(req, "x-forwarded-host") : []),
  ];
  const isOwn = origins.length === 1 && known.some((it) => isSameHost(origins[0]!, it));
  return isOwn ? undefined : "Origin is not this server";
}

function isHere(name: string, localAddress: string, { allowed }: HostRules): boolean {
  return isLoopback(name) || allowed.has(name) || isIP(name) !== 0 && name === localAddress;
}

function isSameHost(origin: string, host: string): boolean {
  try {
    const { protocol } = new URL(origin);
    return (protocol === "http:" || protocol === "https:") &&
      new URL(`${protocol}//${host}`).origin === origin;
  } catch {
    return false;
  }
}

function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() === name) values.push(rawHeaders[i + 1]!.trim());
  }
  return values;
}
