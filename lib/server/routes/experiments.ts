import { z } from "zod";
import { compareExperiments, experimentReport } from "../../app/mod.ts";
import { AgentOpError, StoreError } from "../../core/mod.ts";
import { comparisonDocument, experimentDocument, experimentShape, snakeCased } from "../../documents/mod.ts";
import { HttpProblem } from "../problem.ts";
import { route } from "../route.ts";
import { pageAnswer } from "./page_answer.ts";
import { name, page, time, usage, usd } from "./schemas.ts";

const REFERENCE_MAX_CHARS = 300;
const reference = (what: string) => z.string().min(1).max(REFERENCE_MAX_CHARS).meta({ description: what });

const listed = {
  experiment_id: z.string(),
  suite: z.string(),
  suite_hash: z.string(),
  status: z.string(),
  start_time: time,
  end_time: time.nullable(),
  duration_ms: z.number().nullable(),
  cases: z.number(),
  repeats: z.number(),
  planned: z.number(),
  done: z.number(),
  passed: z.number(),
  errors: z.number(),
  usage,
  cost_usd: usd.nullable(),
  cost_known: z.boolean(),
};

export const listExperiments = route({
  method: "GET",
  path: "/experiments",
  role: "read",
  pace: "read",
  summary: "Experiments, newest first",
  query: z.object({ ...page, suite: name.optional() }),
  answer: {
    type: "application/json",
    schema: z.array(z.looseObject({ ...listed, variants: z.array(z.string()) })),
    description: "A page of experiments",
  },
  async handle({ query: { limit, cursor, suite }, target }, { store }) {
    const { experiments, nextCursor } = await store.listExperiments({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(suite === undefined ? {} : { suite }),
    });
    return pageAnswer(experiments.map((it) => snakeCased(experimentShape(it))), nextCursor, { target });
  },
});

export const getExperiment = route({
  method: "GET",
  path: "/experiments/{id}",
  role: "read",
  pace: "read",
  summary: "One experiment, case by case",
  params: z.object({ id: reference("an experiment id, a beginning or end of one, or `last`") }),
  answer: {
    type: "application/json",
    schema: z.looseObject({
      ...listed,
      variants: z.array(z.looseObject({ name: z.string(), runs: z.number(), scores: z.array(z.unknown()) })),
      gate: z.looseObject({ verdict: z.string() }),
      results: z.array(
        z.looseObject({ case_id: z.string(), variant: z.string(), repeat: z.number(), run_id: z.string() }),
      ),
    }),
    description: "The experiment",
  },
  failures: { 404: "There is no such experiment" },
  handle: ({ params }, { app }) =>
    known(async () => snakeCased(experimentDocument(await experimentReport(app, params.id)))),
});

/** Both sides of a comparison are objects of ours. */
const SIDES: ReadonlySet<string> = new Set(["left", "right"]);

export const compare = route({
  method: "GET",
  path: "/experiments/{a}/compare/{b}",
  role: "read",
  pace: "read",
  summary: "What may be claimed of two experiments, or of two variants as `EXP%2FVARIANT`",
  params: z.object({
    a: reference("measured by this one"),
    b: reference("this one"),
  }),
  answer: {
    type: "application/json",
    schema: z.looseObject({
      left: z.looseObject({ experiment_id: z.string(), variant: z.string() }),
      right: z.looseObject({ experiment_id: z.string(), variant: z.string() }),
      pairs: z.number(),
      scorers: z.array(z.looseObject({ scorer: z.string(), verdict: z.string() })),
    }),
    description: "The comparison",
  },
  failures: { 404: "There is no such experiment, or they have no case in common" },
  handle: ({ params: { a, b } }, { app }) =>
    known(async () =>
      snakeCased(comparisonDocument((await compareExperiments(app, a, b)).comparison), SIDES)
    ),
});

/** What is not known is not there. */
async function known(look: () => Promise<unknown>): Promise<unknown> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AgentOpError && !(error instanceof StoreError)) {
      throw new HttpProblem(404, error.reason);
    }
    throw error;
  }
}
