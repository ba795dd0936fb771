import type { UnpricedPolicy } from "../../agent/mod.ts";
import type { CallRecorder } from "../../app/mod.ts";
import { readServerUrl } from "../../core/mod.ts";
import type { ProxyMode, ProxyOptions, Route } from "../../server/mod.ts";
import type { Context } from "../context.ts";
import { VERSION } from "../frame/version.ts";

export interface StartProxyOptions {
  readonly hostname: string;
  readonly port: number;
  /** The first one unless a call names another; none: where runs of this program ask their models. */
  readonly upstreams: readonly string[];
  readonly mode: ProxyMode;
  readonly onMiss: "forward" | "fail";
  readonly faults?: ProxyOptions["faults"];
  /** What a model without a known price counts for under a budget. */
  readonly unpriced?: UnpricedPolicy | undefined;
}

export interface StartedProxy {
  /** Without a final slash. */
  readonly url: string;
  readonly port: number;
  readonly upstream: string;
  /** Resolves when what has passed is on record. */
  close(): Promise<void>;
}

/** A proxy over the app of a command. Throws `AgentOpError`. */
export async function startProxy(context: Context, options: StartProxyOptions): Promise<StartedProxy> {
  const [{ startServer }, { route, upstream, calls }] = await Promise.all([
    import("../../server/mod.ts"),
    proxyOver(context, options),
  ]);
  const { hostname, port } = options;
  const server = await startServer(context.app, { hostname, port, version: VERSION, routes: [route] });
  const close = async () => {
    await server.close();
    await calls.settled();
  };
  return { url: server.url, port: server.port, upstream, close };
}

/** The route of a proxy, and the server that its calls go on to. Throws `AgentOpError`. */
export async function proxyOver(
  context: Context,
  { upstreams: given, mode, onMiss, faults, unpriced }: Omit<StartProxyOptions, "hostname" | "port">,
): Promise<{ readonly route: Route; readonly upstream: string; readonly calls: CallRecorder }> {
  const [{ proxyRoute }, { apiKeyOf }] = await Promise.all([
    import("../../server/mod.ts"),
    import("../../app/mod.ts"),
  ]);
  const { app } = context;
  const store = await app.store();
  const [first, ...others] = given.map((text) => ({ url: serverOf(text) }));
  const upstreams: ProxyOptions["upstreams"] = [first ?? await app.modelServer(), ...others];
  const calls = await app.callRecorder({ unpriced });
  const route = proxyRoute({
    upstreams,
    mode,
    onMiss,
    ...(faults ? { faults } : {}),
    calls,
    exchanges: store,
    host: app.host,
    isOwnKey: async (text) => await apiKeyOf(store, text) !== undefined,
    onUnrecorded: (path) => context.note(`agentop: ${path} passes without being recorded`),
  });
  return { route, upstream: upstreams[0].url, calls };
}

/** `http://localhost:11434/v1/` → `http://localhost:11434`. Throws `AgentOpError` for what is no server's URL. */
function serverOf(text: string): string {
  const url = readServerUrl(text, {
    variable: "--upstream",
    example: "http://localhost:11434",
    keyVariable: "an Authorization header",
  });
  return url.origin + url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
}
