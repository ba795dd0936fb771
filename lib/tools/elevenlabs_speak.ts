import { z } from "zod";
import { AgentOpError, NO_PERMISSIONS, type ToolResult } from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import { defineFactory, folderSetting } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { apiRequest, hostNameOf, joinUrl } from "./api_request.ts";
import { resolveRoot } from "./path_guard.ts";
import { ToolFailure } from "./tool_failure.ts";
import { writeInside } from "./write_inside.ts";

const DEFAULT_BASE_URL = "https://api.elevenlabs.io";
/** The sample voice of ElevenLabs' own documentation. */
const DEFAULT_VOICE = "JBFqnCBsd6RMkjVDRZzb";
const DEFAULT_MODEL = "eleven_multilingual_v2";
const MAX_TEXT_LENGTH = 5_000;
const MAX_AUDIO_BYTES = 33_554_432;
const TIMEOUT_MS = 120_000;

/** Not idempotent: every call is billed, and two calls never sound the same. */
export const elevenLabsSpeak = defineFactory({
  name: "elevenlabs_speak",
  description: "Speaks a text with ElevenLabs and writes an MP3 file.",
  permissions: "reaches ElevenLabs with ELEVENLABS_API_KEY, writes inside `outputDir`",
  variables: ["ELEVENLABS_API_KEY"],
  configSchema: z.strictObject({
    voice: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be the id of a voice").default(DEFAULT_VOICE)
      .describe("the id of a voice"),
    model: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "must be the name of a model").default(DEFAULT_MODEL)
      .describe("the speech model"),
    outputDir: folderSetting("the folder its MP3 files go to; made when it is not there"),
    baseUrl: z.string().default(DEFAULT_BASE_URL).describe("a server of ElevenLabs, or one on this machine"),
  }),
  example: "- elevenlabs_speak: { outputDir: ./audio }",
  create({ voice, model, outputDir, baseUrl }, deps) {
    const folder = resolveRoot("elevenlabs_speak", "outputDir", deps.baseDir, outputDir);
    requireTrusted(baseUrl);
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
      async execute({ text, path }, { signal }): Promise<ToolResult> {
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
        const billed = { model, quantities: { characters: billedCharacters(headers, text) } };
        if (body.length === 0 || !/^audio\//i.test(headers.get("content-type") ?? "")) {
          return { content: "ElevenLabs sent an answer that is not audio.", isError: true, billed };
        }
        const written = await writeInside(folder, path, body, { maxBytes: MAX_AUDIO_BYTES }).catch(
          (error: unknown) => {
            if (error instanceof ToolFailure) return error;
            throw error;
          },
        );
        // Paid for even when the file cannot be written.
        if (typeof written !== "number") return { content: written.message, isError: true, billed };
        return { content: `Wrote ${plural(written, "byte")} of speech: ${path}`, billed };
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
    { remedy: DEFAULT_BASE_URL },
  );
}

/** ElevenLabs says what it billed; without that, it bills per character of the text. */
function billedCharacters(headers: Headers, text: string): number {
  const said = headers.get("character-cost") ?? "";
  return /^\d{1,9}$/.test(said) ? Number(said) : [...text].length;
}
