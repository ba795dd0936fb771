import { type JsonChange, type RunDiff, shortRunId, type StepDiff, wordDiff } from "../core/mod.ts";
import { cell, compact, cut, duration, lines, type Look, money, plural, type Style } from "./format.ts";
import { facts } from "./table.ts";

/** Changes shown of one step; `--json` has all. */
const CHANGES_SHOWN_MAX = 8;
const ROWS_MAX = 400;

const SIGNS: Readonly<Record<StepDiff["op"], { readonly glyph: string; readonly style: Style }>> = {
  same: { glyph: "=", style: "dim" },
  changed: { glyph: "~", style: "yellow" },
  added: { glyph: "+", style: "green" },
  removed: { glyph: "-", style: "red" },
};

/** Two runs side by side: steps that differ, equal ones folded; then the answers, word by word; then the figures. */
export async function formatDiff(diff: RunDiff, look: Look): Promise<string> {
  const sections = [header(diff, look)];
  const config = diff.config.filter(({ path }) => path !== "/baseDir");
  if (config.length > 0) {
    sections.push(`${look.paint("bold", "Configuration")}\n${changeRows(config, look, "  ")}`);
  }
  sections.push(`${look.paint("bold", "Steps")}\n${stepRows(diff.steps, look)}`);
  sections.push(`${look.paint("bold", "Answer")}\n${await answer(diff, look)}`);
  sections.push(deltas(diff, look));
  return sections.join("\n\n");
}

/** The unified diff of the answers, coloured. */
export function formatUnified(unified: string, look: Look): string {
  return lines(unified.replace(/\n$/, "")).map((line) => {
    const style = /^(---|\+\+\+)/.test(line)
      ? "bold"
      : line.startsWith("@@")
      ? "cyan"
      : line.startsWith("+")
      ? "green"
      : line.startsWith("-")
      ? "red"
      : undefined;
    return look.paint(style, line);
  }).join("\n");
}

function header(diff: RunDiff, look: Look): string {
  const verdict = diff.identical
    ? look.paint("green", "= the same")
    : look.paint("yellow", `~ ${summary(diff)}`);
  return `${look.paint("red", shortRunId(diff.left))} → ${
    look.paint("green", shortRunId(diff.right))
  }  ${verdict}` +
    (diff.status.left === diff.status.right ? "" : `  ${diff.status.left} → ${diff.status.right}`);
}

export function summary(diff: RunDiff): string {
  const count = (op: StepDiff["op"]) => diff.steps.filter((step) => step.op === op).length;
  const parts = [
    [count("changed"), "changed"],
    [count("added"), "added"],
    [count("removed"), "removed"],
  ] as const;
  const steps = parts.filter(([n]) => n > 0).map(([n, word]) => `${plural(n, "step")} ${word}`);
  if (diff.output.unified !== "") steps.push("another answer");
  return steps.join(", ") || "another ending";
}

function stepRows(steps: readonly StepDiff[], look: Look): string {
  const rows: string[] = [];
  for (let i = 0; i < steps.length && rows.length < ROWS_MAX;) {
    const step = steps[i]!;
    if (step.op !== "same") {
      rows.push(stepRow(step, look));
      i++;
      continue;
    }
    let end = i;
    while (steps[end + 1]?.op === "same") end++;
    rows.push(
      look.paint(
        "dim",
        end === i ? `  = ${place(step)} ${cell(step.name)}` : `  = ${end - i + 1} equal steps`,
      ),
    );
    i = end + 1;
  }
  return rows.length === 0 ? look.paint("dim", "  none") : rows.join("\n");
}

function place({ left, right }: StepDiff): string {
  return left === right
    ? `${left}`
    : left === null
    ? `${right}`
    : right === null
    ? `${left}`
    : `${left}→${right}`;
}

function stepRow(step: StepDiff, look: Look): string {
  const { glyph, style } = SIGNS[step.op];
  const title = `  ${look.paint(style, glyph)} ${look.paint("dim", place(step))} ${step.kind} ${
    look.paint("bold", cell(step.name))
  }`;
  return step.op === "changed"
    ? `${title}\n${changeRows(step.changes, look, "      ")}`
    : title + gist(step, look);
}

/** What an added or removed step said, in one line. */
function gist({ changes, op }: StepDiff, look: Look): string {
  const document = (op === "added" ? changes[0]?.right : changes[0]?.left) as
    | Record<string, unknown>
    | undefined;
  const text = document?.["arguments"] === undefined ? document?.["output"] : document["arguments"];
  return text === undefined
    ? ""
    : `  ${look.paint("dim", cut(cell(show(text)), Math.max(20, look.columns - 40)))}`;
}

function changeRows(changes: readonly JsonChange[], look: Look, indent: string): string {
  const room = Math.max(20, look.columns - indent.length - 4);
  const rows = changes.slice(0, CHANGES_SHOWN_MAX).flatMap((change) => [
    `${indent}${look.paint("cyan", cut(cell(change.path || "/"), room))}`,
    ...(change.op === "add"
      ? []
      : [`${indent}  ${look.paint("red", `- ${cut(cell(show(change.left)), room)}`)}`]),
    ...(change.op === "remove" ? [] : [
      `${indent}  ${look.paint("green", `+ ${cut(cell(show(change.right)), room)}`)}`,
    ]),
  ]);
  const more = changes.length - CHANGES_SHOWN_MAX;
  if (more > 0) rows.push(look.paint("dim", `${indent}… and ${more} more`));
  return rows.join("\n");
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

async function answer({ output }: RunDiff, look: Look): Promise<string> {
  if (output.left === output.right) {
    return look.paint("dim", output.left === "" ? "  none on either side" : "  the same");
  }
  const pieces = await wordDiff(output.left, output.right);
  const marked = pieces.map(({ op, text }) => {
    const shown = lines(text).join("\n  ");
    if (op === "same") return shown;
    if (look.color) return look.paint(op === "added" ? "green" : "red", shown);
    return op === "added" ? `{+${shown}+}` : `[-${shown}-]`;
  });
  return `  ${marked.join("")}`;
}

function deltas(diff: RunDiff, look: Look): string {
  const signed = (value: number, text: string) => value === 0 ? "±0" : `${value > 0 ? "+" : "−"}${text}`;
  const { inputTokens, outputTokens } = diff.usageDelta;
  const tokens = (value: number) => signed(value, compact(Math.abs(value)));
  return facts([
    ["tokens", `${tokens(inputTokens)} in, ${tokens(outputTokens)} out`],
    ["cost", signed(diff.costDeltaUsd, money(Math.abs(diff.costDeltaUsd)))],
    ["time", signed(diff.durationDeltaMs, duration(Math.abs(diff.durationDeltaMs)))],
    ["attempts", signed(diff.attemptsDelta, String(Math.abs(diff.attemptsDelta)))],
  ], look);
}
