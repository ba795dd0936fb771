import { type JsonChange, memoryCounts, type MemoryStep, memorySteps } from "../../analysis/mod.ts";
import type { Trace } from "../../core/mod.ts";
import { memoryChangeText, plural } from "../../present/mod.ts";
import { changeList } from "./changes.ts";
import { type Content, type Markup, markup, NOTHING } from "./markup.ts";
import { fold, htmlTable } from "./page.ts";
import type { PageText } from "./text.ts";

const STEPS_MAX = 2_000;

/** What the agent kept in mind: its values with the step that set them, and how its messages grew. */
export async function memorySection(trace: Trace, text: PageText): Promise<Markup> {
  const steps = memorySteps(trace);
  if (steps.length === 0) return NOTHING;
  const values: Markup[] = [];
  for (const step of steps.slice(0, STEPS_MAX)) {
    const changes = step.changes.filter(({ path }) => path.startsWith("/keyValues/"));
    if (changes.length > 0) {
      values.push(markup`<h3>${cause(step)}</h3>${await changeList(changes.map(withoutRoot), text)}`);
    }
  }
  const rows = steps.slice(0, STEPS_MAX).map((step) => [
    cause(step),
    String(step.messages.length),
    step.window ? String(step.window.length) : "–",
    String(Object.keys(step.keyValues).length),
    memoryChangeText(memoryCounts(step)),
  ]);
  const last = steps.at(-1)!;
  const table = htmlTable("memory after each step", [
    { title: "After" },
    { title: "Messages held", align: "number" },
    { title: "Sent", align: "number" },
    { title: "Values", align: "number" },
    { title: "What changed" },
  ], rows);
  const more = steps.length > STEPS_MAX
    ? markup`<p class="cut">… and ${steps.length - STEPS_MAX} more</p>`
    : "";
  const atEnd = `At the end: ${plural(last.messages.length, "message")}, ${
    plural(Object.keys(last.keyValues).length, "remembered value")
  }.`;
  return markup`<div class="card"><p>${atEnd}</p>${values}${
    fold(`Step by step: ${plural(steps.length, "state")}`, [table, more], { bulk: steps.length > 30 })
  }</div>`;
}

const PATCHES_MAX = 200;

/** Each step's changes of what the agent knew, as a part of something else. */
export async function memoryFragment(steps: readonly MemoryStep[], text: PageText): Promise<Markup> {
  if (steps.length === 0) return markup`<p class="dim">No memory was recorded.</p>`;
  const out: Markup[] = [];
  for (const step of steps.slice(0, PATCHES_MAX)) {
    const what = step.cause.kind === "prompt" || step.cause.kind === "fork"
      ? step.cause.kind
      : `${step.cause.kind} ${step.cause.name}`;
    const sent = step.window ? `, ${plural(step.window.length, "message")} sent` : "";
    const held = `${plural(step.messages.length, "message")} held${sent}`;
    const body = step.changes.length === 0
      ? markup`<p class="dim">Nothing new.</p>`
      : await changeList(step.changes, text);
    out.push(
      markup`<li><details class="step pair ${step.cause.kind}"><summary><span class="n">${step.step}</span><span class="sign">${step.changes.length}</span><span class="what"><b>${what}</b><span class="gist">${
        memoryChangeText(memoryCounts(step))
      }; ${held}</span></span></summary><div class="in">${body}</div></details></li>`,
    );
  }
  const more = steps.length > PATCHES_MAX
    ? markup`<p class="cut">… and ${steps.length - PATCHES_MAX} more</p>`
    : "";
  return markup`<ol class="steps box">${out}</ol>${more}`;
}

function cause({ cause: { step, kind, name } }: MemoryStep): Content {
  if (kind === "prompt") return "The prompt";
  if (kind === "fork") {
    return step === 0
      ? "An edit when it was forked"
      : markup`An edit of <a href="#step-${step}">step ${step}</a>`;
  }
  return markup`<a href="#step-${step}">Step ${step}</a> <span class="dim">${name}</span>`;
}

function withoutRoot(change: JsonChange): JsonChange {
  return { ...change, path: change.path.slice("/keyValues".length) };
}
