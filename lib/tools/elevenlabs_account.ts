import { z } from "zod";
import { ELEVENLABS_SERVER_URL, type Host, isObject, oneLine, tryParseJson } from "../core/mod.ts";
import { apiRequest, joinUrl } from "./api_request.ts";
import { ToolFailure } from "./tool_failure.ts";

const TIMEOUT_MS = 10_000;
const ANSWER_MAX_BYTES = 1_048_576;
const SAID_MAX_CHARS = 200;

const subscription = z.object({
  tier: z.string().max(100),
  character_count: z.int().min(0),
  character_limit: z.int().min(0),
  next_character_count_reset_unix: z.int().min(0).nullish(),
});

/** An account's allowance for the current period. ElevenLabs calls credits characters here. */
export interface SpeechAccount {
  /** `free`, `starter`, `creator`, … */
  readonly tier: string;
  readonly usedCredits: number;
  readonly limitCredits: number;
  /** Never negative: beyond the allowance, use is billed otherwise or refused. */
  readonly leftCredits: number;
  /** ISO 8601; absent where it is not said. */
  readonly resetsAt?: string;
}

/** What is left of the account, or why that is unknown: not every key may know. Rejects with the signal's reason alone. */
export async function elevenLabsAccount(
  host: Host,
  secrets: Readonly<Partial<Record<string, string>>>,
  signal: AbortSignal,
): Promise<SpeechAccount | { readonly unknown: string }> {
  const key = secrets.ELEVENLABS_API_KEY;
  if (!key) return { unknown: "ELEVENLABS_API_KEY is not set" };
  try {
    const url = joinUrl(secrets.ELEVENLABS_BASE_URL ?? ELEVENLABS_SERVER_URL, "/v1/user/subscription");
    const { body } = await apiRequest(host, url, {
      method: "GET",
      headers: { "xi-api-key": key, accept: "application/json" },
    }, { service: "ElevenLabs", signal, timeoutMs: TIMEOUT_MS, maxBytes: ANSWER_MAX_BYTES });
    const { data } = subscription.safeParse(tryParseJson(new TextDecoder().decode(body)));
    if (!data) return { unknown: "ElevenLabs sent an answer that is no subscription" };
    const { tier, character_count: used, character_limit: limit, next_character_count_reset_unix: reset } =
      data;
    return {
      tier,
      usedCredits: used,
      limitCredits: limit,
      leftCredits: Math.max(0, limit - used),
      ...(reset ? { resetsAt: new Date(reset * 1000).toISOString() } : {}),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ToolFailure)) throw error;
    return { unknown: whyUnknown(error.message) };
  }
}

/** A key may be good for speech and not for this. */
function whyUnknown(message: string): string {
  const detail = tryParseJson(/\{.*\}/s.exec(message)?.[0] ?? "");
  const said = isObject(detail) && isObject(detail.detail) ? detail.detail : {};
  if (said.status === "missing_permissions") return "the key has not the permission user_read";
  return oneLine(message, SAID_MAX_CHARS);
}
