/**
 * What an agent is made of, once: agent files, `--set`, what is read back from stores and `docs/agents.md` come from here, and
 * the types that are written out in `agent_config.ts` cannot come apart from it. It loads Zod, so it is imported when it is used.
 *
 * @module
 */
import { z } from "zod";
import type { ModelParameters } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";

// ---------------------------------------------------------------------------------------------- words for what fits

/** Messages continue the path of what is wrong: `limits.maxSteps must be a positive integer`. */
const text = z.string("must be text").min(1, "must not be empty");
const flag = z.boolean("must be true or false");
const seconds = z.number("must be a number of seconds").min(0, "must not be negative");
const count = z.number("must be a positive integer").int(wholeOr("must be a positive integer"))
  .positive("must be a positive integer");

/** A whole number that is refused is one too large to be exact. */
function wholeOr(must: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) => Number.isInteger(input) ? "is too large" : must,
  };
}

function range(min: number, max: number) {
  const must = `must be a number from ${min} to ${max}`;
  return z.number(must).min(min, must).max(max, must);
}

function positive(unit: string) {
  const must = `must be a positive number of ${unit}`;
  return z.number(must).positive(must);
}

function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, `must be ${values.slice(0, -1).join(", ")} or ${values.at(-1)}`);
}

function optional<S extends z.ZodType>(schema: S, about: string) {
  return schema.describe(about).exactOptional();
}

/** The same keys, none of which must be there. */
function mayBeLeftOut<S extends Readonly<Record<string, z.ZodType>>>(shape: S) {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.exactOptional()])) as {
    readonly [K in keyof S]: z.ZodExactOptional<S[K]>;
  };
}

// ---------------------------------------------------------------------------------------------- the parts

const CACHE_KEY = "must be off, or a name of at most 128 letters, digits and signs";

/** A key of `ModelParameters` without a line here does not compile. */
const PARAMETERS = {
  temperature: optional(range(0, 1.5), "how freely the model chooses its words"),
  topP: optional(range(0, 1), "only the likeliest words that make up this share are chosen from"),
  maxTokens: optional(count, "tokens of one answer at most"),
  seed: optional(
    z.number("must be an integer").int(wholeOr("must be an integer")).min(0, "must not be negative"),
    "the same seed makes the same answers likely",
  ),
  stop: optional(
    z.array(text, "must be a list of texts").max(16, "has more than 16 entries"),
    "the answer ends before any of these",
  ),
  toolChoice: optional(
    oneOf("auto", "none", "any", "required"),
    "whether the model may or must call a tool; `any` and `required` hold until the first call",
  ),
  parallelToolCalls: optional(flag, "whether one answer may call several tools"),
  responseSchema: optional(
    z.record(z.string(), z.unknown(), "must be a JSON schema"),
    "what answers must look like",
  ),
  reasoningEffort: optional(
    oneOf("none", "minimal", "low", "medium", "high", "xhigh"),
    "how long a reasoning model thinks",
  ),
  safePrompt: optional(flag, "whether the server puts its safety prompt first"),
  promptCacheKey: optional(
    z.string(CACHE_KEY).regex(/^[!-~]{1,128}$/, CACHE_KEY),
    "what the server looks for a cached beginning of the prompt under, or `off`; made from agent, model and beginning unless given",
  ),
} satisfies Readonly<Record<keyof ModelParameters, z.ZodType>>;

const MEMORY = {
  window: count.describe("messages sent besides the system message; older ones stay stored"),
  keyValue: flag.describe("whether the agent has tools to remember values by key"),
};

/** The result of a call is held in memory, stored and sent to the model. */
const MAX_TOOL_OUTPUT_BYTES = 10_000_000;

const LIMITS = {
  maxSteps: count.describe("model calls and tool calls together"),
  budgetUsd: optional(positive("USD"), "the run stops before more than this is spent"),
  budgets: optional(
    z.array(
      z.object(
        { limitUsd: positive("USD"), per: oneOf("day", "week", "month") },
        "must be a map with limitUsd and per",
      ),
      "must be a list of maps with limitUsd and per",
    ).max(3, "has more than 3 entries"),
    "what all runs of the agent together may spend: `limitUsd` and `per: day`, `week` or `month`",
  ),
  timeoutSeconds: positive("seconds").describe(
    "of the run; time paused or waiting for an approval does not count",
  ),
  toolTimeoutSeconds: positive("seconds").describe("of one tool call"),
  maxToolOutputBytes: count.max(MAX_TOOL_OUTPUT_BYTES, "must be at most 10,000,000 (10 MB)").describe(
    "of one tool call, 10,000,000 at most; what is longer is cut",
  ),
  maxRepeats: optional(
    z.number("must be 0 or at least 2").int("must be 0 or at least 2").refine(
      (it) => it === 0 || it >= 2,
      "must be 0 or at least 2",
    ),
    "the same call with the same result this often stops the run as a loop (5 unless given); 0 never does",
  ),
  strict: optional(flag, "an answer that was cut off fails the run, instead of being a warning"),
};

const RETRY = {
  maxAttempts: optional(count.max(20, "must be at most 20"), "attempts per model call, the first included"),
  minWaitSeconds: optional(seconds, "before the second attempt; it doubles with each"),
  maxWaitSeconds: optional(seconds, "the longest wait, also when the server asks for one"),
};

export const agentName = text.regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, - or _");

const WHOLE = {
  name: agentName.describe("what commands and other agents call it"),
  description: optional(text, "what an agent that may hand work to it is told"),
  model: text.describe("the model that answers"),
  instructions: z.string("must be text").describe("the system message"),
  approve: oneOf("ask", "auto", "never")
    .describe(
      "tools that write, execute or reach the network: a person is asked, all pass (`auto`, once the folder is trusted with `agentop trust`), none does",
    ),
};

// ---------------------------------------------------------------------------------------------- stored

/** A tool of an agent: one of the tool family by name, or another agent that work is handed to. */
const toolReference = z.object({
  kind: z.enum(["tool", "agent"]),
  name: z.string().min(1),
  config: z.record(z.string(), z.unknown()).exactOptional(),
});

/** A resolved agent, as it is stored with each run. Keys of newer versions are passed over. */
export const storedAgent = z.object({
  ...WHOLE,
  parameters: z.object(PARAMETERS),
  tools: z.array(toolReference),
  memory: z.object(MEMORY),
  limits: z.object({
    ...LIMITS,
    // Runs from before there was a ceiling go on below it.
    maxToolOutputBytes: count.overwrite((bytes) => Math.min(bytes, MAX_TOOL_OUTPUT_BYTES)),
  }),
  retry: z.object(RETRY),
  /** Folder that relative paths of tools start from. */
  baseDir: z.string(),
});

/** Nothing read-only, and with `Filled` everything there: types are the same when each can stand for the other either way. */
type Plain<T> = T extends readonly (infer E)[] ? Plain<E>[]
  : T extends object ? { -readonly [K in keyof T]: Plain<T[K]> }
  : T;
type Filled<T> = T extends readonly (infer E)[] ? Filled<E>[]
  : T extends object ? { -readonly [K in keyof T]-?: Filled<T[K]> }
  : T;
type Same<A, B> = [A, B] extends [B, A] ? true : false;
type Stored = z.output<typeof storedAgent>;

/** Does not compile when `AgentConfig` and the schema say different things. */
export const TYPE_IS_SCHEMA:
  & Same<Plain<AgentConfig>, Plain<Stored>>
  & Same<Filled<AgentConfig>, Filled<Stored>> = true;

// ---------------------------------------------------------------------------------------------- files

const toolEntry = z.union([
  z.string(),
  z.record(z.string(), z.unknown()).refine(
    (it) => Object.keys(it).length === 1,
    "must have one name, with its settings indented deeper",
  ),
], {
  error: (issue) =>
    issue.input === null ? "is empty" : "must be a tool's name, or a map from one name to its settings",
});

/** What people write: everything may be left out, nothing else may be there. */
export const agentFile = z.strictObject(
  mayBeLeftOut({
    ...WHOLE,
    parameters: z.strictObject(PARAMETERS, "must be a map of parameters"),
    tools: z.array(toolEntry, "must be a list").max(64, "has more than 64 entries")
      .describe("tools by name, or with their settings; `agent: NAME` hands work to another agent"),
    memory: z.strictObject(mayBeLeftOut(MEMORY), "must be a map"),
    limits: z.strictObject(mayBeLeftOut(LIMITS), "must be a map"),
    retry: z.strictObject(RETRY, "must be a map"),
  }),
  "must be a map with model, instructions, tools, ...",
);

/** Parameters that can be given as one word. */
export const SETTABLE_PARAMETERS = Object.entries(PARAMETERS).flatMap(([key, schema]) => {
  const inner = schema.unwrap();
  const isWord = [z.ZodNumber, z.ZodBoolean, z.ZodEnum, z.ZodString].some((kind) => inner instanceof kind);
  return isWord ? [[key, inner] as const] : [];
});

/** What of a run can be changed while it is live: `LiveSettings`. */
export const liveSettings = z.strictObject({
  model: WHOLE.model.exactOptional(),
  temperature: PARAMETERS.temperature,
  topP: PARAMETERS.topP,
  maxTokens: PARAMETERS.maxTokens,
  seed: PARAMETERS.seed,
  maxSteps: LIMITS.maxSteps.exactOptional(),
  timeoutSeconds: LIMITS.timeoutSeconds.exactOptional(),
  budgetUsd: LIMITS.budgetUsd,
});
