import { countRedacted, shortRunId } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { lookOf } from "../../output/look.ts";

interface ShowFlags {
  readonly messages?: true | undefined;
  readonly memory?: true | undefined;
  readonly span?: string | undefined;
}

export const show: CliCommand = {
  register(program, withContext) {
    program.command("show")
      .description("show a run: its steps with time, tokens, cost and attempts, then the answer")
      .argument("<run>", RUN_ARGUMENT)
      .option("--messages", "the conversation")
      .option("--memory", "what the agent remembered after each step")
      .option("--span <id>", "everything of one span: attributes, messages, receipt")
      .action((run, flags) =>
        withContext((context) =>
          flags.span !== undefined
            ? showSpan(context, run, flags.span)
            : context.json
            ? showDocument(context, run)
            : showRun(context, run, flags)
        )
      );
  },
};

async function showSpan(context: Context, reference: string, spanId: string): Promise<void> {
  const [{ findSpan, stepNumber }, { spanDocument }, { formatSpan }] = await Promise.all([
    import("../../../analysis/mod.ts"),
    import("../../../documents/mod.ts"),
    import("./span_text.ts"),
  ]);
  const store = await context.app.store();
  const { traceId } = await store.resolveRun(reference);
  const trace = await store.loadTrace(traceId);
  const span = findSpan(trace, spanId);
  const step = stepNumber(trace, span);
  if (context.json) context.printJson(spanDocument(span, step));
  else context.print(formatSpan(span, lookOf(context), step, context.timeZone));
}

async function showDocument(context: Context, reference: string): Promise<void> {
  const { runDocument } = await import("../../../app/mod.ts");
  const store = await context.app.store();
  context.printJson(await runDocument(store, await store.resolveRun(reference)));
}

async function showRun(context: Context, reference: string, flags: ShowFlags): Promise<void> {
  const [{ formatRunHeader }, { formatMessages }, store] = await Promise.all([
    import("./header_text.ts"),
    import("./messages_text.ts"),
    context.app.store(),
  ]);
  const { traceId, runId } = await store.resolveRun(reference);
  const [trace, messages, tree] = await Promise.all([
    store.loadTrace(traceId),
    store.loadMessages(traceId),
    store.treeTotals(runId),
  ]);
  const look = lookOf(context);
  const nowMs = context.host.now();
  const redacted = new Map<string, number>();
  countRedacted(JSON.stringify(messages), redacted);
  context.print(formatRunHeader(trace, look, { nowMs, timeZone: context.timeZone }, tree, redacted));
  if (flags.messages) context.print(`\n${formatMessages(messages, look)}`);
  if (flags.memory) {
    const [{ memorySteps }, { formatMemorySteps }] = await Promise.all([
      import("../../../analysis/mod.ts"),
      import("../../output/memory_text.ts"),
    ]);
    context.print(`\n${formatMemorySteps(memorySteps(trace), look, { diff: true, whole: false })}`);
  }
  if (flags.messages || flags.memory) return;
  const [{ loadForkTree }, { formatSteps }] = await Promise.all([
    import("../../../analysis/mod.ts"),
    import("./steps_text.ts"),
  ]);
  const children = await store.childRuns(trace.run.runId);
  const family = await loadForkTree(store, [trace.run]);
  const text = formatSteps({ trace, children, family }, look, { nowMs, timeZone: context.timeZone });
  if (text !== "") context.print(`\n${text}`);
  if (!context.stdoutIsTerminal) return;
  const [{ plural }, id] = [await import("../../../present/mod.ts"), shortRunId(trace.run.runId)];
  context.print(look.paint(
    "dim",
    `\n${plural(messages.length, "message")}: agentop show ${id} --messages · receipt: agentop cost ${id}`,
  ));
}
