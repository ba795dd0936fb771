import type { ToolDependencies } from "./factory.ts";
import { ToolFailure } from "./tool_failure.ts";

/** One entry of an allow list: `api.example.org`, `*.example.org` (any depth below, not itself), either with `:port`. */
export interface AllowedHost {
  readonly name: string;
  readonly isSuffix: boolean;
  /** `undefined`: the scheme's own port, 80 or 443. */
  readonly port: number | undefined;
}

export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Reads an allow list entry; `undefined` when it is not one (a URL, a path, a bare `*`). */
export function parseAllowedHost(entry: string): AllowedHost | undefined {
  const isSuffix = entry.startsWith("*.");
  const rest = isSuffix ? entry.slice(2) : entry;
  if (!/^(?:\[[0-9a-fA-F:.]+\]|[^\s/\\@#?:[\]*%]+)(?::\d{1,5})?$/.test(rest)) return undefined;
  const port = /:(\d{1,5})$/.exec(rest)?.[1];
  const url = URL.parse(`http://${rest}`); // canonical spelling: lower case, punycode, dotted IPv4
  if (!url || (port !== undefined && (Number(port) === 0 || Number(port) > 65_535))) return undefined;
  return { name: hostOf(url), isSuffix, port: port === undefined ? undefined : Number(port) };
}

/** `URL.hostname` without the root dot, which would make `localhost.` look like another name. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, "");
}

export function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}

/**
 * Refuses what the allow list does not name; throws `ToolFailure`. Returns whether this host and port is named exactly, with
 * its port: only then may it be a private address.
 */
export function checkUrl(url: URL, allowed: readonly AllowedHost[]): { mayBePrivate: boolean } {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new ToolFailure(`Cannot get the URL: only http and https are allowed: got "${url.protocol}".`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new ToolFailure("Cannot get the URL: it contains a user name or password.");
  }
  const host = hostOf(url);
  const matches = allowed.filter((entry) =>
    (entry.isSuffix ? host.endsWith(`.${entry.name}`) : host === entry.name) &&
    (entry.port === undefined ? url.port === "" : portOf(url) === entry.port)
  );
  if (matches.length === 0) {
    throw new ToolFailure(
      `Cannot get the URL: "${url.host}" is not in the allow list (${allowed.map(showAllowed).join(", ")}).`,
    );
  }
  return { mayBePrivate: matches.some((entry) => !entry.isSuffix && entry.port !== undefined) };
}

export function showAllowed(entry: AllowedHost): string {
  return `${entry.isSuffix ? "*." : ""}${entry.name}${entry.port === undefined ? "" : `:${entry.port}`}`;
}

/**
 * The address to connect to: resolved once, every answer checked, so that a name cannot point inside, nor point elsewhere
 * between check and connection. Throws `ToolFailure`.
 */
export async function checkedAddress(
  url: URL,
  mayBePrivate: boolean,
  resolveHost: NonNullable<ToolDependencies["resolveHost"]> = systemResolve,
): Promise<CheckedAddress> {
  const { default: ipaddr } = await import("ipaddr.js");
  const host = hostOf(url).replace(/^\[(.*)\]$/, "$1");
  const answers = ipaddr.isValid(host) ? [host] : await resolveHost(host).catch(() => []);
  if (answers.length === 0) throw new ToolFailure(`Cannot get the URL: the host "${host}" has no address.`);
  const addresses = answers.map((answer) => {
    if (!ipaddr.isValid(answer)) {
      throw new ToolFailure(`Cannot get the URL: "${host}" has a strange address.`);
    }
    return ipaddr.process(answer); // ::ffff:127.0.0.1 is 127.0.0.1
  });
  for (const address of addresses) {
    // Everything that is not plain public unicast: private, loopback, link local (cloud metadata), mapped, reserved, ...
    if (address.range() === "unicast" || mayBePrivate) continue;
    throw new ToolFailure(
      `Cannot get the URL: "${host}" is a ${address.range()} address, which is inside this network. ` +
        `Try: a public host, or ask the user to allow exactly "${host}:${portOf(url)}".`,
    );
  }
  const chosen = addresses.find((address) => address.kind() === "ipv4") ?? addresses[0]!;
  return { address: chosen.toString(), family: chosen.kind() === "ipv4" ? 4 : 6 };
}

async function systemResolve(hostname: string): Promise<readonly string[]> {
  const { lookup } = await import("node:dns/promises");
  return (await lookup(hostname, { all: true })).map((answer) => answer.address);
}
