/** Formats as the documentation lists them. */
const FORMAT =
  /^(?:mp3_22050_32|mp3_44100_(?:32|64|96|128|192)|pcm_(?:8000|16000|22050|24000|44100)|ulaw_8000)$/;
const MODELS: Readonly<Record<string, number>> = {
  eleven_multilingual_v2: 1,
  eleven_v3: 1,
  eleven_flash_v2_5: 0.5,
};
const VOICE = /^[A-Za-z0-9]{20}$/;
const FIELDS = ["text", "model_id", "voice_settings", "language_code", "seed", "previous_text", "next_text"];

export interface ElevenLabsOptions {
  readonly key?: string;
  /** Of the key. @default all */
  readonly permissions?: readonly ("text_to_speech" | "user_read")[];
  readonly usedCredits?: number;
  readonly limitCredits?: number;
  /** Says what it billed. @default true */
  readonly saysCost?: boolean;
}

/** The two routes of ElevenLabs that are used, as strict as the public documentation says the real ones are. */
export function startElevenLabs(
  { key = "eleven-key-0123", permissions, usedCredits = 0, limitCredits = 1000, saysCost = true }:
    ElevenLabsOptions = {},
) {
  let used = usedCredits;
  const may = (permission: "text_to_speech" | "user_read") =>
    !permissions || permissions.includes(permission);
  const refuse = (status: number, kind: string, message: string) =>
    Response.json({ detail: { status: kind, message } }, { status });
  const lacks = (permission: string) =>
    refuse(
      401,
      "missing_permissions",
      `The API key you used is missing the permission ${permission} to execute this operation.`,
    );

  async function speak(request: Request, url: URL, voice: string): Promise<Response> {
    if (!may("text_to_speech")) return lacks("text_to_speech");
    const body = await request.json().catch(() => undefined);
    const invalid = (loc: readonly string[], msg: string) =>
      Response.json({ detail: [{ loc, msg, type: "value_error" }] }, { status: 422 });
    if (body === undefined || typeof body !== "object") return invalid(["body"], "Input should be an object");
    if (!FORMAT.test(url.searchParams.get("output_format") ?? "")) {
      return invalid(["query", "output_format"], "unknown");
    }
    const strange = Object.keys(body).find((name) => !FIELDS.includes(name));
    if (strange !== undefined) return invalid(["body", strange], "Extra inputs are not permitted");
    const { text, model_id: model } = body;
    if (typeof text !== "string" || text === "") return invalid(["body", "text"], "Field required");
    const rate = MODELS[model];
    if (rate === undefined) {
      return refuse(400, "model_not_found", `A model with model ID ${model} does not exist`);
    }
    if (!VOICE.test(voice)) {
      return refuse(404, "voice_not_found", `A voice with voice_id ${voice} was not found.`);
    }
    const credits = Math.ceil([...text].length * rate);
    if (used + credits > limitCredits) {
      return refuse(401, "quota_exceeded", `This request exceeds your quota of ${limitCredits}.`);
    }
    used += credits;
    const bytes = new TextEncoder().encode(`ID3 ${text}`);
    const headers = {
      "content-type": "audio/mpeg",
      ...(saysCost ? { "character-cost": String(credits) } : {}),
    };
    return new Response(bytes, { headers });
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const url = new URL(request.url);
    const voice = /^\/v1\/text-to-speech\/([^/]+)$/.exec(url.pathname)?.[1];
    const isAccount = url.pathname === "/v1/user/subscription";
    if (voice === undefined && !isAccount) return Response.json({ detail: "Not Found" }, { status: 404 });
    if (request.method !== (isAccount ? "GET" : "POST")) {
      return Response.json({ detail: "Method Not Allowed" }, { status: 405 });
    }
    if (request.headers.get("xi-api-key") !== key) return refuse(401, "invalid_api_key", "Invalid API key");
    if (voice !== undefined) return await speak(request, url, voice);
    if (!may("user_read")) return lacks("user_read");
    return Response.json({
      tier: "creator",
      character_count: used,
      character_limit: limitCredits,
      next_character_count_reset_unix: 1_798_761_600,
      status: "active",
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    key,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
