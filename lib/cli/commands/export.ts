import { Argument } from "@commander-js/extra-typings";
import { AgentOpError, diffRuns, messageOf, shortRunId } from "../../core/mod.ts";
import type { CliCommand } from "../command.ts";
import { type Context, writeAll } from "../context.ts";
import { byteSize, cell } from "../format.ts";

export const exportRun: CliCommand = {
  register(program, act) {
    program.command("export").description("write a run, or the difference of two, for sharing")
      .addArgument(
        new Argument("<format>", "html: one page that loads nothing and runs nothing").choices(["html"]),
      )
      .argument("<run>", 'a run id, its beginning or end, "last" or "last~2"')
      .argument("[other]", "another run: the page then shows what differs")
      .option("--output <file>", 'where to write it; "-" is stdout (default: a name made from the run id)')
      .action((_format, run, other, options) => act((context) => write(context, run, other, options.output)));
  },
};

async function write(
  context: Context,
  reference: string,
  other: string | undefined,
  output: string | undefined,
): Promise<number> {
  const store = await context.store();
  const run = await store.resolveRun(reference);
  const trace = await store.loadTrace(run.traceId);
  const { diffPage, runPage } = await import("../html_export.ts");
  let text: string;
  let name = `agentop-${shortRunId(run.runId)}`;
  if (other === undefined) text = runPage(trace, await store.loadMessages(run.traceId));
  else {
    const right = await store.resolveRun(other);
    text = await diffPage(await diffRuns(trace, await store.loadTrace(right.traceId)));
    name += `-${shortRunId(right.runId)}`;
  }
  if (output === "-") {
    writeAll(Deno.stdout, text);
    return 0;
  }
  const path = output ?? `${name}.html`;
  await Deno.writeTextFile(path, text).catch((error) => {
    throw new AgentOpError(`Cannot write ${path}: ${messageOf(error)}. Try: --output FILE`, { cause: error });
  });
  const bytes = new TextEncoder().encode(text).length;
  if (context.json) context.printJson({ path, bytes });
  else context.print(`Wrote ${cell(path)}, ${byteSize(bytes)}`);
  return 0;
}
