import {
  ATTR,
  type Message,
  type RunDiff,
  shortRunId,
  type Span,
  type StepDiff,
  type StoredMessage,
  textOf,
  toolCallsOf,
  type Trace,
  wordDiff,
} from "../core/mod.ts";
import { summary } from "./diff_text.ts";
import { costOf, duration, grouped, knownCost, money } from "./format.ts";
import { block, factGrid, html, page } from "./html_page.ts";
import { isoTime } from "./shapes.ts";

const STEPS_MAX = 5_000;

/** One self-contained page of a run: header, steps to open, conversation, answer. */
export function runPage(trace: Trace, messages: readonly StoredMessage[]): string {
  const { run } = trace;
  const { totals } = run;
  const spans = [...trace.spans.values()].filter((span) => span.step !== undefined);
  const title = `${run.agent} · ${shortRunId(run.runId)}`;
  const body = [
    `<h1>${html(run.agent)}</h1><div class="dim"><b class="${html(run.status)}">${
      html(run.status)
    }</b> · <code>${html(run.runId)}</code></div>`,
    factGrid([
      ["model", html(run.model)],
      ["started", html(isoTime(run.startTimeUs))],
      ["took", run.endTimeUs === undefined ? "–" : duration((run.endTimeUs - run.startTimeUs) / 1000)],
      ["steps", grouped(totals.steps)],
      ["attempts", grouped(totals.attempts)],
      ["tokens", `${grouped(totals.usage.inputTokens)} in, ${grouped(totals.usage.outputTokens)} out`],
      ["cost", html(costOf(totals))],
      ...(run.forkedFrom
        ? [
          [
            "fork of",
            `<code>${html(shortRunId(run.forkedFrom.runId))}</code>, step ${Number(run.forkedFrom.step)}`,
          ] as const,
        ]
        : []),
    ]),
    section("Prompt", `<div class="card">${block(run.prompt)}</div>`),
    section("Answer", `<div class="card">${block(run.output ?? run.error?.message ?? "none")}</div>`),
    section("Steps", spans.slice(0, STEPS_MAX).map(stepCard).join("\n") + more(spans.length)),
    section(
      "Conversation",
      messages.slice(0, STEPS_MAX).map(({ message }) => messageCard(message)).join("\n"),
    ),
    section(
      "Configuration",
      `<details><summary>Everything the run was started with</summary>${block(run.config)}</details>`,
    ),
  ];
  return page(title, body.join("\n"));
}

/** One self-contained page of the difference of two runs. */
export async function diffPage(diff: RunDiff): Promise<string> {
  const [left, right] = [shortRunId(diff.left), shortRunId(diff.right)];
  const words = (await wordDiff(diff.output.left, diff.output.right)).map(({ op, text }) =>
    op === "same" ? html(text) : op === "added" ? `<ins>${html(text)}</ins>` : `<del>${html(text)}</del>`
  );
  const { inputTokens, outputTokens } = diff.usageDelta;
  const signed = (value: number, text: string) =>
    value === 0 ? "±0" : `${value > 0 ? "+" : "−"}${html(text)}`;
  const body = [
    `<h1><code>${html(left)}</code> → <code>${html(right)}</code></h1><div class="dim">${
      diff.identical ? '<b class="same">the same</b>' : `<b class="changed">${html(summary(diff))}</b>`
    }</div>`,
    factGrid([
      ["tokens in", signed(inputTokens, grouped(Math.abs(inputTokens)))],
      ["tokens out", signed(outputTokens, grouped(Math.abs(outputTokens)))],
      ["cost", signed(diff.costDeltaUsd, money(Math.abs(diff.costDeltaUsd)))],
      ["time", signed(diff.durationDeltaMs, duration(Math.abs(diff.durationDeltaMs)))],
      ["status", html(`${diff.status.left} → ${diff.status.right}`)],
    ]),
    section("Answer", `<div class="card"><pre>${words.join("")}</pre></div>`),
    diff.config.length > 0
      ? section("Configuration", `<div class="card">${changeList(diff.config)}</div>`)
      : "",
    section("Steps", diff.steps.slice(0, STEPS_MAX).map(diffCard).join("\n") + more(diff.steps.length)),
  ];
  return page(`${left} → ${right}`, body.join("\n"));
}

function section(title: string, body: string): string {
  return `<h2>${html(title)}</h2>\n${body}`;
}

function more(count: number): string {
  return count > STEPS_MAX ? `<p class="dim">… and ${grouped(count - STEPS_MAX)} more</p>` : "";
}

function stepCard(span: Span): string {
  const tool = span.kind === "tool";
  const name = tool
    ? String(span.attributes[ATTR.toolSummary] ?? span.attributes[ATTR.toolName] ?? span.name)
    : span.responseModel ?? span.requestModel ?? span.name;
  const took = span.endTimeUs === undefined ? "" : duration((span.endTimeUs - span.startTimeUs) / 1000);
  const cost = span.cost ? knownCost(span.cost.usd ?? 0, span.cost.usd === null ? 1 : 0) : "";
  const parts = [
    ...(tool
      ? [`<div class="dim">arguments</div>${block(span.attributes[ATTR.toolCallArguments] ?? null)}`]
      : []),
    ...(span.outputMessages ?? []).map(messageBody),
    ...(span.errorMessage === undefined ? [] : [`<div class="error">${block(span.errorMessage)}</div>`]),
  ];
  return `<details><summary><span class="n">${Number(span.step)}</span><b class="${tool ? "tool" : "llm"}">${
    html(span.kind)
  }</b><span class="fill">${html(name)}</span><span class="${span.status === "error" ? "error" : "dim"}">${
    html(span.errorType ?? "")
  }</span><span class="dim">${took}</span><span class="dim">${html(cost)}</span></summary>${
    parts.join("") || '<div class="dim">nothing</div>'
  }</details>`;
}

function messageCard(message: Message): string {
  return `<div class="card"><b class="${message.role === "tool" ? "tool" : "llm"}">${html(message.role)}</b>${
    messageBody(message)
  }</div>`;
}

function messageBody(message: Message): string {
  const text = textOf(message);
  const calls = toolCallsOf(message).map((call) =>
    block(`→ ${call.name}(${JSON.stringify(call.arguments)})`)
  );
  const results = message.parts.flatMap((part) =>
    part.type === "tool_call_response" ? [block(part.response)] : []
  );
  return [...(text === "" ? [] : [block(text)]), ...calls, ...results].join("");
}

function diffCard(step: StepDiff): string {
  const place = step.left === step.right
    ? step.left
    : step.left === null
    ? step.right
    : step.right === null
    ? step.left
    : `${step.left}→${step.right}`;
  const open = step.op === "changed" ? " open" : "";
  return `<details${open}><summary><span class="n">${place}</span><b class="${step.op}">${step.op}</b><span class="fill">${
    html(`${step.kind} ${step.name}`)
  }</span></summary>${
    step.changes.length > 0 ? changeList(step.changes) : '<div class="dim">equal</div>'
  }</details>`;
}

function changeList(changes: RunDiff["config"]): string {
  return changes.map(({ path, op, left, right }) =>
    `<div><code class="dim">${html(path || "/")}</code>${op === "add" ? "" : `<del>${block(left)}</del>`}${
      op === "remove" ? "" : `<ins>${block(right)}</ins>`
    }</div>`
  ).join("");
}
