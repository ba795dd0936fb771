import { abortable, connectionReason } from "./connection.ts";
import { checkedAddress, checkUrl, hostOf, parseAllowedHost, portOf } from "./network_guard.ts";
import type { ToolDependencies } from "./factory.ts";
import { pinnedRequest } from "./pinned_request.ts";
import { ToolFailure } from "./tool_failure.ts";

const MAX_REDIRECTS = 3;
/** Those after which a POST is sent again as it was. */
const REDIRECTS: ReadonlySet<number> = new Set([307, 308]);

export interface PostAnswer {
  readonly statusCode: number;
  /** The first value of a header, `""` when absent. */
  header(name: string): string;
}

export interface PostOptions {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `HOST:PORT` that may be reached though its address is a private one. */
  readonly allow?: string;
  readonly signal: AbortSignal;
  readonly resolveHost?: ToolDependencies["resolveHost"];
}

/**
 * Posts to a public address, or to the private one that is allowed by name and port; redirects are followed within
 * its host only, pass the same checks, and none leads from https to http. Of the answer only its head is read. Throws `ToolFailure` with the reason, or the signal's.
 */
export async function postChecked(target: URL, options: PostOptions): Promise<PostAnswer> {
  const { signal, body, resolveHost } = options;
  const send = new TextEncoder().encode(body);
  try {
    let url = target;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      checkUrl(url, [{ name: hostOf(url), isSuffix: false, port: portOf(url) }]); // its scheme, and that it holds no password
      const address = await abortable(
        checkedAddress(url, isAllowed(url, options.allow), resolveHost),
        signal,
      );
      const response = await pinnedRequest(url, address, {
        send,
        headers: {
          ...options.headers,
          "content-length": String(send.length),
          "accept-encoding": "identity",
          "user-agent": "agentop",
        },
        maxBytes: 0,
        signal,
        wantsBody: () => false,
      });
      if (!REDIRECTS.has(response.statusCode)) return response;
      const next = URL.parse(response.header("location"), url);
      if (!next || url.protocol === "https:" && next.protocol !== "https:") {
        throw new ToolFailure("it redirects to what is no https address.");
      }
      if (next.host !== url.host) {
        throw new ToolFailure("it redirects to another host, which is not followed.");
      }
      url = next;
    }
    throw new ToolFailure(`more than ${MAX_REDIRECTS} redirects.`);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ToolFailure ? error : new ToolFailure(`${connectionReason(error)}.`);
  }
}

/** Throws `ToolFailure` for a target that no try could ever reach. Names are looked up only when it is tried. */
export async function checkPostTarget(url: URL, allow?: string): Promise<void> {
  if (allow !== undefined && parseAllowedHost(allow)?.port === undefined) {
    throw new ToolFailure(`"${allow.slice(0, 80)}" is no host with its port.`);
  }
  checkUrl(url, [{ name: hostOf(url), isSuffix: false, port: portOf(url) }]);
  const isHere = hostOf(url) === "localhost";
  const { default: ipaddr } = await import("ipaddr.js");
  if (!isHere && !ipaddr.isValid(hostOf(url).replace(/^\[(.*)\]$/, "$1"))) return;
  await checkedAddress(url, isAllowed(url, allow), () => Promise.resolve(["127.0.0.1"]));
}

/** Host and port are named exactly: only then may it be a private address. */
function isAllowed(url: URL, allow: string | undefined): boolean {
  const named = allow === undefined ? undefined : parseAllowedHost(allow);
  return named !== undefined && !named.isSuffix && named.name === hostOf(url) && named.port === portOf(url);
}
