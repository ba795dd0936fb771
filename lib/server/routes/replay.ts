import { z } from "zod";
import { replayDocument, snakeCased } from "../../documents/mod.ts";
import { route } from "../route.ts";
import { findRun } from "./find_run.ts";
import { overrides, overrideTexts, runParams, status } from "./schemas.ts";

const BODY_MAX_BYTES = 256 * 1024;

/** The variables that the API of old took, as the agent's own settings. */
const SETTING_OF: ReadonlyMap<string, string> = new Map([
  ["MISTRAL_MODEL", "model"],
  ["TEMPERATURE", "temperature"],
  ["MAX_TOKENS", "maxTokens"],
]);

export const postReplay = route({
  method: "POST",
  path: "/replay",
  role: "write",
  pace: "start",
  summary: "Runs a run again with something changed: known tool calls keep their results",
  body: {
    kind: "json",
    schema: z.strictObject({
      run_id: runParams.shape.run_id,
      override_params: overrides.optional().meta({
        description: "`MISTRAL_MODEL`, `TEMPERATURE`, `MAX_TOKENS`, or parameters of the agent",
      }),
    }),
    maxBytes: BODY_MAX_BYTES,
  },
  answer: {
    type: "application/json",
    schema: z.looseObject({
      diff_id: z.string(),
      run_id: z.string(),
      new_run_id: z.string(),
      original_response: z.string().nullable(),
      new_response: z.string().nullable(),
      diff: z.looseObject({
        left: z.string(),
        right: z.string(),
        identical: z.boolean(),
        steps: z.array(z.unknown()),
      }),
      status,
    }),
    description: "What differs",
  },
  failures: { 404: "There is no such run" },
  async handle({ body, signal }, { app, store, rights, work }) {
    const { runId } = await findRun(store, body.run_id);
    const given = overrideTexts(body.override_params);
    const result = await work.during(signal, (stopping) =>
      app.replay(runId, {
        mode: "hybrid",
        edits: new Map(),
        overrides: Object.fromEntries(
          Object.entries(given).map(([key, text]) => [SETTING_OF.get(key) ?? key, text]),
        ),
        tools: "live",
        rightsOf: (run) => app.rightsFor(run, { approve: rights.approve }),
        signal: stopping,
      }));
    const { originalOutput, newOutput, runId: _, newRunId, diffId, diff, ...more } = replayDocument(result);
    return {
      diff_id: diffId,
      run_id: runId,
      new_run_id: newRunId,
      original_response: originalOutput,
      new_response: newOutput,
      diff: snakeCased(diff),
      ...snakeCased(more) as Readonly<Record<string, unknown>>,
    };
  },
});
