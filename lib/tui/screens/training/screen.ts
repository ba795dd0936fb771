import type { TrainingLog } from "../../../app/mod.ts";
import { shortRunId } from "../../../core/mod.ts";
import { plural } from "../../../present/mod.ts";
import { type Actions, updateOf } from "../../contract/handlers.ts";
import { type Key, MOTION_KEYS } from "../../contract/keys.ts";
import { loading } from "../../contract/load.ts";
import type { Msg } from "../../contract/message.ts";
import type { HasTickets } from "../../contract/queries.ts";
import type { Env, Screen, Step } from "../../contract/screen.ts";
import { type Line, line } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { clamp, keepInView, moved } from "../../draw/scroll.ts";
import { clean, cut } from "../../terminal/text.ts";
import type { TrainingQueries } from "./queries.ts";

interface TrainingModel extends HasTickets<TrainingQueries> {
  /** `undefined` until they were read. */
  readonly logs?: readonly TrainingLog[];
  /** Which of them; stays with its training when others begin. */
  readonly jobId?: string;
  /** The row that is kept in view; absent: the last one, whatever is added. */
  readonly row?: number;
  readonly top: number;
}

const load = loading<TrainingQueries>();
const REFRESH_MS = 500;
const hasSeveral = (model: TrainingModel) => (model.logs?.length ?? 0) > 1;

const KEYS: readonly Key<TrainingModel>[] = [
  {
    keys: ["]", "right"],
    action: "older",
    label: "older",
    help: "the training before",
    footer: 1,
    when: hasSeveral,
  },
  {
    keys: ["[", "left"],
    action: "newer",
    label: "newer",
    help: "the training after",
    footer: 2,
    when: hasSeveral,
  },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 8 },
  ...MOTION_KEYS,
];

const ACTIONS: Actions<TrainingModel> = {
  back: (model) => [model, [{ type: "leave" }]],
  older: (model, env) => [beside(model, 1, env), []],
  newer: (model, env) => [beside(model, -1, env), []],
};

/** What a training's command prints, as it comes. */
export const trainingScreen: Screen<TrainingModel, TrainingQueries> = {
  keys: KEYS,
  init: () => ({ tickets: { logs: 0 }, top: 0 }),
  mode: () => "normal",
  update,
  queries: async () => (await import("./queries.ts")).TRAINING_QUERIES,
  view,
  // The log grows without a word to the store.
  tickMs: () => REFRESH_MS,
};

const handled = updateOf<TrainingModel, TrainingQueries>({
  entered: (model) => load([model, []], "logs", undefined),
  resized: (model, env) => [inView(model, env), []],
  actions: () => ACTIONS,
  moved: (model, { action, count }, env) => {
    const total = rowsOf(model).length;
    const row = moved(action, model.row ?? total - 1, count, height(env), total);
    return [row === undefined ? model : withRow(model, row, env), []];
  },
  wheeled: (
    model,
    lines,
    _,
    env,
  ) => [withRow(model, (model.row ?? rowsOf(model).length - 1) + lines, env), []],
  answered: { logs: (model, logs, env) => [inView({ ...model, logs }, env), []] },
});

function update(model: TrainingModel, msg: Msg<TrainingQueries>, env: Env): Step<TrainingModel> {
  return msg.type === "tick" ? load([model, []], "logs", undefined, REFRESH_MS) : handled(model, msg, env);
}

function chosen({ logs = [], jobId }: TrainingModel): TrainingLog | undefined {
  return logs.find(({ job }) => job.jobId === jobId) ?? logs[0];
}

function beside(model: TrainingModel, step: 1 | -1, env: Env): TrainingModel {
  const { logs = [], row: _, ...rest } = model;
  const at = logs.findIndex((it) => it === chosen(model));
  const next = logs[clamp(at + step, 0, logs.length - 1)];
  return inView({ ...rest, logs, ...(next ? { jobId: next.job.jobId } : {}) }, env);
}

function rowsOf(model: TrainingModel): readonly string[] {
  const text = chosen(model)?.log ?? "";
  return text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
}

function height(env: Env): number {
  return Math.max(1, env.size.rows - BORDER);
}

function withRow(model: TrainingModel, wanted: number, env: Env): TrainingModel {
  const last = rowsOf(model).length - 1;
  const { row: _, ...rest } = model;
  // At its end the log is followed.
  return inView(wanted >= last ? rest : { ...rest, row: Math.max(0, wanted) }, env);
}

function inView(model: TrainingModel, env: Env): TrainingModel {
  const total = rowsOf(model).length;
  return { ...model, top: keepInView(model.top, model.row ?? total - 1, height(env), total) };
}

function view(model: TrainingModel, env: Env): readonly Line[] {
  const { columns, rows } = env.size;
  const found = chosen(model);
  const lines = found
    ? rowsOf(model).slice(model.top, model.top + height(env)).map((text) =>
      line(cut(clean(text), columns - BORDER))
    )
    : [line(model.logs ? "  Nothing was trained yet. Try: agentop finetune init" : "", "dim")];
  const total = model.logs?.length ?? 0;
  const at = found ? model.logs!.indexOf(found) + 1 : 0;
  return pane(lines, columns, rows, env.glyphs, {
    title: found ? titleOf(found) : "Training",
    focused: true,
    ...(found ? { foot: line(`${at} of ${plural(total, "training")}`, "dim") } : {}),
    scroll: { top: model.top, total: rowsOf(model).length },
  });
}

function titleOf({ job }: TrainingLog): string {
  const { exitCode } = job.attempts.at(-1) ?? {};
  const code = exitCode ? `, exit code ${exitCode}` : "";
  const verdict = job.verdict === undefined ? "" : `, gate ${job.verdict}`;
  return clean(`Training ${job.model}: ${job.status}${code}${verdict} (${shortRunId(job.jobId)})`);
}
