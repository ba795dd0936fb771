import { z } from "zod";
import { httpMemoryShape, httpRunDocument, httpRunShape } from "../../documents/mod.ts";
import { route } from "../route.ts";
import { findRun } from "./find_run.ts";
import { pageAnswer } from "./page_answer.ts";
import { listedRun, name, page, runParams, status, time, wholeRun } from "./schemas.ts";

export const listRuns = route({
  method: "GET",
  path: "/runs",
  role: "read",
  pace: "read",
  summary: "Runs, newest first",
  query: z.object({ ...page, status: status.optional(), agent_id: name.optional(), group: name.optional() }),
  answer: { type: "application/json", schema: z.array(listedRun), description: "A page of runs" },
  async handle({ query: { limit, cursor, status, agent_id, group }, target }, { store }) {
    const { runs, nextCursor } = await store.listRuns({
      limit,
      withoutTexts: true, // nothing of them is in the answer
      ...(cursor === undefined ? {} : { cursor }),
      filter: {
        ...(status === undefined ? {} : { status: [status] }),
        ...(agent_id === undefined ? {} : { agent: agent_id }),
        ...(group === undefined ? {} : { group }),
      },
    });
    return pageAnswer(runs.map(httpRunShape), nextCursor, { target });
  },
});

export const getRun = route({
  method: "GET",
  path: "/runs/{run_id}",
  role: "read",
  pace: "read",
  summary: "One run with its messages and tool calls",
  params: runParams,
  answer: { type: "application/json", schema: wholeRun, description: "The run" },
  failures: { 404: "There is no such run" },
  async handle({ params }, { store }) {
    const { traceId } = await findRun(store, params.run_id);
    const [trace, messages] = await Promise.all([store.loadTrace(traceId), store.loadMessages(traceId)]);
    return httpRunDocument(trace, messages);
  },
});

export const getMemory = route({
  method: "GET",
  path: "/runs/{run_id}/memory",
  role: "read",
  pace: "read",
  summary: "What a run's agent knew at the end of each step",
  params: runParams,
  answer: {
    type: "application/json",
    schema: z.array(z.strictObject({
      memory_id: z.string(),
      run_id: z.string(),
      step: z.number(),
      timestamp: time,
      memory_json: z.string().meta({ description: "`{messages, key_values}`: a JSON text" }),
    })),
    description: "Oldest first",
  },
  failures: { 404: "There is no such run" },
  async handle({ params }, { store }) {
    const { traceId, runId } = await findRun(store, params.run_id);
    return (await store.loadTrace(traceId)).snapshots.map((it) => httpMemoryShape(runId, it));
  },
});
