import { AgentOpError, oneLine } from "../../../core/mod.ts";
import type { UnpricedPolicy } from "../../../agent/mod.ts";
import { Option } from "@commander-js/extra-typings";
import type { ProxyMode } from "../../../server/mod.ts";
import type { Fault } from "../../../simulator/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { readUnpriced, UNPRICED_HELP } from "../../frame/limit_flags.ts";
import { numberFlag } from "../../frame/number.ts";
import { collect } from "../../frame/repeated_flags.ts";
import { noteSimulator } from "../../output/simulator_note.ts";
import { startProxy } from "../../process/start_proxy.ts";

interface ProxyFlags {
  readonly host: string;
  readonly port: number;
  readonly upstream?: readonly string[] | undefined;
  readonly mode: ProxyMode;
  readonly onMiss: "forward" | "fail";
  readonly fault?: readonly string[] | undefined;
  readonly unpriced?: UnpricedPolicy | undefined;
}

const PORT_DEFAULT = 4319;

export const proxy: CliCommand = {
  register(program, withContext) {
    program.command("proxy").description(
      "pass model calls of other programs on to their server, unchanged, and keep them as runs",
    )
      .option("--host <host>", "address to listen on; only this machine can connect unless told", "127.0.0.1")
      .option(
        "--port <port>",
        "port, 0 for any free one",
        numberFlag("--port", { max: 65_535, isWhole: true }, PORT_DEFAULT),
        PORT_DEFAULT,
      )
      .option(
        "--upstream <url>",
        "the server that calls go on to (default: MISTRAL_SERVER_URL, else Mistral's API, else the simulator); " +
          "others on the list are chosen by the header X-Agentop-Upstream (repeatable)",
        collect,
      )
      .addOption(
        new Option(
          "--mode <mode>",
          "record; cache: a request that was answered before gets that answer; fault: with --fault",
        ).choices(["record", "cache", "fault"] as const).default("record" as const),
      )
      .addOption(
        new Option("--on-miss <what>", "with --mode cache: a request without an answer on record")
          .choices(["forward", "fail"] as const).default("forward" as const),
      )
      .option(
        "--fault <fault>",
        "with --mode fault: what every new request meets before it is answered, as 429, 503:2 (Retry-After), hang, cut:5, " +
          "hangMidStream:3, eof:3, badJson, badChunk:2, dripMs:50 (repeatable: one each time it is sent)",
        collect,
      )
      .option("--unpriced <policy>", UNPRICED_HELP, readUnpriced)
      .addHelpText(
        "after",
        "\nA program's calls that go on from one another are one run. Headers say otherwise: X-Agentop-Run: KEY (one run for all with\n" +
          "it of one caller), X-Agentop-Agent, X-Agentop-Group, X-Agentop-User. The caller's own key goes on and is stored nowhere;\n" +
          "where keys of this server are needed, one of those in X-API-Key leaves Authorization to it.\n" +
          "\nExamples:\n  agentop proxy                               # base URL http://127.0.0.1:4319/v1" +
          "\n  OPENAI_BASE_URL=http://127.0.0.1:4319/v1 python my_agent.py" +
          "\n  agentop proxy --mode cache --on-miss fail   # answers from the store, and nothing else" +
          "\n  agentop proxy --mode fault --fault 429:1 --fault cut:5   # does the program try again?",
      )
      .action((flags) => withContext((context) => serveProxy(context, flags)));
  },
};

/** Passes calls on until a signal comes. */
async function serveProxy(context: Context, flags: ProxyFlags): Promise<void> {
  if (flags.onMiss === "fail" && flags.mode !== "cache") {
    throw new AgentOpError("Cannot use --on-miss fail: only a cache has misses", {
      remedy: "--mode cache --on-miss fail",
    });
  }
  const faults = await readFaults(flags);
  const { abortOnSignals } = await import("../../process/signals.ts");
  using stopper = abortOnSignals();
  const { url, port, upstream, close } = await startProxy(context, {
    hostname: flags.host,
    port: flags.port,
    upstreams: flags.upstream ?? [],
    mode: flags.mode,
    onMiss: flags.onMiss,
    faults,
    unpriced: flags.unpriced,
  });
  if (context.json) context.printJsonLine({ url, port, upstream, mode: flags.mode });
  else {
    context.print(`Proxy on ${url}, to ${upstream}  (Ctrl-C stops it)`);
    context.print(`Use it with: OPENAI_BASE_URL=${url}/v1 PROGRAM, or MISTRAL_SERVER_URL=${url} PROGRAM`);
  }
  if (!flags.upstream) noteSimulator(context, "answers");
  await new Promise<void>((resolve) => {
    if (stopper.signal.aborted) resolve();
    stopper.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await close();
}

/** Throws `AgentOpError` for a fault that there is none of, and where there is nothing to do for them. */
async function readFaults({ mode, fault = [] }: ProxyFlags): Promise<readonly Fault[]> {
  if ((mode === "fault") !== (fault.length > 0)) {
    throw new AgentOpError(
      mode === "fault"
        ? "Cannot use --mode fault: no fault is named"
        : `Cannot use --fault: the mode is ${mode}`,
      { remedy: "--mode fault --fault 429" },
    );
  }
  if (fault.length === 0) return [];
  const { parseFault } = await import("../../../simulator/mod.ts");
  return fault.map((text) => {
    const known = parseFault(text);
    if (known) return known;
    throw new AgentOpError(`Cannot use the fault "${oneLine(text, 60)}": there is no such fault`, {
      remedy: "--fault 429, 503:2, hang, cut:5, hangMidStream:3, eof:3, badJson, badChunk:2 or dripMs:50",
    });
  });
}
