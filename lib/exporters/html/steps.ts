import { treeRows } from "../../analysis/mod.ts";
import type { Run, Trace } from "../../core/mod.ts";
import { duration, plural } from "../../present/mod.ts";
import { joined, type Markup, markup } from "./markup.ts";
import { type StepPage, stepRow } from "./step.ts";
import type { PageText } from "./text.ts";
import { Timeline } from "./timeline.ts";

const ROWS_MAX = 2_000;
/** Of a run with more steps, paper gets those that are open. */
const PRINTED_STEPS_MAX = 40;

/** The steps of a run as a waterfall, each to open; or the one of that number, opened. */
export function stepsBody(
  trace: Trace,
  handedTo: readonly Run[],
  text: PageText,
  nowMs: number,
  { only }: { readonly only?: number } = {},
): Markup {
  const inTime = treeRows(trace).filter(({ span, guides }) =>
    span.kind !== "attempt" && !(span.kind === "agent" && guides.length === 0)
  );
  const all = only === undefined ? inTime : inTime.filter(({ step }) => step === only);
  if (all.length === 0) {
    return markup`<div class="card"><p class="dim">No step was recorded.</p></div>`;
  }
  const timeline = new Timeline(inTime.map(({ span }) => span), nowMs * 1000);
  const shared: StepPage = {
    text,
    timeline,
    nowUs: nowMs * 1000,
    shownIn: new Map(),
    handedTo: new Map(handedTo.map((run) => [run.runId, run])),
    isLong: all.length > PRINTED_STEPS_MAX,
    isOpen: only !== undefined,
  };
  const base = Math.min(...all.map(({ guides }) => guides.length));
  const rows = all.slice(0, ROWS_MAX).map((row) => stepRow(row, row.guides.length - base, shared));
  const more = all.length - ROWS_MAX;
  return markup`<div class="box"><div class="heads" aria-hidden="true"><span class="name">step</span><span class="axis">${
    timeline.ticks.map((it) => markup`<span>${it}</span>`)
  }</span><span class="fig tok">tokens</span><span class="fig usd">cost</span><span class="fig">took</span></div><ol class="steps">${
    joined(rows, "\n")
  }</ol></div>${more > 0 ? markup`<p class="cut">… and ${plural(more, "step")} more</p>` : ""}${
    legend(
      trace,
      timeline,
    )
  }`;
}

function legend(trace: Trace, timeline: Timeline): Markup {
  const mark = (look: string, words: string) =>
    markup`<span><svg aria-hidden="true"><rect class="b-${look}" width="100%" height="100%" rx="2"/></svg>${words}</span>`;
  const kinds = new Set([...trace.spans.values()].map(({ kind }) => kind));
  return markup`<p class="legend">${kinds.has("llm") ? mark("llm", "model call") : ""}${
    kinds.has("tool") ? mark("tool", "tool call") : ""
  }${
    [...trace.spans.values()].some(({ kind, status }) => kind !== "agent" && status === "error")
      ? mark("bad", "failed")
      : ""
  }${trace.run.totals.retryWaitMs > 0 ? mark("wait", "waiting for the next attempt") : ""}${
    timeline.pausedMs > 0 ? mark("cut", `pauses of ${duration(timeline.pausedMs)} in all, drawn short`) : ""
  }</p>`;
}
