import { Option } from "@commander-js/extra-typings";
import { AgentOpError, escapeText, messageOf, reasonOf } from "../../../core/mod.ts";
import type { AnsweredRequest, TlsFiles } from "../../../server/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { readUnpriced, UNPRICED_HELP } from "../../frame/limit_flags.ts";
import { numberFlag } from "../../frame/number.ts";
import { collect } from "../../frame/repeated_flags.ts";
import { VERSION } from "../../frame/version.ts";
import { noteSimulator } from "../../output/simulator_note.ts";
import type { ServeFlags } from "./serve_flags.ts";

/** Where OpenTelemetry's exporters send to unless they are told otherwise. */
const PORT_DEFAULT = 4318;

export const serve: CliCommand = {
  register(program, withContext) {
    program.command("serve").description(
      "the HTTP API, and a receiver of OpenTelemetry, for scripts, dashboards and services",
    )
      .option("--host <host>", "address to listen on", "127.0.0.1")
      .option(
        "--port <port>",
        "port, 0 for any free one",
        numberFlag("--port", { max: 65_535, isWhole: true }, PORT_DEFAULT),
        PORT_DEFAULT,
      )
      .addOption(
        new Option(
          "--auth <when>",
          "on: a key is needed; off: only where this machine alone can connect (default: off there, else on)",
        ).choices(["on", "off"] as const),
      )
      .option("--allow-host <name>", "a name it is called by, besides its address (repeatable)", collect)
      .option("--cert <file>", "serve over TLS with this certificate (PEM, with its chain)")
      .option("--key <file>", "the certificate's private key (PEM)")
      .option("--trust-proxy <address>", "believe X-Forwarded-For from this address (repeatable)", collect)
      .addOption(
        new Option(
          "--approve <policy>",
          "tools that write, execute or reach the network, in runs started over HTTP: never, or auto (all pass unasked)",
        ).choices(["never", "auto"] as const).default("never" as const),
      )
      .option(
        "--upstream <url>",
        "the server that model calls sent to /v1 go on to, recorded as with agentop proxy (default: as there; repeatable)",
        collect,
      )
      .option("--unpriced <policy>", UNPRICED_HELP, readUnpriced)
      .option("--tui", "with the workbench in this terminal; the server ends when it is left")
      .addOption(new Option("--attached").hideHelp())
      .addHelpText(
        "after",
        "\nExamples:\n  agentop serve                        # http://127.0.0.1:4318" +
          "\n  agentop serve --port 0 --json        # one line with the address" +
          "\n  agentop serve --tui                  # and see in the workbench what comes in" +
          "\n  curl http://127.0.0.1:4318/runs?limit=5",
      )
      .action((flags) =>
        withContext(async (context) =>
          flags.tui
            ? await (await import("./serve_tui.ts")).serveBesideWorkbench(context, flags)
            : await startServing(context, flags)
        )
      );
  },
};

/** Serves until a signal comes; what is at work then is answered first. */
async function startServing(context: Context, flags: ServeFlags): Promise<void> {
  const [{ ROUTES, startServer }, { abortOnSignals }, { proxyOver }] = await Promise.all([
    import("../../../server/mod.ts"),
    import("../../process/signals.ts"),
    import("../../process/start_proxy.ts"),
  ]);
  using stopper = abortOnSignals();
  await context.app.ingest(); // what a server that died has left is read from now on
  context.app.alerts.hear(); // and what it could not deliver is delivered
  const proxy = await proxyOver(context, {
    upstreams: flags.upstream ?? [],
    mode: "record",
    onMiss: "forward",
    unpriced: flags.unpriced,
  });
  const server = await startServer(context.app, {
    routes: [...ROUTES, proxy.route],
    hostname: flags.host,
    port: flags.port,
    version: VERSION,
    auth: flags.auth,
    allowedHosts: flags.allowHost,
    trustedProxies: flags.trustProxy,
    tls: await tlsFiles(flags),
    rights: { approve: flags.approve },
    onAnswered: (request) => noteAnswer(context, request),
  });
  const { url, port, isGuarded } = server;
  if (context.json) context.printJsonLine({ url, port, auth: isGuarded ? "on" : "off" });
  else {
    context.print(`Serving ${url}  (Ctrl-C stops it)`);
    context.print(`Model calls sent to ${url}/v1 go on to ${proxy.upstream}, recorded`);
    context.print(
      isGuarded
        ? `A key is needed${
          server.keys > 0 ? "" : ", and there is none yet"
        }: agentop keys create NAME --role read`
        : "No key is needed: only this machine can connect",
    );
  }
  noteSimulator(context, "answers");
  await new Promise<void>((resolve) => {
    if (stopper.signal.aborted) resolve();
    stopper.signal.addEventListener("abort", () => resolve(), { once: true });
    if (flags.attached) void inputEnded().then(resolve);
  });
  await server.close();
}

/** Whoever started this process has ended, or wants it to. */
async function inputEnded(): Promise<void> {
  const bytes = new Uint8Array(64);
  while (await Deno.stdin.read(bytes).catch(() => null) !== null);
}

async function tlsFiles({ cert, key }: ServeFlags): Promise<TlsFiles | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new AgentOpError("Cannot serve over TLS: --cert and --key belong together", {
      remedy: "--cert cert.pem --key key.pem",
    });
  }
  const read = (path: string) =>
    Deno.readTextFile(path).catch((cause) => {
      throw new AgentOpError(`Cannot read ${path}: ${reasonOf(cause)}`, {
        remedy: "--cert and --key with PEM files",
        cause,
      });
    });
  return { cert: await read(cert), key: await read(key) };
}

/** Trouble always, every request with `--verbose`. Nothing that a caller chose is in such a line. */
function noteAnswer(context: Context, { method, route, status, tookMs, error }: AnsweredRequest): void {
  if (error === undefined && !context.verbose) return;
  const why = error === undefined ? "" : `: ${messageOf(error)}`;
  context.note(
    escapeText(`agentop: ${method} ${route || "(no route)"} ${status} ${tookMs.toFixed(1)} ms${why}`),
  );
}
