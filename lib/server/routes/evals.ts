import { z } from "zod";
import { httpEvaluationShape, httpJudgedShape } from "../../documents/mod.ts";
import { scoreByHand } from "../../evals/mod.ts";
import { route } from "../route.ts";
import { findRun } from "./find_run.ts";
import { pageAnswer } from "./page_answer.ts";
import { name, page, runParams, time } from "./schemas.ts";

const BODY_MAX_BYTES = 64 * 1024;

const evaluation = z.strictObject({
  eval_id: z.string(),
  run_id: z.string(),
  metric_name: z.string(),
  metric_value: z.number().nullable(),
  label: z.string().nullable(),
  source: z.string(),
  timestamp: time,
  start_time: time,
  agent_id: z.string(),
}).meta({ id: "Evaluation" });

export const postEval = route({
  method: "POST",
  path: "/eval",
  role: "write",
  pace: "read",
  summary: "Keeps scores of a run, all or none",
  body: {
    kind: "json",
    schema: z.strictObject({
      run_id: runParams.shape.run_id,
      metrics: z.record(z.string(), z.number()).meta({ description: "at least one, at most 100" }),
    }),
    maxBytes: BODY_MAX_BYTES,
  },
  answer: {
    type: "application/json",
    schema: z.strictObject({ run_id: z.string(), eval_ids: z.array(z.string()), metrics_logged: z.number() }),
    description: "They are kept",
  },
  failures: { 404: "There is no such run" },
  async handle({ body }, { store, host }) {
    const run = await findRun(store, body.run_id);
    const scores = Object.entries(body.metrics).map(([name, value]) => ({ name, value }));
    const kept = await scoreByHand({ store, host }, run, scores);
    return { run_id: run.runId, eval_ids: kept.map((it) => it.evalId), metrics_logged: kept.length };
  },
});

export const listEvals = route({
  method: "GET",
  path: "/evals",
  role: "read",
  pace: "read",
  summary: "Scores of all runs, newest first",
  query: z.object({ ...page, agent_id: name.optional(), metric_name: name.optional() }),
  answer: { type: "application/json", schema: z.array(evaluation), description: "A page of scores" },
  async handle({ query: { limit, cursor, agent_id, metric_name }, target }, { store }) {
    const { evaluations, nextCursor } = await store.listEvaluations({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(agent_id === undefined ? {} : { filter: { agent: agent_id } }),
      ...(metric_name === undefined ? {} : { name: metric_name }),
    });
    return pageAnswer(evaluations.map(httpJudgedShape), nextCursor, { target });
  },
});

export const getEvals = route({
  method: "GET",
  path: "/evals/{run_id}",
  role: "read",
  pace: "read",
  summary: "Scores of one run, oldest first",
  params: runParams,
  answer: { type: "application/json", schema: z.array(evaluation), description: "All of them" },
  failures: { 404: "There is no such run" },
  async handle({ params }, { store }) {
    const run = await findRun(store, params.run_id);
    const { evaluations } = await store.loadTrace(run.traceId);
    return evaluations.map((it) => httpEvaluationShape(run, it));
  },
});
