import { type MemoryStep, memorySteps } from "../analysis/mod.ts";
import { compact, grouped, plural } from "../present/mod.ts";
import type { ChartDefinition } from "./frame/chart.ts";
import { colorScale } from "./frame/series.ts";
import { label, runLabel } from "./frame/text.ts";

const HELD = "held";
const SENT = "sent to the model";

/** How much a run's agent held, and how much of it was sent, after each step. */
export const memory: ChartDefinition = {
  name: "memory",
  about: "how much an agent held after each step, and how much of it was sent",
  of: "run",
  needs: ["trace"],
  draw({ trace }) {
    const steps = trace ? memorySteps(trace) : [];
    if (!trace || steps.length === 0) {
      return { nothing: "no memory of this run is on record", remedy: "agentop show RUN --messages" };
    }
    const rows = rowsOf(steps);
    const held = rows.filter(({ what }) => what === HELD);
    const sent = rows.filter(({ what }) => what === SENT);
    const names = sent.length > 0 ? [HELD, SENT] : [HELD];
    return {
      title: titleOf(held, sent, steps),
      subtitle: `run ${runLabel(trace.run.runId)} of ${
        label(trace.run.agent)
      }: messages and values, as characters of JSON`,
      columns: {
        step: { type: "integer", unit: "step", about: "after which; 0 is before the first one" },
        what: { type: "text", about: "all that is held, or what was sent" },
        characters: { type: "integer", unit: "characters", about: "how much, as JSON text" },
        messages: { type: "integer", unit: "messages", about: "messages among it" },
      },
      rows,
      spec: (theme) => ({
        mark: { type: "line", interpolate: "step-after", point: { size: 45 }, strokeWidth: 2.5 },
        encoding: {
          x: { field: "step", type: "quantitative", title: "step", axis: { format: "d", tickMinStep: 1 } },
          y: {
            field: "characters",
            type: "quantitative",
            title: "characters",
            axis: { format: "~s", tickCount: 5 },
          },
          color: { field: "what", type: "nominal", title: null, scale: colorScale(names, theme) },
          strokeDash: {
            field: "what",
            type: "nominal",
            legend: null,
            scale: { domain: [HELD, SENT], range: [[1, 0], [5, 3]] },
          },
          tooltip: ["step", "what", "characters", "messages"].map((field) => ({ field })),
        },
      }),
      text: {
        kind: "points",
        isJoined: true,
        series: names.map((name, tone) => ({
          name,
          tone,
          points: rows.filter(({ what }) => what === name).map(({ step, characters }) =>
            [step, characters] as const
          ),
        })),
        x: { title: "step", format: grouped, from: 0 },
        y: { title: "characters", format: compact, from: 0 },
      },
    };
  },
};

interface MemorySize {
  readonly step: number;
  readonly what: string;
  readonly characters: number;
  readonly messages: number;
  readonly [column: string]: string | number;
}

function rowsOf(steps: readonly MemoryStep[]): readonly MemorySize[] {
  const size = (values: readonly unknown[]) =>
    values.reduce<number>((sum, it) => sum + JSON.stringify(it).length, 0);
  return steps.flatMap(({ step, messages, window, keyValues }) => [
    { step, what: HELD, characters: size(messages) + size([keyValues]), messages: messages.length },
    ...(window ? [{ step, what: SENT, characters: size(window), messages: window.length }] : []),
  ]);
}

function titleOf(
  held: readonly MemorySize[],
  sent: readonly MemorySize[],
  steps: readonly MemoryStep[],
): string {
  const last = held.at(-1)!;
  const most = sent.reduce((sum, it) => Math.max(sum, it.messages), 0);
  const window = sent.length === 0 ? "" : `; at most ${most} were sent at once`;
  return `Memory grew to ${plural(last.messages, "message")} and ${compact(last.characters)} characters in ${
    plural(steps.at(-1)!.step, "step")
  }${window}`;
}
