/**
 * What a suite file says. It loads Zod, so it is imported when it is used.
 *
 * @module
 */
import { z } from "zod";
import { CONCURRENCY_MAX } from "./limits.ts";

const text = z.string("must be text").min(1, "must not be empty");
const count = z.number("must be a positive integer").int("must be a positive integer")
  .positive("must be a positive integer");
const share = z.number("must be a number from 0 to 1").min(0, "must be a number from 0 to 1")
  .max(1, "must be a number from 0 to 1");

const optional = <S extends z.ZodType>(schema: S, about: string) => schema.describe(about).exactOptional();

const setting = z.union([z.string(), z.number(), z.boolean()], {
  error: "must be text, a number, true or false",
});
const settings = z.record(z.string(), setting, "must be a map of settings");

export const REPEATS_MAX = 1000;
const VARIANTS_MAX = 100;
const CASES_MAX = 10_000;
const SCORERS_MAX = 50;

const name = text.regex(
  /^[\p{L}\p{N}_][\p{L}\p{N}_. :@/+-]{0,79}$/u,
  "must be at most 80 letters, digits and signs",
);

const scorer = z.union([z.string(), z.record(z.string(), z.unknown())], {
  error: (issue) =>
    issue.input === null ? "is empty" : "must be a scorer's name, or a map from one name to its settings",
});
const scorers = z.array(scorer, "must be a list").max(SCORERS_MAX, `has more than ${SCORERS_MAX} entries`);

const variant = z.strictObject({
  name: name.describe("what results call it"),
  agent: optional(text, "name or path; the suite's own unless given"),
  set: optional(settings, "changes by their `--set` names: `model`, `temperature`, `instructions`, …"),
}, "must be a map with name, agent and set");

const suiteCase = z.strictObject({
  id: optional(
    z.union([text, z.number()], { error: "must be text or a number" }),
    "what results call it; its place in the list unless given",
  ),
  prompt: optional(text, "what is asked; `{{column}}` stands for a column of the case"),
  vars: optional(z.record(z.string(), z.unknown(), "must be a map"), "its columns"),
  scorers: optional(scorers, "scorers of this case; one of the same name replaces the suite's"),
  file: optional(
    text,
    "cases from a `.jsonl` or `.csv` file beside the suite: columns id, prompt, and any others",
  ),
  run: optional(text, "a stored run: its prompt is asked again, its answer is the column `output`"),
  runs: optional(text, "stored runs as `agentop runs --search` finds them, a case each"),
  limit: optional(count, "of `file` or `runs`, the first so many"),
}, "must be a map with prompt, file, run or runs");

const gate = z.strictObject({
  scorer: optional(text, "the scorer that decides; every scorer unless given"),
  failBelow: optional(
    share,
    "the least mean score; without `scorer` of all scorers but latency, cost, tokens and steps",
  ),
  failIfWorse: optional(z.boolean("must be true or false"), "whether to be worse than the baseline fails"),
  margin: optional(share, "how much worse than the baseline may not be excluded; 0.02 unless given"),
}, "must be a map with scorer, failBelow, failIfWorse and margin");

/** What people write: everything but the cases may be left out, nothing else may be there. */
export const suiteFile = z.strictObject({
  name: optional(name, "what experiments call it; the file's name unless given"),
  description: optional(text, "for people"),
  agent: optional(text, "name or path of the agent that is judged"),
  set: optional(settings, "changes for all variants, by their `--set` names"),
  variants: optional(
    z.array(variant, "must be a list").min(1, "must not be empty").max(
      VARIANTS_MAX,
      `has more than ${VARIANTS_MAX} entries`,
    ),
    "what is compared: other settings, or other agents",
  ),
  prompt: optional(
    text,
    "what is asked of cases that have no prompt of their own, e.g. `Answer: {{question}}`",
  ),
  repeats: optional(
    count.max(REPEATS_MAX, `must be at most ${REPEATS_MAX}`),
    "how often each case is run; 1 unless given",
  ),
  concurrency: optional(
    count.max(CONCURRENCY_MAX, `must be at most ${CONCURRENCY_MAX}`),
    "cases at work at once; 8 unless given",
  ),
  budgetUsd: optional(
    z.number("must be a positive number of USD").positive("must be a positive number of USD"),
    "for the whole experiment: it stops before more is spent",
  ),
  source: optional(
    z.enum(["live", "recorded"], "must be live or recorded"),
    "`recorded` judges stored runs again and asks no model",
  ),
  mode: optional(
    z.enum(["live", "hybrid"], "must be live or hybrid"),
    "`hybrid` answers what is on record of a stored run from it: only what changed is paid for",
  ),
  cases: z.array(suiteCase, "must be a list").min(1, "must not be empty").max(
    CASES_MAX,
    `has more than ${CASES_MAX} entries`,
  ).describe("what is asked"),
  scorers: optional(scorers, "what judges every case; `{{column}}` in settings is a column of the case"),
  gate: optional(gate, "what passes, for the exit code"),
}, "must be a map with agent, cases and scorers");

export type SuiteFile = z.output<typeof suiteFile>;
export type SuiteFileCase = z.output<typeof suiteCase>;
export type ScorerEntry = z.output<typeof scorer>;

/** The parts that a page explains one by one. */
export const SUITE_PARTS = { variant, case: suiteCase, gate };
