import {
  isFinal,
  isLive,
  oneLine,
  type Run,
  sentenceOf,
  shortRunId,
  totalTokens,
  type Trace,
  wallTime,
} from "../../core/mod.ts";
import {
  costOf,
  costWords,
  duration,
  grouped,
  money,
  plural,
  scoreValue,
  STATUS_LOOKS,
  tookText,
} from "../../present/mod.ts";
import { runTookMs, stepCount, unfinishedAnswer } from "../../analysis/mod.ts";
import { overrideList } from "./changes.ts";
import { markdown } from "./markdown.ts";
import { memorySection } from "./memory.ts";
import { type Content, joined, type Markup, markup, NOTHING } from "./markup.ts";
import { fold, htmlTable, page, tiles } from "./page.ts";
import { receiptSection } from "./receipt.ts";
import { stepsBody } from "./steps.ts";
import { cutNote, PageText } from "./text.ts";
import { isoTime } from "../../present/mod.ts";

const SCORES_MAX = 2_000;
const ERROR_MAX_CHARS = 4_000;
const ANSWER_MAX_CHARS = 200_000;

/** A run and what is known of its family. */
export interface RunPageData {
  readonly trace: Trace;
  /** Runs it handed work to. */
  readonly handedTo: readonly Run[];
  /** Its replays and forks. */
  readonly forks: readonly Run[];
  /** What was changed when it was replayed or forked. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
  /** Whose times the page shows: an IANA name, which it says. */
  readonly timeZone: string;
}

/** One self-contained page of a run: what it was, its answer, every step to open, receipt, memory, origin. */
export async function runPage(data: RunPageData): Promise<string> {
  const { trace } = data;
  const { run } = trace;
  const text = new PageText();
  const sections = [
    { id: "prompt", title: "Prompt", body: promptBody(run, text) },
    { id: "answer", title: "Answer", body: answerBody(trace, text) },
    { id: "steps", title: "Steps", body: stepsBody(trace, data.handedTo, text, data.nowMs) },
    { id: "receipt", title: "Receipt", body: receiptSection(trace) },
    { id: "memory", title: "Memory", body: await memorySection(trace, text) },
    { id: "origin", title: "Origin", body: originBody(data, text) },
    { id: "scores", title: "Scores", body: scoresBody(trace) },
    { id: "configuration", title: "Configuration", body: configurationBody(run, text) },
  ];
  return page({
    title: `${run.agent} · ${shortRunId(run.runId)}`,
    header: [header(data), cutNotice(text, `agentop show ${shortRunId(run.runId)} --json`)],
    sections,
    footer: pageFooter(data),
  });
}

/** A run as a part of something else: what it was, its answer, every step to open. */
export function runFragment(data: RunPageData): Markup {
  const { trace } = data;
  const text = new PageText({ maxChars: FRAGMENT_MAX_CHARS });
  const prompt = fold("Prompt", promptBody(trace.run, text));
  const answer = answerBody(trace, text);
  return markup`${header(data)}${prompt}${answer}${stepsBody(trace, data.handedTo, text, data.nowMs)}${
    scoresBody(trace)
  }${cutNotice(text, `agentop show ${shortRunId(trace.run.runId)} --json`)}`;
}

/** Of all texts of a part together: it is kept in a notebook's file. */
export const FRAGMENT_MAX_CHARS = 400_000;

export function pageFooter({ nowMs, timeZone }: Pick<RunPageData, "nowMs" | "timeZone">): string {
  return `Written by AgentOp Studio, ${wallTime(nowMs, timeZone)}. Times are ${timeZone}.`;
}

/** Says at the top that the page does not hold everything. */
export function cutNotice(text: PageText, remedy: string): Markup {
  return text.cutTexts === 0
    ? NOTHING
    : markup`<p class="notice">${plural(text.cutTexts, "text")} too long for this page: ${
      grouped(
        text.cutChars,
      )
    } characters are left out, each time where it says so. <code>${remedy}</code> has them all.</p>`;
}

// ---------------------------------------------------------------------------------------------- the top

function header({ trace, handedTo, nowMs, timeZone, overrides }: RunPageData): Markup {
  const { run } = trace;
  const { totals } = run;
  const { usage } = totals;
  const meta = [
    markup`run <code>${run.runId}</code>`,
    run.model,
    markup`<time datetime="${isoTime(run.startTimeUs)}">${wallTime(run.startTimeUs / 1000, timeZone)}</time>`,
    ...originWords(run, overrides),
    ...(run.origin === "agent" ? [] : [`from ${run.origin}`]),
    ...(run.group === undefined ? [] : [`group ${run.group}`]),
    ...(run.userId === "default" ? [] : [`user ${run.userId}`]),
    ...Object.entries(run.tags).map(([key, value]) => `${key}=${value}`),
  ];
  const cached = usage.cachedInputTokens > 0 ? [`${grouped(usage.cachedInputTokens)} of them cached`] : [];
  const reasoning = usage.reasoningTokens > 0 ? [`${grouped(usage.reasoningTokens)} for reasoning`] : [];
  const waited = markup`<span class="warn">${duration(totals.retryWaitMs)} lost to retries</span>`;
  const figures = tiles([
    [isFinal(run.status) ? "Took" : "So far", tookText(runTookMs(run, nowMs))],
    ["Cost", costOf(totals), costNote(run, handedTo)],
    [
      "Tokens",
      `${grouped(usage.inputTokens)} in, ${grouped(usage.outputTokens)} out`,
      [...cached, ...reasoning].join(", "),
    ],
    [
      "Steps",
      grouped(stepCount(trace)),
      `${plural(totals.llmCalls, "model call")}, ${plural(totals.toolCalls, "tool call")}`,
    ],
    ["Attempts", grouped(totals.attempts), totals.retryWaitMs > 0 ? waited : ""],
  ]);
  return markup`<p class="brand"><b>AgentOp Studio</b> · run</p><div class="title"><h1>${run.agent}</h1>${
    statusBadge(run)
  }</div>
<p class="meta">${meta.map((item) => markup`<span>${item}</span>`)}</p>${statusNotice(run)}
${figures}`;
}

export function statusBadge(run: Run): Markup {
  return markup`<span class="badge ${run.status}"><span aria-hidden="true">${
    STATUS_LOOKS[run.status].glyph
  }</span> ${run.status}</span>`;
}

function originWords(
  { forkedFrom, parentRunId }: Run,
  overrides: RunPageData["overrides"],
): readonly Markup[] {
  const from = forkedFrom && markup`<code>${shortRunId(forkedFrom.runId)}</code>`;
  const changed = Object.keys(overrides ?? {}).filter((key) => key !== "from" && key !== "edits");
  return [
    ...(!forkedFrom || !from ? [] : [
      markup`${
        forkedFrom.step <= 1
          ? markup`replay of ${from}`
          : markup`fork of ${from} from step ${forkedFrom.step}`
      }${changed.length > 0 ? `, with another ${changed.join(", ")}` : ""}`,
    ]),
    ...(parentRunId === undefined ? [] : [markup`handed over by <code>${shortRunId(parentRunId)}</code>`]),
  ];
}

function costNote({ totals }: Run, handedTo: readonly Run[]): Markup {
  const notes: Content[] = totals.unknownCostCalls > 0
    ? [
      markup`<span class="warn">the price of ${plural(totals.unknownCostCalls, "call")} is unknown</span>`,
      ...(totals.estimatedCostUsd === undefined ? [] : [`about ${money(totals.estimatedCostUsd)}`]),
    ]
    : totals.costUsd > 0
    ? ["all prices known"]
    : totalTokens(totals.usage) === 0
    ? ["nothing was billed"]
    : [];
  if (handedTo.length > 0) {
    const sum = handedTo.reduce((all, { totals: it }) => ({
      costUsd: all.costUsd + it.costUsd,
      unknownCostCalls: all.unknownCostCalls + it.unknownCostCalls,
      estimatedUsd: all.estimatedUsd + (it.estimatedCostUsd ?? 0),
    }), { costUsd: 0, unknownCostCalls: 0, estimatedUsd: 0 });
    notes.push(
      `and ${costWords(sum.costUsd, sum.unknownCostCalls, sum.estimatedUsd)} in ${
        plural(handedTo.length, "run")
      } it handed work to`,
    );
  }
  return joined(notes, ", ");
}

function statusNotice(run: Run): Markup {
  if (run.error) {
    const { type } = run.error;
    const message = sentenceOf(run.error);
    // What a limit stopped did not fail.
    const [look, tone] = run.status === "stopped" ? ["notice", "warn"] : ["notice bad", "error"];
    return markup`<div class="${look}"><b class="${tone}">${type}</b><pre dir="auto">${
      message.slice(
        0,
        ERROR_MAX_CHARS,
      )
    }</pre>${cutNote(Math.max(0, message.length - ERROR_MAX_CHARS))}</div>`;
  }
  if (run.warnings?.length) {
    const notices = run.warnings.map(({ type, message }) =>
      markup`<div class="notice"><b class="warn">${type}</b> ${message.slice(0, ERROR_MAX_CHARS)}</div>`
    );
    return joined(notices, "");
  }
  return isLive(run.status) || run.status === "queued"
    ? markup`<p class="notice">This run had not ended when the page was written.</p>`
    : NOTHING;
}

// ---------------------------------------------------------------------------------------------- sections

function promptBody(run: Run, text: PageText): Markup {
  const { instructions } = run.config;
  return markup`<div class="card">${
    run.prompt === "" ? markup`<p class="dim">none</p>` : text.plain(run.prompt)
  }${
    typeof instructions === "string" ? fold("Instructions of the agent", text.block(instructions)) : ""
  }</div>`;
}

function answerBody(trace: Trace, text: PageText): Markup {
  const { output } = trace.run;
  const broken = unfinishedAnswer(trace);
  if (broken !== undefined) {
    return markup`<div class="card"><p class="dim">There is none. This is as far as it came:</p>${
      text.plain(broken)
    }</div>`;
  }
  if (output === undefined || output === "") {
    return markup`<div class="card"><p class="dim">There is none.</p></div>`;
  }
  const { head, tail, lost } = text.take(output, ANSWER_MAX_CHARS);
  return markup`<div class="card">${markdown(head)}${cutNote(lost > 0 ? lost + tail.length : 0)}</div>`;
}

function originBody(
  { trace: { run }, handedTo, forks, overrides = {} }: RunPageData,
  text: PageText,
): Markup {
  const parts = markup`${[
    originWords(run, undefined).map((words) => markup`<p>This run: ${words}.</p>`),
    Object.keys(overrides).length > 0
      ? markup`<h3>What was changed</h3>${overrideList(overrides, text)}`
      : "",
    handedTo.length > 0
      ? markup`<h3>Runs it handed work to</h3>${runTable("runs it handed work to", handedTo)}`
      : "",
    forks.length > 0 ? markup`<h3>Its replays and forks</h3>${runTable("its replays and forks", forks)}` : "",
  ]}`;
  return parts.isEmpty ? NOTHING : markup`<div class="card">${parts}</div>`;
}

function runTable(caption: string, runs: readonly Run[]): Markup {
  return htmlTable(
    caption,
    [
      { title: "Run" },
      { title: "Agent" },
      { title: "Model" },
      { title: "Status" },
      { title: "Steps", align: "number" },
      { title: "Cost", align: "number" },
    ],
    runs.map((run) => [
      markup`<code>${shortRunId(run.runId)}</code>`,
      run.agent,
      run.model,
      markup`<span class="${run.status}">${run.status}</span>`,
      grouped(run.totals.steps),
      costOf(run.totals),
    ]),
  );
}

function scoresBody({ evaluations }: Trace): Markup {
  if (evaluations.length === 0) return NOTHING;
  const rows = evaluations.slice(0, SCORES_MAX).map((it) => [
    it.name,
    scoreValue(it.value),
    it.label ?? "",
    it.source,
    oneLine(it.explanation ?? "", 2_000),
  ]);
  return markup`<div class="card">${
    htmlTable("scores", [
      { title: "Score" },
      { title: "Value", align: "number" },
      { title: "Label" },
      { title: "By" },
      { title: "Why" },
    ], rows)
  }</div>`;
}

function configurationBody({ config }: Run, text: PageText): Markup {
  // Where the agent's file lay concerns nobody else.
  const { baseDir: _, ...shared } = config;
  if (Object.keys(shared).length === 0) return NOTHING;
  return markup`<div class="card">${
    fold("Everything the run was started with", text.json(shared), { bulk: true })
  }</div>`;
}
