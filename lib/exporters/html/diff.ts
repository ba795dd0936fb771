import { type Message, shortRunId, type Trace } from "../../core/mod.ts";
import {
  configChanges,
  diffSummary,
  type RunDiff,
  runTookMs,
  stepCounts,
  type StepDiff,
  stepPlace,
} from "../../analysis/mod.ts";
import {
  costDifference,
  costOf,
  duration,
  grouped,
  plural,
  signed,
  STEP_SIGNS,
  tookText,
} from "../../present/mod.ts";
import { changeList, overrideList, unifiedRows } from "./changes.ts";
import { markdown } from "./markdown.ts";
import { type Content, joined, type Markup, markup, NOTHING } from "./markup.ts";
import { fold, htmlTable, page, tiles } from "./page.ts";
import { cutNotice, FRAGMENT_MAX_CHARS, pageFooter } from "./run.ts";
import { messageBody } from "./messages.ts";
import { cutNote, PageText } from "./text.ts";

const STEPS_MAX = 2_000;
const ANSWER_MAX_CHARS = 100_000;

/** Two runs and what differs between them. */
export interface DiffPageData {
  readonly left: Trace;
  readonly right: Trace;
  readonly diff: RunDiff;
  /** What the second was told to change when it was made from the first. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
  readonly timeZone: string;
}

/** One self-contained page of the difference of two runs: figures, answer, configuration, step by step. */
export async function diffPage(data: DiffPageData): Promise<string> {
  const { diff } = data;
  const text = new PageText();
  const config = configChanges(diff);
  const sections = [
    { id: "figures", title: "Figures", body: figures(data) },
    { id: "overrides", title: "Overrides", body: overridesBody(data, text) },
    { id: "prompt", title: "Prompt", body: await promptBody(data, text) },
    { id: "answer", title: "Answer", body: await answerBody(diff, text) },
    { id: "steps", title: "Steps", body: await stepsBody(diff.steps, text) },
    {
      id: "configuration",
      title: "Configuration",
      body: config.length === 0 ? NOTHING : markup`<div class="card">${await changeList(config, text)}</div>`,
    },
  ];
  const [left, right] = [shortRunId(diff.left), shortRunId(diff.right)];
  return page({
    title: `${left} → ${right}`,
    header: [header(data), cutNotice(text, `agentop diff ${left} ${right} --json`)],
    sections,
    footer: pageFooter(data),
  });
}

/** The difference of two runs as a part of something else: verdict, figures, answers and steps. */
export async function diffFragment(data: DiffPageData): Promise<Markup> {
  const { diff } = data;
  const text = new PageText({ maxChars: FRAGMENT_MAX_CHARS });
  const config = configChanges(diff);
  const changed = config.length === 0
    ? NOTHING
    : markup`<h3>Configuration</h3><div class="card">${await changeList(config, text)}</div>`;
  const [left, right] = [shortRunId(diff.left), shortRunId(diff.right)];
  return markup`${header(data)}${await promptBody(data, text)}<h3>Answer</h3>${await answerBody(
    diff,
    text,
  )}<h3>Steps</h3>${await stepsBody(diff.steps, text)}${changed}${
    cutNotice(text, `agentop diff ${left} ${right} --json`)
  }`;
}

function header({ diff, left, right }: DiffPageData): Markup {
  const [a, b] = [left.run, right.run];
  const summary = diffSummary(diff);
  const { identical } = stepCounts(diff);
  const verdict = summary === undefined
    ? markup`<p class="notice good">The two runs are the same: ${
      plural(diff.steps.length, "step")
    }, answer and status.</p>`
    : markup`<p class="notice"><b>${summary}</b>${
      identical > 0 ? `; ${plural(identical, "step")} equal` : ""
    }</p>`;
  const { inputTokens, outputTokens } = diff.usageDelta;
  const figures = tiles([
    ["Time", change(signed(diff.durationDeltaMs, duration))],
    ["Cost", change(costDifference(diff.costDeltaUsd, { isKnown: diff.costKnown }))],
    ["Tokens in", change(signed(inputTokens, grouped))],
    ["Tokens out", change(signed(outputTokens, grouped))],
    ["Attempts", change(signed(diff.attemptsDelta, grouped))],
  ]);
  const agents = a.agent === b.agent ? a.agent : `${a.agent} → ${b.agent}`;
  return markup`<p class="brand"><b>AgentOp Studio</b> · difference of two runs</p>
<div class="title"><h1>${agents}</h1></div>
<p class="meta"><span>before <code>${a.runId}</code></span><span>after <code>${b.runId}</code></span></p>${verdict}
${figures}`;
}

function change(text: string): Content {
  return text === "same" ? markup`<span class="dim">${text}</span>` : text;
}

function figures({ left, right, diff }: DiffPageData): Markup {
  const [a, b] = [left.run, right.run];
  const number = (label: string, pick: (trace: Trace) => number, write: (value: number) => string) => {
    const [x, y] = [pick(left), pick(right)];
    return [label, write(x), write(y), change(signed(y - x, write))];
  };
  const word = (
    label: string,
    x: string,
    y: string,
  ) => [label, x, y, x === y ? change("same") : markup`<span class="changed">changed</span>`];
  const totals = ({ run }: Trace) => run.totals;
  const rows: readonly (readonly Content[])[] = [
    word("Agent", a.agent, b.agent),
    word("Model", a.model, b.model),
    word("Status", a.status, b.status),
    number("Steps", (it) => totals(it).steps, grouped),
    number("Model calls", (it) => totals(it).llmCalls, grouped),
    number("Tool calls", (it) => totals(it).toolCalls, grouped),
    number("Attempts", (it) => totals(it).attempts, grouped),
    number("Tokens in", (it) => totals(it).usage.inputTokens, grouped),
    number("Tokens out", (it) => totals(it).usage.outputTokens, grouped),
    [
      "Time",
      tookText(runTookMs(left.run, 0)),
      tookText(runTookMs(right.run, 0)),
      change(signed(diff.durationDeltaMs, duration)),
    ],
    [
      "Cost",
      costOf(a.totals),
      costOf(b.totals),
      change(costDifference(diff.costDeltaUsd, { isKnown: diff.costKnown })),
    ],
  ];
  return markup`<div class="card">${
    htmlTable("figures of both runs", [{ title: "What" }, { title: "Before" }, { title: "After" }, {
      title: "Change",
    }], rows)
  }</div>`;
}

function overridesBody({ overrides }: DiffPageData, text: PageText): Markup {
  return overrides && Object.keys(overrides).length > 0
    ? markup`<div class="card">${overrideList(overrides, text)}</div>`
    : NOTHING;
}

async function promptBody({ left, right }: DiffPageData, text: PageText): Promise<Markup> {
  const [a, b] = [left.run.prompt, right.run.prompt];
  if (a === b) return NOTHING;
  return markup`<div class="card">${await changeList(
    [{ path: "/prompt", op: "replace", left: a, right: b }],
    text,
  )}</div>`;
}

async function answerBody({ output, left, right }: RunDiff, text: PageText): Promise<Markup> {
  const whole = (answer: string) => {
    const { head, tail, lost } = text.take(answer, ANSWER_MAX_CHARS);
    return markup`${markdown(head)}${cutNote(lost > 0 ? lost + tail.length : 0)}`;
  };
  if (output.unified === "") {
    return output.left === ""
      ? markup`<div class="card"><p class="dim">There is none on either side.</p></div>`
      : markup`<div class="card"><p class="same">The answers are equal.</p>${
        fold("The answer", whole(output.left), { bulk: true })
      }</div>`;
  }
  const folds = ([["before", left, output.left], ["after", right, output.right]] as const).filter((
    [, , answer],
  ) => answer !== "")
    .map(([side, run, answer]) =>
      fold(markup`The whole answer ${side}, of <code>${shortRunId(run)}</code>`, whole(answer), {
        bulk: true,
      })
    );
  return markup`${await unifiedRows(output.unified, text)}${folds}`;
}

async function stepsBody(steps: readonly StepDiff[], text: PageText): Promise<Markup> {
  if (steps.length === 0) {
    return markup`<div class="card"><p class="dim">Neither run has steps.</p></div>`;
  }
  const rows: Markup[] = [];
  const shown = steps.slice(0, STEPS_MAX);
  for (let at = 0; at < shown.length;) {
    let end = at;
    while (shown[end]?.op === "same") end++;
    if (end > at) rows.push(equalRow(shown.slice(at, end)));
    else rows.push(await changedRow(shown[end++]!, text));
    at = end;
  }
  const more = steps.length - STEPS_MAX;
  return markup`<ol class="steps box">${joined(rows, "\n")}</ol>${
    more > 0 ? markup`<p class="cut">… and ${plural(more, "step")} more</p>` : ""
  }`;
}

function equalRow(steps: readonly StepDiff[]): Markup {
  const items = steps.map((step) =>
    markup`<li id="${anchorOf(step)}"><span class="n">${
      stepPlace(step)
    }</span> ${step.kind} ${step.name}</li>`
  );
  const [first] = steps;
  const name = steps.length === 1 && first ? `: ${first.kind === "llm" ? "model call" : first.name}` : "";
  return markup`<li><details class="step equal bulk"><summary><span>= ${
    plural(steps.length, "equal step")
  }${name}</span></summary><div class="in"><ol>${items}</ol></div></details></li>`;
}

async function changedRow(step: StepDiff, text: PageText): Promise<Markup> {
  const [first] = step.changes;
  const document = first?.path === "" ? step.op === "added" ? first.right : first.left : undefined;
  const body = document === undefined ? await changeList(step.changes, text) : loneBody(step, document, text);
  const word = step.op === "changed" ? plural(step.changes.length, "change") : step.op;
  const kind = step.kind === "llm" || step.kind === "tool" ? step.kind : "other";
  const anchor = anchorOf(step);
  const name = step.kind === "llm" ? "model call" : step.name;
  const summary = [
    markup`<span class="n">${stepPlace(step)}</span>`,
    markup`<span class="sign ${step.op}" aria-hidden="true">${STEP_SIGNS[step.op]}</span>`,
    markup`<h3 class="what"><b>${name}</b><span class="gist ${step.op}">${word}</span></h3>`,
  ];
  return markup`<li><details class="step pair ${kind}" open><summary>${summary}</summary>
<div class="in" id="${anchor}"><p class="facts"><a href="#${anchor}">#${anchor}</a></p>${body}</div></details></li>`;
}

/** A step that only one side has. */
function loneBody({ op }: StepDiff, document: unknown, text: PageText): Markup {
  const { kind: _k, name: _n, arguments: given, output, ...rest } = document as Record<string, unknown>;
  const messages = Array.isArray(output) ? output as readonly Message[] : [];
  return markup`<div class="${op === "added" ? "b-add" : "b-del"} lone">${
    Object.keys(rest).length === 0 ? "" : text.json(rest)
  }${given === undefined || given === null ? "" : markup`<h4>Arguments</h4>${text.value(given)}`}${
    messages.map((message) => messageBody(message, text, message.role === "tool" ? "Result" : "Output"))
  }</div>`;
}

function anchorOf({ left, right }: StepDiff): string {
  return right === null ? `step-${left}-removed` : `step-${right}`;
}
