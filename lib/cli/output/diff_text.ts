import {
  configChanges,
  diffSummary,
  type JsonChange,
  type RunDiff,
  stepCounts,
  type StepDiff,
  stepPlace,
  wordDiff,
} from "../../analysis/mod.ts";
import { jsonText, type Message, shortRunId } from "../../core/mod.ts";
import {
  cell,
  compact,
  costDifference,
  cut,
  duration,
  facts,
  grouped,
  lines,
  messageText,
  signed,
  STEP_SIGNS,
} from "../../present/mod.ts";
import type { Look, Style } from "./look.ts";

/** Changes shown of one step; `--json` has all. */
const CHANGES_SHOWN_MAX = 8;
const ROWS_MAX = 400;
/** Lines shown around a change in an answer, and of the change itself. */
const CONTEXT_LINES = 3;
const CHANGED_LINES_MAX = 100;

const STYLES: Readonly<Record<StepDiff["op"], Style>> = {
  same: "dim",
  changed: "yellow",
  added: "green",
  removed: "red",
};

/** Two runs side by side: steps that differ, equal ones folded; then the answers, word by word; then the figures. */
export async function formatDiff(diff: RunDiff, look: Look): Promise<string> {
  const sections = [header(diff, look)];
  if (diff.prompt.left !== diff.prompt.right) {
    sections.push(`${look.paint("bold", "Prompt")}\n${await marked(diff.prompt, look)}`);
  }
  const config = configChanges(diff);
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
  const summary = diffSummary(diff);
  const { firstDivergence } = stepCounts(diff);
  const first = firstDivergence === null ? "" : `, first at step ${firstDivergence}`;
  const verdict = summary === undefined
    ? look.paint("green", "= the same")
    : look.paint("yellow", `~ ${summary}${first}`);
  return `${look.paint("red", shortRunId(diff.left))} → ${
    look.paint("green", shortRunId(diff.right))
  }  ${verdict}` +
    (diff.status.left === diff.status.right ? "" : `  ${diff.status.left} → ${diff.status.right}`);
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
        end === i ? `  = ${stepPlace(step)} ${cell(step.name)}` : `  = ${end - i + 1} equal steps`,
      ),
    );
    i = end + 1;
  }
  return rows.length === 0 ? look.paint("dim", "  none") : rows.join("\n");
}

function stepRow(step: StepDiff, look: Look): string {
  const title = `  ${look.paint(STYLES[step.op], STEP_SIGNS[step.op])} ${
    look.paint("dim", stepPlace(step))
  } ${step.kind} ${look.paint("bold", cell(step.name))}`;
  return step.op === "changed"
    ? `${title}\n${changeRows(step.changes, look, "      ")}`
    : title + gist(step, look);
}

/** What an added or removed step said, in one line: a tool call its arguments, a model call its message. */
function gist({ changes, op }: StepDiff, look: Look): string {
  const document = (op === "added" ? changes[0]?.right : changes[0]?.left) as
    | Record<string, unknown>
    | undefined;
  const text = document?.["arguments"] === undefined ? document?.["output"] : document["arguments"];
  return text === undefined
    ? ""
    : `  ${look.paint("dim", cut(cell(changeText(text)), Math.max(20, look.columns - 40)))}`;
}

function changeRows(changes: readonly JsonChange[], look: Look, indent: string): string {
  const room = Math.max(20, look.columns - indent.length - 4);
  const rows = changes.slice(0, CHANGES_SHOWN_MAX).flatMap((change) => {
    const [left, right] = excerpts(cell(changeText(change.left)), cell(changeText(change.right)), room);
    return [
      `${indent}${look.paint("cyan", cut(cell(change.path || "/"), room))}`,
      ...(change.op === "add" ? [] : [`${indent}  ${look.paint("red", `- ${left}`)}`]),
      ...(change.op === "remove" ? [] : [`${indent}  ${look.paint("green", `+ ${right}`)}`]),
    ];
  });
  const more = changes.length - CHANGES_SHOWN_MAX;
  if (more > 0) rows.push(look.paint("dim", `${indent}… and ${more} more`));
  return rows.join("\n");
}

/** What fits of two texts: from their beginning, or from shortly before the place where they begin to differ. */
function excerpts(left: string, right: string, room: number): readonly [string, string] {
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  const from = shared > room / 2 ? left.lastIndexOf(" ", shared - room / 4) + 1 : 0;
  const part = (text: string) => cut(from > 0 ? `…${text.slice(from)}` : text, room);
  return [part(left), part(right)];
}

function changeText(value: unknown): string {
  return isConversation(value) ? value.map(messageText).join(" ") : jsonText(value);
}

function isConversation(value: unknown): value is readonly Message[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((it: Partial<Message> | null) => typeof it?.role === "string" && Array.isArray(it.parts));
}

async function answer({ output }: RunDiff, look: Look): Promise<string> {
  if (output.left === output.right) {
    return look.paint("dim", output.left === "" ? "  none on either side" : "  the same");
  }
  return await marked(output, look);
}

/** Both texts, word by word: what only one of them says is marked. */
async function marked(
  { left, right }: { readonly left: string; readonly right: string },
  look: Look,
): Promise<string> {
  const pieces = await wordDiff(left, right);
  const shown = pieces.map(({ op, text }, index) => {
    const all = lines(text);
    const place = { isFirst: index === 0, isLast: index === pieces.length - 1 };
    const part = (op === "same" ? aroundChanges(all, place) : startOf(all)).join("\n  ");
    if (op === "same") return part;
    if (look.color) return look.paint(op === "added" ? "green" : "red", part);
    return op === "added" ? `{+${part}+}` : `[-${part}-]`;
  });
  return `  ${shown.join("")}`;
}

/** The lines of equal text that stand next to a change. */
function aroundChanges(
  all: readonly string[],
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): readonly string[] {
  const [before, after] = [isFirst ? 0 : CONTEXT_LINES, isLast ? 0 : CONTEXT_LINES];
  const hidden = all.length - before - after;
  if (hidden < 2) return all;
  return [...all.slice(0, before), `… ${hidden} equal lines`, ...all.slice(all.length - after)];
}

function startOf(all: readonly string[]): readonly string[] {
  const hidden = all.length - CHANGED_LINES_MAX;
  if (hidden < 2) return all;
  return [...all.slice(0, CHANGED_LINES_MAX), `… and ${hidden} more lines, see --unified`];
}

function deltas(diff: RunDiff, look: Look): string {
  const { inputTokens, outputTokens } = diff.usageDelta;
  return facts([
    ["tokens", `${signed(inputTokens, compact)} in, ${signed(outputTokens, compact)} out`],
    ["cost", costDifference(diff.costDeltaUsd, { isKnown: diff.costKnown })],
    ["time", signed(diff.durationDeltaMs, duration)],
    ["attempts", signed(diff.attemptsDelta, grouped)],
  ], look);
}
