import { z } from "zod";
import { type Fault, FAULT_KINDS } from "./faults.ts";

const chunks = z.int().min(0).max(1_000_000);
const waitMs = z.number().min(0).max(3_600_000);
const words = z.string().max(200_000);

const limitSchema = z.strictObject({
  of: z.enum(["requests", "tokens"]),
  per: z.enum(["second", "minute", "hour", "day", "month"]),
  limit: z.int().min(0),
  remaining: z.int().min(0).exactOptional(),
  resetSeconds: z.number().min(0).max(1e8).exactOptional(),
});

const faultSchema = z.strictObject({
  status: z.int().min(400).max(599),
  retryAfter: z.union([z.number().min(0), z.string()]),
  limit: limitSchema,
  hang: z.literal(true),
  hangMidStream: chunks,
  cut: chunks,
  eof: chunks,
  badJson: z.literal(true),
  badChunk: chunks,
  dripMs: waitMs,
}).partial().transform((given, context): Fault => {
  const refuse = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  const { status, retryAfter, limit, hang, hangMidStream, cut, eof, badJson, badChunk, dripMs } = given;
  const faults: readonly Fault[] = [
    ...(status === undefined ? [] : [{
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(limit === undefined ? {} : { limit }),
    }]),
    ...(hang === undefined ? [] : [{ hang }]),
    ...(hangMidStream === undefined ? [] : [{ hangMidStream }]),
    ...(cut === undefined ? [] : [{ cut }]),
    ...(eof === undefined ? [] : [{ eof }]),
    ...(badJson === undefined ? [] : [{ badJson }]),
    ...(badChunk === undefined ? [] : [{ badChunk }]),
    ...(dripMs === undefined ? [] : [{ dripMs }]),
  ];
  const [fault] = faults;
  if (!fault || faults.length > 1) return refuse(`must be exactly one of ${FAULT_KINDS.join(", ")}`);
  if (retryAfter !== undefined && status === undefined) {
    return refuse("can have retryAfter only next to status");
  }
  if (limit !== undefined && status !== 429) return refuse("can have limit only next to status 429");
  return fault;
});

const stepSchema = z.strictObject({
  faults: z.array(faultSchema).max(100).exactOptional(),
  think: words.exactOptional(),
  toolCalls: z.array(z.strictObject({
    name: z.string().min(1).max(200),
    arguments: z.union([z.record(z.string(), z.unknown()), words]).exactOptional(),
  })).max(100).exactOptional(),
  text: words.exactOptional(),
  finishReason: z.string().min(1).max(100).exactOptional(),
  usage: z.strictObject({
    promptTokens: z.int().min(0).exactOptional(),
    completionTokens: z.int().min(0).exactOptional(),
    cachedTokens: z.int().min(0).exactOptional(),
  }).exactOptional(),
  latencyMs: waitMs.exactOptional(),
  tokensPerSecond: z.number().positive().exactOptional(),
});

/** The shape of a scenario; `scenarioProblems` checks what is inside its strings. */
export const scenarioSchema = z.strictObject({
  name: z.string().min(1).max(200),
  match: z.strictObject({
    model: z.string().min(1).max(500).exactOptional(),
    agent: z.string().min(1).max(2000).exactOptional(),
    prompt: z.string().min(1).max(2000).exactOptional(),
    hasTool: z.string().min(1).max(200).exactOptional(),
  }).exactOptional(),
  per: z.enum(["conversation", "turn"]).exactOptional(),
  steps: z.array(stepSchema).min(1).max(1000),
});
