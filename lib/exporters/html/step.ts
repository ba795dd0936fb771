import { ATTR, oneLine, type Run, shortRunId, type Span } from "../../core/mod.ts";
import {
  compact,
  costOfCall,
  duration,
  lostBytesText,
  messageText,
  plural,
  spanStatus,
  STATUS_LOOKS,
  usageText,
} from "../../present/mod.ts";
import { numberAttribute, spanTitle, spanTookMs, type TreeRow } from "../../analysis/mod.ts";
import { attemptTable } from "./attempts.ts";
import { inputOf, type MessagePage, outputOf, type Place } from "./messages.ts";
import { type Content, type Markup, markup, NOTHING } from "./markup.ts";
import { fold } from "./page.ts";
import { stretchesOf, type Timeline } from "./timeline.ts";

const GIST_MAX_CHARS = 160;
const NAME_MAX_CHARS = 200;
const ATTEMPTS_MAX = 100;
const DEPTH_SHOWN_MAX = 4;

/** What all steps of a page share. */
export interface StepPage extends MessagePage {
  readonly timeline: Timeline;
  readonly nowUs: number;
  /** Runs that this one handed work to, by id. */
  readonly handedTo: ReadonlyMap<string, Run>;
  /** There are too many steps to print all of each. */
  readonly isLong: boolean;
  /** Every step is opened; otherwise those that failed are. */
  readonly isOpen: boolean;
}

/** One step as a row of the waterfall; opened, everything it took and gave. */
export function stepRow(
  { span, step: number, attempts: all }: TreeRow,
  depth: number,
  page: StepPage,
): Markup {
  const { nowUs, timeline } = page;
  const attempts = all.slice(0, ATTEMPTS_MAX);
  const anchor = number === undefined ? `span-${span.spanId.replace(/[^\w-]/g, "")}` : `step-${number}`;
  const place: Place = { anchor, words: number === undefined ? span.kind : `step ${number}` };
  const status = spanStatus(span);
  const kind = span.kind === "llm" || span.kind === "tool" ? span.kind : "other";
  const indent = depth > 0 ? ` d${Math.min(depth, DEPTH_SHOWN_MAX)}` : "";
  const isNamed = span.kind === "llm" || span.kind === "tool";
  const name = oneLine(isNamed ? spanTitle(span) : `${span.kind} ${spanTitle(span)}`, NAME_MAX_CHARS);
  const { glyph } = STATUS_LOOKS[status];
  const summary = [
    markup`<span class="n">${number ?? ""}</span>`,
    markup`<span class="sign ${status}"><span aria-hidden="true">${glyph}</span><span class="unseen">${status}</span></span>`,
    markup`<h3 class="what${indent}"><b>${name}</b><span class="gist">${gist(span, attempts)}</span></h3>`,
    markup`<span class="bar">${timeline.bar(stretchesOf(span, attempts, nowUs))}</span>`,
    markup`<span class="fig tok">${tokensOf(span)}</span>`,
    markup`<span class="fig usd">${costOfCall(span.cost)}</span>`,
    markup`<span class="fig took">${tookOf(span)}</span>`,
  ];
  const bulk = page.isLong ? " bulk" : "";
  const open = page.isOpen || status === "failed" || status === "interrupted" ? " open" : "";
  const body = stepBody(span, place, attempts, page);
  return markup`<li><details class="step ${kind}${bulk}"${open}><summary>${summary}</summary><div class="in" id="${anchor}">${body}</div></details></li>`;
}

/** What a step came to, in one line. */
function gist(span: Span, attempts: readonly Span[]): Markup {
  const tries = attempts.length > 1
    ? markup`<span class="warn">${plural(attempts.length, "attempt")}</span> `
    : "";
  if (span.errorType !== undefined) {
    const error = oneLine(`${span.errorType} ${span.errorMessage ?? ""}`, GIST_MAX_CHARS);
    return markup`${tries}<span class="error">${error}</span>`;
  }
  const decision = span.attributes[ATTR.approvalDecision];
  const text = typeof decision === "string"
    ? decision
    : (span.outputMessages ?? []).map(messageText).join(" ");
  return markup`${tries}${oneLine(text.slice(0, GIST_MAX_CHARS * 4), GIST_MAX_CHARS)}`;
}

function tokensOf({ usage }: Span): string {
  return usage ? `${compact(usage.inputTokens)} → ${compact(usage.outputTokens)}` : "";
}

function tookOf(span: Span): string {
  return span.endTimeUs === undefined ? "open" : duration(spanTookMs(span, 0));
}

// ---------------------------------------------------------------------------------------------- opened

function stepBody(span: Span, place: Place, attempts: readonly Span[], page: StepPage): Markup {
  const { text } = page;
  const failed = attempts.some((it) => it.status === "error");
  const parts = [
    facts(span, place),
    ...(span.errorMessage === undefined ? [] : [
      markup`<div class="notice bad"><b class="error">${span.errorType ?? "error"}</b>${
        text.block(span.errorMessage)
      }</div>`,
    ]),
    handOver(span, page),
    attempts.length > 1 || failed ? attemptTable(span, attempts, page) : "",
    ...(span.attributes[ATTR.toolCallArguments] === undefined
      ? []
      : [markup`<h4>Arguments</h4>${text.value(span.attributes[ATTR.toolCallArguments])}`]),
    ...(span.attributes[ATTR.toolCallResult] === undefined
      ? []
      : [markup`<h4>Result</h4>${text.value(span.attributes[ATTR.toolCallResult])}`]),
    // The same result again would only take room.
    span.attributes[ATTR.toolCallResult] === undefined ? outputOf(span, place, page) : "",
    lostNote(span),
    inputOf(span, place, page),
    attributes(span, place, page),
  ];
  return markup`${parts}`;
}

/** What a row has no room for. */
function facts(span: Span, { anchor }: Place): Markup {
  const { usage, attributes } = span;
  const named = (label: string, value: unknown) => value === undefined ? [] : [`${label} ${String(value)}`];
  const recorded = attributes[ATTR.toolSource] === "recorded" || attributes[ATTR.modelSource] === "recorded";
  const items: readonly Content[] = [
    markup`<a href="#${anchor}">#${anchor}</a>`,
    ...(span.kind === "llm" && span.responseModel !== undefined && span.requestModel !== undefined &&
        span.requestModel !== span.responseModel
      ? [`asked for ${span.requestModel}`]
      : []),
    ...named("from", span.providerName),
    ...named("temperature", attributes[ATTR.requestTemperature]),
    ...named(
      "at most",
      attributes[ATTR.requestMaxTokens] === undefined
        ? undefined
        : `${attributes[ATTR.requestMaxTokens]} tokens`,
    ),
    ...named("seed", attributes[ATTR.requestSeed]),
    ...named("finished:", span.finishReasons?.join(", ")),
    ...(span.timeToFirstChunkMs === undefined
      ? []
      : [`first text after ${duration(span.timeToFirstChunkMs)}`]),
    ...(usage ? [`tokens ${usageText(usage)}`] : []),
    ...(span.cost?.usd === null ? ["price unknown"] : span.cost ? [costOfCall(span.cost)] : []),
    ...(recorded ? ["answered from the recording"] : []),
    ...(attributes[ATTR.edited] ? ["edited by a person"] : []),
    ...named("decided by", attributes[ATTR.approvalBy]),
  ];
  return markup`<p class="facts">${items.map((item) => markup`<span>${item}</span>`)}</p>`;
}

function handOver(span: Span, page: StepPage): Markup {
  const id = span.attributes[ATTR.childRunId];
  if (typeof id !== "string") return NOTHING;
  const child = page.handedTo.get(id);
  return markup`<p class="facts"><span>handed over to run <code>${shortRunId(id)}</code>${
    child ? ` of ${child.agent}: ${child.status}` : ""
  }</span></p>`;
}

function lostNote(span: Span): Markup {
  const lost = numberAttribute(span, ATTR.toolTruncatedBytes) ?? 0;
  return lost > 0 ? markup`<p class="cut">${lostBytesText(lost)}</p>` : NOTHING;
}

/** What else was recorded. The tools offered, long and the same in each call of a run, stand where they stood first. */
function attributes(span: Span, place: Place, { text, shownIn }: StepPage): Markup {
  const { [ATTR.toolDefinitions]: tools, ...others } = span.attributes;
  const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !SHOWN_ELSEWHERE.includes(name)));
  const key = `tools ${JSON.stringify(tools)}`;
  const known = tools === undefined ? undefined : shownIn.get(key);
  if (tools !== undefined && !known) {
    shownIn.set(key, place);
    rest[ATTR.toolDefinitions] = tools;
  }
  const link = known
    ? markup`<p class="said"><a href="#${known.anchor}">tools offered: as in ${known.words}</a></p>`
    : NOTHING;
  return Object.keys(rest).length === 0
    ? link
    : fold("All attributes", [text.json(rest), link], { bulk: true });
}

const SHOWN_ELSEWHERE: readonly string[] = [ATTR.toolCallArguments, ATTR.toolCallResult, ATTR.attemptPartial];
