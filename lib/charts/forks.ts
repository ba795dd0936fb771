import { forkChanges, type ForkMember } from "../analysis/mod.ts";
import { isFinal, type Run } from "../core/mod.ts";
import { costOf, money, plural } from "../present/mod.ts";
import type { ChartDefinition, Spec } from "./frame/chart.ts";
import { usdFormat } from "./frame/formats.ts";
import { label, runLabel } from "./frame/text.ts";
import type { Theme } from "./frame/theme.ts";

const ROWS_MAX = 60;
const LABEL_PIXELS_MAX = 320;
const PIXELS_PER_CHAR = 6.1;

/** All replays and forks of a run, as the tree they make, with what each changed and cost. */
export const forks: ChartDefinition = {
  name: "forks",
  about: "all replays and forks of a run, with what each changed and cost",
  of: "run",
  needs: ["family"],
  draw({ family, runs: [asked] }) {
    const members = family?.members ?? [];
    if (members.length < 2) {
      return {
        nothing: `run ${asked ? runLabel(asked.runId) : ""} was never run again`,
        remedy: "agentop replay RUN --set model=NAME",
      };
    }
    const shown = members.slice(0, ROWS_MAX);
    const rows = shown.map((member) => rowOf(member, asked));
    const left = members.length - shown.length;
    const root = members[0]!.run;
    return {
      title: titleOf(members),
      subtitle: `what came of run ${runLabel(root.runId)} of ${label(root.agent)}` +
        (left > 0 || family?.isCut
          ? `; the first ${shown.length} of ${left > 0 ? members.length : "many"}`
          : ""),
      columns: {
        run: { type: "text", about: "id, and what it changed" },
        runId: { type: "text", about: "the run" },
        depth: { type: "integer", unit: "generations", about: "how many runs lie between it and the first" },
        status: { type: "text", about: "how it ended" },
        steps: { type: "integer", unit: "steps", about: "steps of its own" },
        costUsd: { type: "number", unit: "USD", about: "what it cost; null when unknown", nullable: true },
      },
      rows,
      spec: (theme) => specOf(rows, theme),
      text: {
        kind: "bars",
        rows: rows.map((row, at) => ({
          label: row.run,
          pieces: row.costUsd === null
            ? []
            : [{ from: 0, to: row.costUsd, tone: row.status === "completed" ? 0 : "bad" }],
          value: costOf(shown[at]!.run.totals),
        })),
        to: Math.max(...rows.map(({ costUsd }) => costUsd ?? 0)),
        format: money,
        legend: [{ name: "completed", tone: 0 }, { name: "ended otherwise", tone: "bad" }],
      },
    };
  },
};

interface ForkRow {
  readonly run: string;
  readonly runId: string;
  readonly depth: number;
  readonly status: string;
  readonly steps: number;
  readonly costUsd: number | null;
  readonly [column: string]: string | number | null;
}

function rowOf({ run, parent, guides, isLast }: ForkMember, asked: Run | undefined): ForkRow {
  const branch = guides.length === 0
    ? ""
    : `${guides.slice(1).map((goesOn) => goesOn ? "│ " : "  ").join("")}${isLast ? "└ " : "├ "}`;
  const changed = parent ? forkChanges(parent, run).join(", ") || "nothing changed" : label(run.model, 30);
  const mark = run.runId === asked?.runId ? "● " : "";
  return {
    run: `${branch}${mark}${runLabel(run.runId)} ${label(changed, 40)}`,
    runId: label(run.runId),
    depth: guides.length,
    status: run.status,
    steps: run.totals.steps,
    costUsd: run.totals.unknownCostCalls > 0 && run.totals.costUsd === 0 ? null : run.totals.costUsd,
  };
}

function titleOf(members: readonly ForkMember[]): string {
  const all = members.map(({ run }) => run);
  const known = all.filter((run) => isFinal(run.status) && run.totals.unknownCostCalls === 0);
  const count = `${plural(members.length - 1, "replay")} or fork${members.length === 2 ? "" : "s"}`;
  if (known.length < 2) return `${count} of one run`;
  const total = known.reduce((sum, { totals }) => sum + totals.costUsd, 0);
  const dearest = known.reduce((a, b) => b.totals.costUsd > a.totals.costUsd ? b : a);
  return `${count}, ${money(total)} with the original; the dearest, ${runLabel(dearest.runId)}, cost ${
    money(dearest.totals.costUsd)
  }`;
}

function specOf(rows: readonly ForkRow[], theme: Theme): Spec {
  // The font of pictures has no signs for branches, and blanks before a text are not drawn.
  const shown = rows.map(({ run, depth }) =>
    (depth > 0 ? `${"–".repeat(depth)} ` : "") +
    run.replace(/[│├└●]/g, (sign) => sign === "●" ? "•" : "").trimStart()
  );
  const labelRoom = Math.min(LABEL_PIXELS_MAX, Math.max(...shown.map((it) => it.length)) * PIXELS_PER_CHAR);
  const max = Math.max(...rows.map(({ costUsd }) => costUsd ?? 0));
  return {
    height: { step: 20 },
    data: {
      values: rows.map((row, at) => ({
        ...row,
        at,
        member: shown[at]!,
        ended: row.status === "completed" ? "completed" : "ended otherwise",
      })),
    },
    mark: { type: "bar", height: { band: 0.6 } },
    encoding: {
      y: {
        field: "member",
        type: "nominal",
        title: null,
        sort: { field: "at" },
        axis: {
          labelAlign: "left",
          labelPadding: labelRoom,
          labelLimit: labelRoom,
          domain: false,
          ticks: false,
        },
      },
      x: {
        field: "costUsd",
        type: "quantitative",
        title: "cost in USD",
        axis: { format: usdFormat(max), grid: true, tickCount: 6 },
      },
      color: {
        field: "ended",
        type: "nominal",
        title: null,
        scale: { domain: ["completed", "ended otherwise"], range: [theme.series[0]!, theme.bad] },
      },
      tooltip: ["runId", "status", "steps", "costUsd"].map((field) => ({ field })),
    },
  };
}
