import { z } from "zod";
import { RUN_STATUSES } from "../../core/mod.ts";

/** What several routes take or give. */

const REFERENCE_MAX_CHARS = 36;
const CURSOR_MAX_CHARS = 500;
const NAME_MAX_CHARS = 200;
const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 50;

export const name = z.string().min(1).max(NAME_MAX_CHARS);
export const time = z.iso.datetime().meta({ description: "ISO 8601, UTC, with milliseconds" });
export const usd = z.number().meta({ description: "USD" });

/** A run in a path. */
export const runParams = z.object({
  run_id: z.string().min(1).max(REFERENCE_MAX_CHARS).meta({
    description: "a run id, a unique beginning or end of one (4 characters or more), `last` or `last~N`",
  }),
});

/** A page of a list; the next one is in the headers `Link` and `X-Next-Cursor`. */
export const page = {
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  cursor: z.string().max(CURSOR_MAX_CHARS).optional().meta({
    description: "`X-Next-Cursor` of the page before",
  }),
};

export const status = z.enum(RUN_STATUSES);

export const usage = z.strictObject({
  input_tokens: z.number(),
  output_tokens: z.number(),
  cached_input_tokens: z.number(),
  reasoning_tokens: z.number(),
  total_tokens: z.number(),
});

const reason = z.strictObject({ type: z.string(), message: z.string(), remedy: z.string().optional() });

const cost = {
  total_cost: usd.nullable().meta({
    description: "USD; null when nothing of it is known, not all of it where `cost_known` is false",
  }),
  cost_known: z.boolean(),
};

export const listedRun = z.strictObject({
  run_id: z.string(),
  agent_id: z.string(),
  user_id: z.string(),
  start_time: time,
  end_time: time.nullable(),
  status,
  total_tokens: z.number(),
  ...cost,
  estimated_cost: usd.nullable(),
  model: z.string(),
  steps: z.number(),
  llm_calls: z.number(),
  attempts: z.number(),
  duration_ms: z.number().nullable(),
  usage,
  finish_reason: z.string().nullable(),
  warnings: z.array(z.strictObject({ type: z.string(), message: z.string() })),
  error: reason.nullable(),
  group: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  parent_run_id: z.string().nullable(),
  forked_from: z.strictObject({ run_id: z.string(), step: z.number() }).nullable(),
  origin: z.enum(["agent", "otlp", "proxy", "import"]),
}).meta({ id: "Run" });

export const wholeRun = z.strictObject({
  ...listedRun.shape,
  config: z.string().meta({ description: "the agent as it was configured: a JSON text" }),
  initial_prompt: z.string(),
  final_response: z.string().nullable(),
  messages: z.array(z.strictObject({
    message_id: z.string(),
    role: z.enum(["system", "user", "assistant", "tool"]),
    content: z.string(),
    timestamp: time,
    token_count: z.number().nullable(),
    finish_reason: z.string().nullable(),
  })),
  tool_calls: z.array(z.strictObject({
    call_id: z.string(),
    tool_name: z.string(),
    args: z.unknown(),
    return_value: z.string().nullable(),
    latency_ms: z.number().nullable(),
    is_error: z.boolean(),
    source: z.string(),
  })),
}).meta({ id: "WholeRun" });

export const answered = z.strictObject({
  run_id: z.string(),
  response: z.string().nullable(),
  total_tokens: z.number(),
  ...cost,
  status,
  warnings: listedRun.shape.warnings,
}).meta({ id: "Answered" });

const OVERRIDES_MAX = 50;
const OVERRIDE_MAX_CHARS = 100_000;

/** Settings of an agent by name. Rights are not among them: a tool can be taken away, and none be given. */
export const overrides = z.record(
  z.string().max(NAME_MAX_CHARS),
  z.union([z.string().max(OVERRIDE_MAX_CHARS), z.number(), z.boolean()]),
).refine((it) => Object.keys(it).length <= OVERRIDES_MAX, `must be at most ${OVERRIDES_MAX}`)
  .refine(
    (it) => Object.entries(it).every(([key, value]) => !key.startsWith("tools.") || value === "off"),
    "must not give tools: only off takes one away",
  );

/** As a command line would say them. */
export function overrideTexts(given: z.infer<typeof overrides> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
}
