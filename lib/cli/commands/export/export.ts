import { Argument } from "@commander-js/extra-typings";
import { AgentOpError, shortRunId } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { type Context, writeAll } from "../../context.ts";
import { byteSize, cell } from "../../../present/mod.ts";

export const exportRun: CliCommand = {
  register(program, act) {
    program.command("export").description("write a run, or the difference of two, as one page for sharing")
      .addArgument(
        new Argument("<format>", "html: one page that loads nothing and runs nothing").choices(["html"]),
      )
      .argument("<run>", 'a run id, its beginning or end, "last" or "last~2"')
      .argument("[other]", "another run: the page then shows what differs")
      .option(
        "--output <file>",
        'a file, a folder, or "-" for stdout (default: a file named by the run, here)',
      )
      .option("--force", "write over an existing file")
      .addHelpText(
        "after",
        "\nThe page holds what the run holds: prompt, messages, arguments, results. Read it before you send it." +
          "\n\nExamples:\n  agentop export html last\n  agentop export html last~1 last --output difference.html" +
          "\n  agentop export html last --output - | gzip > run.html.gz",
      )
      .action((_format, run, other, options) => act((context) => write(context, run, other, options)));
  },
};

async function write(
  context: Context,
  reference: string,
  other: string | undefined,
  { output, force = false }: { readonly output?: string | undefined; readonly force?: boolean | undefined },
): Promise<number> {
  if (output === "-" && context.json) {
    throw new AgentOpError("Cannot print a page and JSON: both go to stdout", {
      remedy: "--output FILE with --json",
    });
  }
  const store = await context.app.store();
  const run = await store.resolveRun(reference);
  const right = other === undefined ? undefined : await store.resolveRun(other);
  const { exportDiffPage, exportRunPage } = await import("../../../exporters/mod.ts");
  const nowMs = context.host.now();
  const text = right
    ? await exportDiffPage(store, run, right, nowMs)
    : await exportRunPage(store, run, nowMs);
  if (output === "-") {
    writeAll(Deno.stdout, text);
    return 0;
  }
  const name = ["agentop", ...[run, right].flatMap((it) => it ? [shortRunId(it.runId)] : [])].join("-") +
    ".html";
  const { writeWhole } = await import("../../output/write_whole.ts");
  const path = await writeWhole(output ?? name, text, { name, force });
  const bytes = new TextEncoder().encode(text).length;
  if (context.json) context.printJson({ path, bytes });
  else context.print(`Wrote ${cell(path)}, ${byteSize(bytes)}: open it in any browser, send it to anyone.`);
  return 0;
}
