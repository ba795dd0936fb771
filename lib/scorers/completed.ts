import { z } from "zod";
import { defineScorer, passOrFail } from "./define_scorer.ts";

export const completed = defineScorer({
  name: "completed",
  version: "1",
  description: "the run completed: it did not fail and no limit stopped it",
  example: "completed",
  settings: z.strictObject({}),
  prepare: () => ({ run }) =>
    passOrFail(
      run.status === "completed",
      `the run ${run.error ? `ended: ${run.error.message}` : `is ${run.status}`}`,
    ),
});
