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
  status: z.int().min(400).max(599).describe("an HTTP error, 400 to 599"),
  retryAfter: z.union([z.number().min(0), z.string()]).describe("beside `status`: seconds, or an HTTP date"),
  limit: limitSchema.describe("beside `status: 429`: the limit that was hit"),
  hang: z.literal(true).describe("never answers; the connection stays open"),
  hangMidStream: chunks.describe("stops after this many chunks; the connection stays open"),
  cut: chunks.describe("the connection breaks after this many chunks; with 0 before the status line"),
  eof: chunks.describe("the stream ends after this many chunks as if all were well"),
  badJson: z.literal(true).describe("200 with something that is not JSON"),
  badChunk: chunks.describe("an error object in the stream after this many chunks"),
  dripMs: waitMs.describe("all of the answer, with this wait before every chunk"),
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
  faults: z.array(faultSchema).max(100).describe("what goes wrong first, one for each try").exactOptional(),
  think: words.describe("what the model thinks aloud; may hold `{{templates}}`").exactOptional(),
  toolCalls: z.array(z.strictObject({
    name: z.string().min(1).max(200).describe("the tool"),
    arguments: z.union([z.record(z.string(), z.unknown()), words])
      .describe("texts inside may hold `{{templates}}`; a text instead is sent as it is, JSON or not")
      .exactOptional(),
  })).max(100).describe("tools that are called").exactOptional(),
  text: words.describe("the answer; may hold `{{templates}}`").exactOptional(),
  finishReason: z.string().min(1).max(100).describe("what is said of how it ended").exactOptional(),
  usage: z.strictObject({
    promptTokens: z.int().min(0).describe("tokens in").exactOptional(),
    completionTokens: z.int().min(0).describe("tokens out").exactOptional(),
    cachedTokens: z.int().min(0).describe("tokens in that were cached").exactOptional(),
  }).describe("token counts to report instead of the estimate").exactOptional(),
  latencyMs: waitMs.describe("wait before the first chunk, milliseconds").exactOptional(),
  tokensPerSecond: z.number().positive().describe("how fast it streams").exactOptional(),
});

/** The shape of a scenario; `scenarioProblems` checks what is inside its strings. */
export const scenarioSchema = z.strictObject({
  name: z.string().min(1).max(200).describe("for messages"),
  match: z.strictObject({
    model: z.string().min(1).max(500).describe("the model's name; `*` stands for any letters")
      .exactOptional(),
    agent: z.string().min(1).max(2000).describe(
      "a regular expression on the system message, case ignored (RE2: no look-around, no back-references)",
    )
      .exactOptional(),
    prompt: z.string().min(1).max(2000).describe(
      "a regular expression on the user's message (`per` says which), case ignored (RE2 likewise)",
    )
      .exactOptional(),
    hasTool: z.string().min(1).max(200).describe("a tool that is offered").exactOptional(),
  }).describe("which requests it answers: all that is named must hold").exactOptional(),
  per: z.enum(["conversation", "turn"])
    .describe(
      "steps count from the first message, or begin anew with each of the user's (conversation unless given)",
    )
    .exactOptional(),
  steps: z.array(stepSchema).min(1).max(1000).describe(
    "one for each call of the model; then the simulator's own rules answer",
  ),
});
