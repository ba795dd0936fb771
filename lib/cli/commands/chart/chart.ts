import { Option } from "@commander-js/extra-typings";
import { AgentOpError } from "../../../core/mod.ts";
import { byteSize, cell } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import { outOption } from "../../frame/out_flag.ts";
import { lookOf } from "../../output/look.ts";
import { table } from "../../../present/mod.ts";

interface ChartFlags extends FilterFlags {
  readonly out?: string | undefined;
  readonly theme: "light" | "dark";
  readonly force?: boolean | undefined;
}

export const chart: CliCommand = {
  register(program, withContext) {
    const command = program.command("chart")
      .description("draw what runs say, here or into a file; `chart list` names the charts")
      .argument("<chart>", "cost, tokens, latency, …, or list")
      .argument(
        "[run...]",
        "only of these: ids, beginnings or ends of ids, last (default: all runs, the newest experiment)",
      )
      .addOption(outOption("an .svg, .png, .html or .json (Vega-Lite) file"))
      .addOption(
        new Option("--theme <theme>", "colours of an .svg, .png or .json file").choices(
          ["light", "dark"] as const,
        )
          .default("light" as const),
      )
      .option("--force", "write over an existing file");
    addFilterFlags(command)
      .addHelpText(
        "after",
        "\nExamples:\n  agentop chart list\n  agentop chart cost --since 7d\n  agentop chart score-intervals last\n" +
          "  agentop chart waterfall last --out run.svg\n  agentop chart latency --model large --out latency.png",
      )
      .action((name, runs, flags) =>
        withContext((context) =>
          name === "list" ? listCharts(context) : showChart(context, name, runs, flags)
        )
      );
  },
};

async function listCharts(context: Context): Promise<void> {
  const { CHARTS } = await import("../../../charts/mod.ts");
  if (context.json) {
    return context.printJson(CHARTS.map(({ name, about, of }) => ({ name, about, of })));
  }
  const columns = [{ title: "CHART" }, { title: "OF" }, { title: "SHOWS", min: 20 }];
  const rows = CHARTS.map(({ name, about, of }) => [name, of === "run" ? "one run" : of, about]);
  context.print(table(columns, rows, lookOf(context)));
}

async function showChart(
  context: Context,
  name: string,
  runs: readonly string[],
  { out, theme, force = false, ...flags }: ChartFlags,
): Promise<void> {
  const { chartFormatOf, chartOf, drawChart, renderChart, writeChart } = await import("../../../app/mod.ts");
  const { isNothing } = await import("../../../charts/mod.ts");
  const definition = await chartOf(name);
  if (out === "-") {
    throw new AgentOpError("Cannot write a chart to stdout: a picture goes to a file", {
      remedy: "--out FILE, or without it in the terminal",
    });
  }
  if (out !== undefined) chartFormatOf(out);
  const drawing = await drawChart(context.app, definition, {
    ...(definition.of === "experiments" ? { experiments: runs } : { runs }),
    filter: readRunFilter(flags, context),
  });
  if (isNothing(drawing)) {
    const reason = `there is nothing to see: ${drawing.nothing}`;
    if (out !== undefined || context.json) {
      throw new AgentOpError(`Cannot draw ${name}: ${reason}`, { remedy: drawing.remedy });
    }
    return context.note(`No ${name} chart: ${drawing.nothing}. Try: ${drawing.remedy}`);
  }
  if (out !== undefined) {
    const path = await writeChart(context.app, drawing, out, { theme, force });
    const bytes = (await Deno.stat(path)).size;
    if (context.json) context.printJson({ path, bytes, title: drawing.title });
    else context.print(`Wrote ${cell(path)}, ${byteSize(bytes)}: ${drawing.title}.`);
  } else if (context.json) {
    const spec = await renderChart(drawing, "json", {
      theme,
      nowMs: context.host.now(),
      timeZone: context.timeZone,
    });
    context.printJson(JSON.parse(String(spec)));
  } else {
    const { formatChart } = await import("../../output/chart_text.ts");
    context.print(formatChart(drawing, lookOf(context)));
  }
}
