import { z } from "zod";
import type { App } from "../../app/mod.ts";
import { newRun } from "../../app/mod.ts";
import { AgentOpError, type Run, StoreError } from "../../core/mod.ts";
import { httpAnswerDocument } from "../../documents/mod.ts";
import { eventFrames, eventResponse } from "../live_events.ts";
import { HttpProblem } from "../problem.ts";
import { route } from "../route.ts";
import type { ServerServices } from "../services.ts";
import { answered, name, overrides, overrideTexts } from "./schemas.ts";

const BODY_MAX_BYTES = 1024 * 1024;

const order = z.strictObject({
  prompt: z.string().min(1),
  user_id: name.default("default"),
  agent_id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be the name of an agent, not a path").default(
    "main",
  ),
  overrides: overrides.optional().meta({
    description: "`model`, `instructions` and parameters of the agent; `tools.NAME: off` takes a tool away",
  }),
  group: name.optional().meta({ description: "experiment, session or batch it belongs to" }),
  stream: z.boolean().default(false).meta({ description: "answer with server-sent events as they come" }),
});

export const postRun = route({
  method: "POST",
  path: "/run",
  role: "write",
  pace: "start",
  summary: "Runs an agent and answers when it has ended. A caller that goes away cancels it",
  body: { kind: "json", schema: order, maxBytes: BODY_MAX_BYTES },
  answer: {
    type: "application/json",
    schema: answered,
    description:
      "The answer; with `stream` the events of `/runs/{run_id}/events`, the last one `result` with this document",
  },
  failures: {
    404: "There is no such agent",
    422: "The body is not right, or a limit stopped the run: then `run_id` and `status` are beside `detail`",
    502: "The run failed; `run_id` and `status` are beside `detail`",
    503: "The run was cancelled, or the server is closing",
  },
  async handle({ body, signal }, services) {
    const { app, rights, work, store, host } = services;
    const overrides = overrideTexts(body.overrides);
    const agent = await agentNamed(app, body.agent_id, rights.approve);
    const { config, request } = await newRun(app, {
      agent,
      prompt: body.prompt,
      overrides,
      approve: rights.approve,
      userId: body.user_id,
      ...(body.group === undefined ? {} : { group: body.group }),
    });
    const runner = await app.createRunner({ rights: { approve: rights.approve, isGuarded: false } });
    if (!body.stream) {
      const ended = await work.during(signal, async (stopping) => {
        const run = await runner.queue(config, request);
        return await runner.execute(run, { signal: stopping });
      });
      return answerOf(ended);
    }
    const begun = Promise.withResolvers<Run>();
    work.during(signal, async (stopping) => {
      const run = await runner.queue(config, request);
      begun.resolve(run);
      await runner.execute(run, { signal: stopping });
    }).catch(begun.reject); // once begun, the store says how it ended
    const { traceId } = await begun.promise;
    const last = (run: Run) => ({ event: "result", data: httpAnswerDocument(run) });
    return eventResponse(eventFrames({ store, host, signal, last }, traceId));
  },
});

async function agentNamed(app: App, agent: string, approve: ServerServices["rights"]["approve"]) {
  try {
    return await app.resolveAgent(agent, { approve });
  } catch (error) {
    if (!(error instanceof AgentOpError) || error instanceof StoreError) throw error;
    throw new HttpProblem(404, error.reason, { cause: error });
  }
}

const STATUS_OF: Readonly<Partial<Record<Run["status"], number>>> = { failed: 502, stopped: 422 };

/** What a run came to. Throws `HttpProblem` for one that has no answer. */
function answerOf(run: Run) {
  if (run.status === "completed") return httpAnswerDocument(run);
  const { run_id, status } = httpAnswerDocument(run);
  throw new HttpProblem(STATUS_OF[run.status] ?? 503, run.error?.message ?? `The run is ${run.status}`, {
    more: { run_id, status },
  });
}
