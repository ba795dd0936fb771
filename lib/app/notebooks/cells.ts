import { configPart, runTookMs, stepCount } from "../../analysis/mod.ts";
import { type CostKey, type Run, sentenceOf, shortRunId, type Trace } from "../../core/mod.ts";
import type { NewCell } from "../../documents/mod.ts";
import {
  costWordsOf,
  grouped,
  longStatus,
  money,
  tookText,
  usageText,
  zonedTime,
} from "../../present/mod.ts";
import { codeString, markdownWords } from "./safe_text.ts";

/** What can be put into a notebook: the cells read it from the store when they run. */
export type Shown =
  | { readonly kind: "run"; readonly runId: string }
  | { readonly kind: "step"; readonly runId: string; readonly step: number }
  | { readonly kind: "diff"; readonly left: string; readonly right: string }
  /** `search`: which runs are added up, as typed after `agentop runs --search`. */
  | { readonly kind: "costs"; readonly by: CostKey; readonly search: string }
  | { readonly kind: "runs"; readonly search: string };

/** Where the cells read. */
export interface Opened {
  readonly home: string;
  readonly store: string;
  readonly timeZone?: string;
}

const NAME_MAX_CHARS = 80;
const PROMPT_MAX_CHARS = 500;
const ERROR_MAX_CHARS = 300;

const words = (text: string): NewCell => ({ kind: "markdown", text });
const code = (text: string): NewCell => ({ kind: "code", text });

/** The cell that opens a store. What it opens is noted beside it, so that it is not opened twice. */
export function openingCell(opened: Opened): NewCell {
  const { home, store, timeZone } = opened;
  const zone = timeZone === undefined ? "" : `  timeZone: ${codeString(timeZone)},\n`;
  return {
    ...code(
      `import { openStudio } from "@agentop/studio";\n\nconst studio = await openStudio({\n  home: ${
        codeString(home)
      },\n  store: ${codeString(store)},\n${zone}});`,
    ),
    metadata: { agentop: { opens: opened } },
  };
}

/** A heading, and the cell that shows it. */
export function shownCells(shown: Shown): readonly NewCell[] {
  const id = (runId: string) => markdownWords(shortRunId(runId), NAME_MAX_CHARS);
  switch (shown.kind) {
    case "run":
      return [words(`## Run ${id(shown.runId)}`), code(`await studio.trace(${codeString(shown.runId)});`)];
    case "step":
      return [
        words(`## Step ${shown.step} of run ${id(shown.runId)}`),
        code(`await studio.step(${codeString(shown.runId)}, ${shown.step});`),
      ];
    case "diff":
      return [
        words(`## What differs between ${id(shown.left)} and ${id(shown.right)}`),
        code(`await studio.diff(${codeString(shown.left)}, ${codeString(shown.right)});`),
      ];
    case "costs": {
      const which = shown.search === "" ? "" : `, ${codeString(shown.search)}`;
      return [
        words(`## Cost by ${shown.by}${searchWords(shown.search)}`),
        code(`await studio.costs(${codeString(shown.by)}${which});`),
      ];
    }
    case "runs": {
      const which = shown.search === "" ? "" : `search: ${codeString(shown.search)}, `;
      return [
        words(`## The dearest runs${searchWords(shown.search)}`),
        code(`await studio.runs({ ${which}sort: "cost", limit: 20 });`),
      ];
    }
  }
}

function searchWords(search: string): string {
  return search === "" ? "" : `, ${markdownWords(search, NAME_MAX_CHARS)}`;
}

export interface RunFacts {
  readonly trace: Trace;
  readonly opened: Opened;
  readonly nowMs: number;
  readonly timeZone: string;
  /** Why it cannot be run again; `undefined`: it can. */
  readonly notAgain: string | undefined;
}

/** A notebook about one run: what it was, what it did, what it cost, what it knew, and what if. */
export function runCells({ trace, opened, nowMs, timeZone, notAgain }: RunFacts): readonly NewCell[] {
  const { run } = trace;
  return [
    words(
      `# Run ${markdownWords(shortRunId(run.runId), NAME_MAX_CHARS)} of ${
        markdownWords(run.agent, NAME_MAX_CHARS)
      }\n\n${factRows(trace, nowMs, timeZone)}\n\nThese figures are of ${
        markdownWords(zonedTime(nowMs, timeZone), NAME_MAX_CHARS)
      }; the cells read the run anew. Open the notebook with \`agentop notebook\`: its kernel knows the library and loses no output.`,
    ),
    openingCell(opened),
    code(`const run = ${codeString(run.runId)};`),
    words(
      "## What it did\n\nEach model call and tool call with its time, tokens and cost; open one to read it.",
    ),
    code("await studio.trace(run);"),
    words("Where its time went:"),
    code(`await studio.chart("waterfall", { runs: run });`),
    words("## What it cost, and how that came about"),
    code("await studio.receipt(run);"),
    words("## What was said"),
    code("await studio.messages({ runs: run });"),
    words("## What the agent knew after each step"),
    code("await studio.memory(run);"),
    code(`await studio.chart("memory", { runs: run });`),
    ...againCells(run, notAgain),
  ];
}

function againCells(run: Run, notAgain: string | undefined): readonly NewCell[] {
  if (notAgain !== undefined) {
    return [
      words(`## What if?\n\nThis run cannot be run again: ${markdownWords(notAgain, ERROR_MAX_CHARS)}.`),
    ];
  }
  const { unknownCostCalls, costUsd, llmCalls } = run.totals;
  const price = llmCalls === 0 || unknownCostCalls > 0 ? "" : `, about ${markdownWords(money(costUsd), 20)}`;
  return [
    words(
      `## What if?\n\nThe run again, with something changed: known tool calls keep their results, and the first request that differs goes to the model. With a key of yours that costs what a run costs${price}; without one the simulator answers. Change the next cell and run it again: \`model\`, \`temperature\`, \`maxTokens\`, \`instructions\`.`,
    ),
    code(
      `const change = { temperature: ${
        configPart(run, "parameters").temperature === 0 ? 0.7 : 0
      } };\n\nconst again = await studio.replay(run, { set: change });\nagain;`,
    ),
    words("Step by step, and all replays and forks of the run with what each changed:"),
    code("await studio.diff(run, again.run.runId);"),
    code("await studio.forks(run);"),
  ];
}

function factRows(trace: Trace, nowMs: number, timeZone: string): string {
  const { run } = trace;
  const { totals } = run;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["status", longStatus(run)],
    ["why", run.error && sentenceOf(run.error)],
    ["model", run.model],
    ["began", zonedTime(run.startTimeUs / 1000, timeZone)],
    ["took", tookText(runTookMs(run, nowMs))],
    ["steps", grouped(stepCount(trace))],
    ["tokens", usageText(totals.usage)],
    ["cost", totals.llmCalls === 0 ? "no model was called" : costWordsOf(totals)],
    ["group", run.group],
    ["from", run.origin === "agent" ? undefined : run.origin],
    ["prompt", run.prompt],
  ];
  const rows = facts.filter(([, value]) => value !== undefined && value.trim() !== "").map(([name, value]) =>
    `| ${name} | ${markdownWords(value!, name === "prompt" ? PROMPT_MAX_CHARS : ERROR_MAX_CHARS)} |`
  );
  return ["| | |", "| --- | --- |", ...rows].join("\n");
}
