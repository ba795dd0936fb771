import { z } from "zod";
import { Buffer } from "node:buffer";
import {
  AgentOpError,
  ATTR,
  ELEVENLABS_SERVER_URL,
  newSpanId,
  NO_PERMISSIONS,
  nowUs,
  type ToolContext,
  type ToolResult,
} from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import { defineFactory, folderSetting } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { apiRequest, hostNameOf, joinUrl } from "./api_request.ts";
import { resolveRoot } from "./path_guard.ts";
import { ToolFailure } from "./tool_failure.ts";
import { writeInside } from "./write_inside.ts";

/** The sample voice of ElevenLabs' own documentation. */
const DEFAULT_VOICE = "JBFqnCBsd6RMkjVDRZzb";
const DEFAULT_MODEL = "eleven_multilingual_v2";
const MAX_TEXT_LENGTH = 5_000;
const MAX_AUDIO_BYTES = 33_554_432;
const TIMEOUT_MS = 120_000;
/** Longer speech is in its file alone: about four minutes. */
const KEPT_MAX_BYTES = 4_194_304;

/** Not idempotent: every call is billed, and two calls never sound the same. */
export const elevenLabsSpeak = defineFactory({
  name: "elevenlabs_speak",
  description: "Speaks a text with ElevenLabs and writes an MP3 file.",
  permissions: "reaches ElevenLabs (ELEVENLABS_BASE_URL) with ELEVENLABS_API_KEY, writes inside `outputDir`",
  variables: ["ELEVENLABS_API_KEY", "ELEVENLABS_BASE_URL"],
  configSchema: z.strictObject({
    voice: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be the id of a voice").default(DEFAULT_VOICE)
      .describe("the id of a voice"),
    model: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "must be the name of a model").default(DEFAULT_MODEL)
      .describe("the speech model"),
    outputDir: folderSetting("the folder its MP3 files go to; made when it is not there"),
    baseUrl: z.string().optional()
      .describe("a server of ElevenLabs, or one on this machine; `ELEVENLABS_BASE_URL` unless given"),
  }),
  example: "- elevenlabs_speak: { outputDir: ./audio }",
  create({ voice, model, outputDir, baseUrl: given }, deps) {
    const folder = resolveRoot("elevenlabs_speak", "outputDir", deps.baseDir, outputDir);
    if (given !== undefined) requireTrusted(given);
    const baseUrl = given ?? deps.secrets.ELEVENLABS_BASE_URL ?? ELEVENLABS_SERVER_URL;
    return defineTool({
      name: "elevenlabs_speak",
      description: "Speak a text aloud: makes an MP3 file and returns its path.",
      arguments: z.strictObject({
        text: z.string().min(1).max(MAX_TEXT_LENGTH).describe("What to say"),
        path: z.string().min(1).regex(/\.mp3$/i, "must end with .mp3").describe(
          "Relative path, e.g. welcome.mp3",
        ),
      }),
      permissions: { ...NO_PERMISSIONS, write: [folder], net: [hostNameOf(baseUrl)] },
      touches: [
        { kind: "file", root: folder, path: "path" },
        { kind: "request", method: "POST", host: hostNameOf(baseUrl) },
      ],
      idempotent: false,
      summary: ({ text, path }) => `${path}, ${plural(text.length, "character")}`,
      async execute({ text, path }, context): Promise<ToolResult> {
        const { signal } = context;
        const key = deps.secrets.ELEVENLABS_API_KEY;
        if (!key) {
          throw new ToolFailure(
            "Skipped: speech needs ELEVENLABS_API_KEY, which is not set. Go on without audio.",
          );
        }
        const url = joinUrl(baseUrl, `/v1/text-to-speech/${voice}?output_format=mp3_44100_128`);
        const { body, headers } = await apiRequest(deps.host, url, {
          method: "POST",
          headers: { "xi-api-key": key, "content-type": "application/json", accept: "audio/mpeg" },
          body: JSON.stringify({ text, model_id: model }),
        }, { service: "ElevenLabs", signal, timeoutMs: TIMEOUT_MS, maxBytes: MAX_AUDIO_BYTES });
        const credits = creditsSaid(headers);
        const characters = [...text].length;
        const billed = {
          model,
          quantities: { characters, ...(credits === undefined ? {} : { credits }) },
        };
        const attributes = {
          [ATTR.speechModel]: model,
          [ATTR.speechCharacters]: characters,
          ...(credits === undefined ? {} : { [ATTR.speechCredits]: credits }),
        };
        if (body.length === 0 || !/^audio\//i.test(headers.get("content-type") ?? "")) {
          return {
            content: "ElevenLabs sent an answer that is not audio.",
            isError: true,
            billed,
            attributes,
          };
        }
        keepSpeech(context, path, body);
        const written = await writeInside(folder, path, body, { maxBytes: MAX_AUDIO_BYTES }).catch(
          (error: unknown) => {
            if (error instanceof ToolFailure) return error;
            throw error;
          },
        );
        // Paid for even when the file cannot be written.
        if (typeof written !== "number") {
          return { content: written.message, isError: true, billed, attributes };
        }
        return { content: `Wrote ${plural(written, "byte")} of speech: ${path}`, billed, attributes };
      },
    });
  },
});

/** An agent file must not be able to send the key to a server of its choice. */
function requireTrusted(baseUrl: string): void {
  const url = URL.parse(baseUrl);
  const isOwn = url?.protocol === "https:" &&
    (url.hostname === "elevenlabs.io" || url.hostname.endsWith(".elevenlabs.io"));
  const isLocal = url?.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if ((isOwn || isLocal) && url?.username === "" && url.password === "") return;
  throw new AgentOpError(
    `Cannot set up tool "elevenlabs_speak": "baseUrl" must be a server of ElevenLabs or on this machine, because the key ` +
      `is sent there: got ${JSON.stringify(baseUrl)}`,
    { remedy: ELEVENLABS_SERVER_URL },
  );
}

/** The speech itself is an event of the call: heard again from the trace, and never sent to a model. */
function keepSpeech(context: ToolContext, path: string, body: Uint8Array): void {
  if (body.length > KEPT_MAX_BYTES) return;
  const { host, traceId, parentSpanId, emit } = context;
  const spanId = newSpanId(host);
  const atUs = nowUs(host);
  emit({
    type: "span_start",
    span: {
      traceId,
      spanId,
      parentSpanId,
      name: `speech ${path}`,
      kind: "event",
      startTimeUs: atUs,
      status: "unset",
      attributes: {},
    },
  });
  const data = Buffer.from(body).toString("base64");
  emit({
    type: "span_end",
    traceId,
    spanId,
    endTimeUs: atUs,
    status: "ok",
    outputMessages: [{ role: "tool", parts: [{ type: "blob", mimeType: "audio/mpeg", data }] }],
  });
}

/**
 * Credits that ElevenLabs says it billed: half as many as characters for flash models, and what a voice or a discount makes of them.
 * Where it says nothing, it bills per character of the text.
 */
function creditsSaid(headers: Headers): number | undefined {
  const said = headers.get("character-cost") ?? "";
  return /^\d{1,9}$/.test(said) ? Number(said) : undefined;
}
