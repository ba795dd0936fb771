import {
  AgentOpError,
  type Run,
  type RunReader,
  sentenceOf,
  shortRunId,
  type Span,
  type StoredMessage,
  type Trace,
} from "../../../core/mod.ts";
import {
  forkChanges,
  type ForkMember,
  type ForkSource,
  type ForkTree,
  loadForkTree,
} from "../../../analysis/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import type { Context } from "../../context.ts";
import {
  age,
  cell,
  costOf,
  costWords,
  duration,
  grouped,
  localTime,
  plural,
  STATUS_LOOKS,
} from "../../../present/mod.ts";
import { type Look, lookOf, paragraph, statusSign, statusStyle } from "../../output/look.ts";
import { facts } from "../../output/table.ts";
import { diffShape, traceShape } from "../../../documents/mod.ts";

/** Shorter beginnings of a span id could be the number of a step. */
const PREFIX_MIN = 4;
/** Members shown of one run's family, those around it. */
const FAMILY_ROWS_MAX = 100;
/** Levels drawn before a member. */
const BRANCH_LEVELS_MAX = 12;

interface ShowOptions {
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
      .action((run, options) => withContext((context) => showRun(context, run, options)));
  },
};

async function showRun(context: Context, reference: string, options: ShowOptions): Promise<number> {
  const store = await context.app.store();
  const run = await store.resolveRun(reference);
  const [trace, messages] = await Promise.all([
    store.loadTrace(run.traceId),
    store.loadMessages(run.traceId),
  ]);
  const { formatMemory, formatMessages, formatSpan, spanDocument } = await import("./show_parts.ts");
  const look = lookOf(context);
  if (options.span !== undefined) {
    const span = findSpan(trace, options.span);
    if (context.json) context.printJson(await spanDocument(span));
    else context.print(await formatSpan(span, look));
    return 0;
  }
  if (context.json) {
    context.printJson({
      ...traceShape(trace, messages),
      diffs: (await store.diffsOf(run.runId)).map(diffShape),
    });
    return 0;
  }
  context.print(header(trace.run, look, context.host.now()));
  if (options.messages) context.print(`\n${formatMessages(messages, look)}`);
  if (options.memory) context.print(`\n${formatMemory(trace.snapshots, look)}`);
  if (options.messages || options.memory) return 0;
  await printSteps(context, store, trace, messages, look);
  return 0;
}

async function printSteps(
  context: Context,
  store: ForkSource & Pick<RunReader, "childRuns">,
  trace: Trace,
  messages: readonly StoredMessage[],
  look: Look,
): Promise<void> {
  const { formatTree } = await import("../../output/tree.ts");
  const { run } = trace;
  if (trace.spans.size > 0) context.print(`\n${formatTree(trace, look, context.host.now())}`);
  const children = await store.childRuns(run.runId);
  if (children.length > 0) {
    const rows = children.map((child) => `  ${runRow(child, look)}`);
    context.print(`\n${look.paint("bold", "Handed over")}\n${rows.join("\n")}`);
  }
  const family = familyText(await loadForkTree(store, [run]), run, look);
  if (family !== undefined) context.print(`\n${look.paint("bold", "Replays and forks")}\n${family}`);
  if (trace.evaluations.length > 0) {
    const rows = trace.evaluations.map((it) =>
      `  ${cell(it.name)}  ${it.value ?? ""}${it.label === undefined ? "" : ` ${cell(it.label)}`}  ${
        look.paint("dim", cell([it.explanation, it.source].filter(Boolean).join(" · ")))
      }`
    );
    context.print(`\n${look.paint("bold", "Scores")}\n${rows.join("\n")}`);
  }
  if (run.output !== undefined) {
    context.print(`\n${look.paint("bold", "Answer")}\n${paragraph(run.output, look)}`);
  }
  if (context.stdoutIsTerminal) {
    const id = shortRunId(run.runId);
    context.print(look.paint(
      "dim",
      `\n${plural(messages.length, "message")}: agentop show ${id} --messages · receipt: agentop cost ${id}`,
    ));
  }
}

function runRow(run: Run, look: Look): string {
  return `${statusSign(run.status, look)} ${look.paint("cyan", shortRunId(run.runId))}  ${
    cell(run.agent)
  }  ` +
    look.paint("dim", `${plural(run.totals.steps, "step")} · ${costOf(run.totals)}`);
}

/** The runs this one goes back to, and all that came of them; `undefined` when it stands alone. */
function familyText({ members, isCut }: ForkTree, { runId }: Run, look: Look): string | undefined {
  if (members.length < 2) return undefined;
  const at = Math.max(0, members.findIndex(({ run }) => run.runId === runId));
  const first = Math.max(0, Math.min(at - Math.floor(FAMILY_ROWS_MAX / 2), members.length - FAMILY_ROWS_MAX));
  const shown = members.slice(first, first + FAMILY_ROWS_MAX);
  const rows = shown.map((member) => {
    const changes = member.parent ? forkChanges(member.parent, member.run) : [];
    const changed = changes.map((it) => cell(it)).join(", ");
    return `  ${branch(member)}${runRow(member.run, look)}${
      changed === "" ? "" : look.paint("dim", ` · ${changed}`)
    }${member.run.runId === runId ? look.paint("bold", "  ← this run") : ""}`;
  });
  const left = members.length - shown.length;
  if (left > 0) rows.push(look.paint("dim", `  and ${isCut ? "more than " : ""}${left} more`));
  return rows.join("\n");
}

/** The lines that lead to a member, the levels nearest to it. */
function branch({ guides, isLast }: ForkMember): string {
  if (guides.length === 0) return "";
  const above = guides.slice(1);
  const shown = above.slice(-BRANCH_LEVELS_MAX).map((goesOn) => (goesOn ? "│  " : "   ")).join("");
  return `${above.length > BRANCH_LEVELS_MAX ? "…" : ""}${shown}${isLast ? "└─" : "├─"} `;
}

function header(run: Run, look: Look, nowMs: number): string {
  const { totals } = run;
  const { usage } = totals;
  const endMs = run.endTimeUs === undefined ? undefined : run.endTimeUs / 1000;
  const startMs = run.startTimeUs / 1000;
  const took = endMs === undefined ? "" : `, took ${duration(endMs - startMs)}`;
  const tags = Object.entries(run.tags).map(([key, value]) => `${key}=${value}`).join(" ");
  const title = `${look.paint(statusStyle(run.status), `${STATUS_LOOKS[run.status].glyph} ${run.status}`)}  ${
    look.paint("bold", cell(run.agent))
  }  ${look.paint("dim", cell(run.runId))}`;
  const rows = [
    ["model", cell(run.model)],
    ["started", `${localTime(startMs)}${ageNote(startMs, nowMs)}${took}`],
    [
      "tokens",
      `${grouped(usage.inputTokens)} in (${grouped(usage.cachedInputTokens)} cached), ${
        grouped(usage.outputTokens)
      } out` +
      (usage.reasoningTokens > 0 ? ` (${grouped(usage.reasoningTokens)} reasoning)` : ""),
    ],
    ["cost", costWords(totals.costUsd, totals.unknownCostCalls)],
    [
      "calls",
      `${plural(totals.steps, "step")}: ${plural(totals.llmCalls, "model call")}, ${
        plural(totals.toolCalls, "tool call")
      }; ` +
      plural(totals.attempts, "attempt") +
      (totals.retryWaitMs > 0 ? `, ${duration(totals.retryWaitMs)} lost to retries` : ""),
    ],
    ["group", run.group === undefined ? undefined : cell(run.group)],
    ["tags", tags === "" ? undefined : cell(tags)],
    ["parent", run.parentRunId === undefined ? undefined : cell(run.parentRunId)],
    [
      "fork of",
      run.forkedFrom === undefined ? undefined : `${cell(run.forkedFrom.runId)}, step ${run.forkedFrom.step}`,
    ],
    ["prompt", cell(run.prompt)],
    [
      "error",
      run.error === undefined
        ? undefined
        : look.paint("red", cell(run.error.type)) + ` ${cell(sentenceOf(run.error))}`,
    ],
  ] as const;
  return `${title}\n${facts(rows, look)}`;
}

function ageNote(startMs: number, nowMs: number): string {
  const text = age(startMs, nowMs);
  return text === "now" ? " (now)" : /^\d+[smhd]$/.test(text) ? ` (${text} ago)` : "";
}

/** By id, by the number of its step (what the tree shows), or by the beginning of its id. */
function findSpan(trace: Trace, id: string): Span {
  const wanted = id.toLowerCase();
  const all = [...trace.spans.values()];
  const found = trace.spans.get(wanted) ?? all.find((span) => String(span.step) === id);
  if (found) return found;
  const begin = wanted.length < PREFIX_MIN ? [] : all.filter((span) => span.spanId.startsWith(wanted));
  if (begin.length === 1) return begin[0]!;
  const reason = begin.length === 0 ? "this run has no such span" : `${begin.length} spans begin so`;
  throw new AgentOpError(`Cannot show span "${id.slice(0, 40)}": ${reason}`, {
    remedy: `a step's number, or a spanId of agentop show ${shortRunId(trace.run.runId)} --json`,
  });
}
