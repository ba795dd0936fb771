import { stringify } from "yaml";
import { type Columns, hashText } from "../../core/mod.ts";
import { type DatasetIndex, leaderboardOf } from "./dataset_index.ts";
import { LEADERBOARD_COLUMNS, leaderboardRows, modelIndexOf } from "./leaderboard.ts";

export const LEADERBOARD_CONFIG = "leaderboard";
export const LEADERBOARD_PATH = `${LEADERBOARD_CONFIG}/standings.parquet`;

const ROWS_SHOWN_MAX = 100;
const SIZES: readonly (readonly [below: number, name: string])[] = [
  [1e3, "n<1K"],
  [1e4, "1K<n<10K"],
  [1e5, "10K<n<100K"],
  [1e6, "100K<n<1M"],
  [Infinity, "1M<n<10M"],
];

export interface CardOptions {
  /** `name/dataset`. */
  readonly repo: string;
  /** An identifier of the Hub's; absent: nobody has said under which one. */
  readonly license?: string;
  readonly columns: Columns;
  /** Share of runs that are kept for validation. */
  readonly validation: number;
}

/** The page of a dataset: what the Hub reads first, then what people read. */
export function datasetCard(index: DatasetIndex, options: CardOptions): string {
  const front = stringify(frontOf(index, options), { lineWidth: 0, aliasDuplicateObjects: false });
  const scores = leaderboardRows(leaderboardOf(index));
  const shards = Object.values(index.shards);
  const rows = shards.reduce((sum, it) => sum + it.rows, 0);
  return [
    `---\n${front}---`,
    `# Traces of ${agentsOf(index).length} ${agentsOf(index).length === 1 ? "agent" : "agents"}`,
    `${rows} runs of agents, one row each: what was asked, the whole conversation with its tool calls, the answer, tokens, cost and how` +
    ` it was judged. A configuration for each agent, a file for each month (UTC) and split. Made with AgentOp Studio.`,
    table(
      ["agent", "train", "validation"],
      agentsOf(index).map((agent) => [agent, ...countsOf(index, agent)]),
    ),
    `A run is in validation or not by a hash of its id alone, a share of ${options.validation}, so that it never changes sides.`,
    "## Fields",
    "Times are UTC, durations milliseconds, costs USD. Null is unknown or absent, never 0.",
    fieldTable(options.columns),
    "## What was taken out",
    redactionText(index),
    "## Licence",
    options.license === undefined
      ? "Nobody has said under which licence these texts may be used. They were written by people and by models; ask who published them."
      : `\`${options.license.replaceAll("`", "")}\`, as whoever published this says.`,
    ...(scores.length === 0 ? [] : [
      "## Leaderboard",
      `Means of what scorers said of these runs, from the configuration \`${LEADERBOARD_CONFIG}\`. A scorer that failed counts as an error, never as 0.`,
      table(
        Object.keys(LEADERBOARD_COLUMNS),
        scores.slice(0, ROWS_SHOWN_MAX).map((row) => Object.values(row).map(figure)),
      ),
      fieldTable(LEADERBOARD_COLUMNS),
    ]),
  ].join("\n\n") + "\n";
}

function frontOf(index: DatasetIndex, { license, repo }: CardOptions) {
  const scores = leaderboardOf(index);
  const rows = Object.values(index.shards).reduce((sum, it) => sum + it.rows, 0);
  return {
    ...(license === undefined ? { license: "other", license_name: "not-stated" } : { license }),
    pretty_name: "Agent traces",
    tags: ["agent-traces", "agentop-studio"],
    task_categories: ["text-generation"],
    size_categories: [SIZES.find(([below]) => rows < below)![1]],
    configs: [
      ...agentsOf(index).map((agent) => ({
        config_name: configOf(agent),
        data_files: (["train", "validation"] as const).filter((split) => hasSplit(index, agent, split))
          .map((split) => ({ split, path: `${folderOf(agent)}/${split}-*.parquet` })),
      })),
      ...(scores.length === 0 ? [] : [{
        config_name: LEADERBOARD_CONFIG,
        data_files: [{ split: "test", path: LEADERBOARD_PATH }],
      }]),
    ],
    ...(scores.length === 0 ? {} : { "model-index": modelIndexOf(scores, repo) }),
  };
}

const agentsOf = ({ shards }: DatasetIndex) =>
  [...new Set(Object.values(shards).map(({ agent }) => agent))].sort();

const hasSplit = ({ shards }: DatasetIndex, name: string, of: string) =>
  Object.values(shards).some(({ agent, split, rows }) => agent === name && split === of && rows > 0);

function countsOf({ shards }: DatasetIndex, name: string): readonly string[] {
  const count = (of: string) =>
    Object.values(shards).reduce(
      (sum, { agent, split, rows }) => sum + (agent === name && split === of ? rows : 0),
      0,
    );
  return [String(count("train")), String(count("validation"))];
}

function redactionText({ shards }: DatasetIndex): string {
  const sums = new Map<string, number>();
  for (const { redacted } of Object.values(shards)) {
    for (const [name, count] of Object.entries(redacted)) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  const how =
    "Keys of the program that made the runs are looked for, in every spelling, before a run is kept and again before it" +
    " leaves; user ids, labels and folders of the machine are not in here. Nothing else is looked for: what people or models wrote" +
    " about themselves is as they wrote it.";
  if (sums.size === 0) return `${how}\n\nNo key was found in these rows.`;
  const rows = [...sums].sort(([a], [b]) => a < b ? -1 : 1).map(([name, count]) => [name, String(count)]);
  return `${how}\n\n${table(["the value of", "places"], rows)}`;
}

const fieldTable = (columns: Columns) =>
  table(
    ["field", "type", "unit", "what it says"],
    Object.entries(columns).map(([name, { type, unit, about, nullable }]) => [
      name,
      nullable ? `${type} or null` : type,
      unit ?? "",
      about,
    ]),
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownCell).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

const figure = (value: unknown) =>
  value === null ? "" : typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value);

/** Text from outside that is to stay text: no markup, no other line or cell. */
function markdownCell(text: string): string {
  return text.slice(0, 200).toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replace(/[\\`*_{}[\]<>()#+!|~&$]/g, "\\$&");
}

/** The configuration of an agent: its name where that is a name for one. */
export function configOf(agent: string): string {
  const plain = agent.replace(/[^A-Za-z0-9_.-]/g, "_").replace(/^\.+/, "_").slice(0, 80);
  const isTaken = plain === "" || plain === LEADERBOARD_CONFIG || plain === "default";
  return plain === agent && !isTaken ? plain : `${plain}-${hashText(agent).toString(36)}`;
}

export const folderOf = (agent: string) => `data/${configOf(agent)}`;
