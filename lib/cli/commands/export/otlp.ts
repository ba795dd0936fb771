import type { Command } from "@commander-js/extra-typings";
import { cell, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { WithContext } from "../../frame/command.ts";
import { collect, keyValuePairs } from "../../frame/repeated_flags.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import { untilSignal } from "./until_signal.ts";

interface SendFlags extends FilterFlags {
  readonly endpoint?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly otlpJson?: true | undefined;
  readonly again?: true | undefined;
}

const NOTES = `
The collector is --endpoint or OTEL_EXPORTER_OTLP_ENDPOINT, its headers --header or OTEL_EXPORTER_OTLP_HEADERS (name=value,name=value).
What was taken is not sent again until it changes, also after this was killed. Ids and times are exact; runs that were received
go out as they came.

Examples:
  agentop export otlp last --endpoint http://127.0.0.1:4318                            # Jaeger, or any collector
  agentop export otlp --since 7d --endpoint http://127.0.0.1:6006 --header x-project-name=agents   # Phoenix
  agentop export otlp --endpoint https://cloud.langfuse.com/api/public/otel --header "Authorization=Basic $(printf '%s:%s' "$PUBLIC" "$SECRET" | base64 -w0)"`;

export function addOtlp(group: Command, withContext: WithContext): void {
  const command = group.command("otlp").description(
    "send runs to a collector of OpenTelemetry: Jaeger, Phoenix, Langfuse, …",
  )
    .argument("[run...]", "only these runs: ids, beginnings or ends of ids, last (default: all)")
    .option("--endpoint <url>", "the collector (default: OTEL_EXPORTER_OTLP_ENDPOINT)")
    .option("--header <name=value>", "a header of every request (repeatable)", collect)
    .option("--otlp-json", "JSON instead of protobuf")
    .option("--again", "also what the collector has already");
  addFilterFlags(command).addHelpText("after", NOTES)
    .action((runs, flags) => withContext((context) => send(context, runs, flags as SendFlags)));
}

async function send(context: Context, runs: readonly string[], flags: SendFlags): Promise<number> {
  const { loadSending } = await import("../../../app/mod.ts");
  const { sendRuns } = await loadSending();
  return await untilSignal(context, async (signal) => {
    const report = await sendRuns(context.app, {
      runs,
      filter: readRunFilter(flags, context),
      signal,
      again: flags.again === true,
      encoding: flags.otlpJson ? "json" : "protobuf",
      ...(flags.endpoint === undefined ? {} : { endpoint: flags.endpoint }),
      ...(flags.header === undefined ? {} : { headers: keyValuePairs("--header", flags.header) }),
    });
    if (context.json) context.printJson(report);
    else {
      const { endpoint, runs, spans, unchanged, rejected, message } = report;
      const known = unchanged > 0 ? `; ${unchanged} were there already` : "";
      context.print(`Sent ${plural(runs, "run")}, ${plural(spans, "span")}, to ${cell(endpoint)}${known}.`);
      if (rejected > 0 || message) {
        context.note(
          `The collector left out ${plural(rejected, "span")}: ${cell(message ?? "it does not say why")}`,
        );
      }
    }
    return report.rejected > 0 ? 1 : 0;
  });
}
