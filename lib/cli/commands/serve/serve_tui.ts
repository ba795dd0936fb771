import { escapeText } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import { checkTerminal, openWorkbenchIn } from "../tui/tui.ts";
import type { ServeFlags } from "./serve_flags.ts";

/** The workbench in this terminal, and the server in a process of its own beside it: what it says is told afterwards. */
export async function serveBesideWorkbench(context: Context, flags: ServeFlags): Promise<number> {
  checkTerminal(context.config);
  const { startServerProcess } = await (await import("../../../app/mod.ts")).loadServerProcess();
  const server = await startServerProcess(context.config, [
    ...(context.verbose ? ["-v"] : []),
    "serve",
    "--attached",
    ...serverFlags(flags),
  ]);
  let isOpen = true;
  const died = server.ended.then((code) => isOpen ? code : undefined);
  const code = await openWorkbenchIn(context, {});
  isOpen = false;
  await server.stop();
  const log = server.log().trimEnd();
  if (log !== "") context.note(escapeText(log));
  const early = await died;
  if (early === undefined) return code;
  context.note(`agentop: The server at ${server.url} had ended before the workbench, with code ${early}`);
  return code === 0 ? 1 : code;
}

/** What the server's own command line is made of. */
function serverFlags(flags: ServeFlags): readonly string[] {
  const one = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [`${name}=${value}`];
  const each = (name: string, values: readonly string[] = []) => values.map((it) => `${name}=${it}`);
  const { unpriced } = flags;
  return [
    ...one("--host", flags.host),
    ...one("--port", flags.port),
    ...one("--auth", flags.auth),
    ...each("--allow-host", flags.allowHost),
    ...each("--trust-proxy", flags.trustProxy),
    ...one("--cert", flags.cert),
    ...one("--key", flags.key),
    ...one("--approve", flags.approve),
    ...each("--upstream", flags.upstream),
    ...one("--unpriced", typeof unpriced === "object" ? `assume=${unpriced.usdPerMillion}` : unpriced),
  ];
}
