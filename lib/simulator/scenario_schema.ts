import { z } from "zod";
import { FAULT_KINDS } from "./faults.ts";

const chunks = z.int().min(0).max(1_000_000);
const waitMs = z.number().min(0).max(3_600_000);
const words = z.string().max(200_000);

const faultSchema = z.strictObject({
  status: z.int().min(400).max(599),
  retryAfter: z.union([z.number().min(0), z.string()]),
  hang: z.literal(true),
  hangMidStream: chunks,
  cut: chunks,
  eof: chunks,
  badJson: z.literal(true),
  badChunk: chunks,
  dripMs: waitMs,
}).partial().superRefine((fault, context) => {
  const kinds = FAULT_KINDS.filter((kind) => fault[kind] !== undefined);
  if (kinds.length !== 1) {
    context.addIssue({ code: "custom", message: `must be exactly one of ${FAULT_KINDS.join(", ")}` });
  } else if (fault.retryAfter !== undefined && kinds[0] !== "status") {
    context.addIssue({ code: "custom", message: "can have retryAfter only next to status" });
  }
});

const stepSchema = z.strictObject({
  faults: z.array(faultSchema).max(100).optional(),
  think: words.optional(),
  toolCalls: z.array(z.strictObject({
    name: z.string().min(1).max(200),
    arguments: z.union([z.record(z.string(), z.unknown()), words]).optional(),
  })).max(100).optional(),
  text: words.optional(),
  finishReason: z.string().min(1).max(100).optional(),
  usage: z.strictObject({
    promptTokens: z.int().min(0).optional(),
    completionTokens: z.int().min(0).optional(),
    cachedTokens: z.int().min(0).optional(),
  }).optional(),
  latencyMs: waitMs.optional(),
  tokensPerSecond: z.number().positive().optional(),
});

/** The shape of a scenario; `scenarioProblems` checks what is inside its strings. */
export const scenarioSchema = z.strictObject({
  name: z.string().min(1).max(200),
  match: z.strictObject({
    model: z.string().min(1).max(500).optional(),
    agent: z.string().min(1).max(2000).optional(),
    prompt: z.string().min(1).max(2000).optional(),
    hasTool: z.string().min(1).max(200).optional(),
  }).optional(),
  per: z.enum(["conversation", "turn"]).optional(),
  steps: z.array(stepSchema).min(1).max(1000),
});
