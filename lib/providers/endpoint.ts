import { readServerUrl } from "../core/mod.ts";

/** `mistral`: requests as Mistral's API takes them. `openai`: requests as Ollama, vLLM, llama.cpp and LM Studio take them. */
export type Dialect = "mistral" | "openai";

export const MISTRAL_SERVER_URL = "https://api.mistral.ai";

/** Default ports of Ollama and LM Studio. */
const OPENAI_PORTS = ["11434", "1234"];

export interface Endpoint {
  /** Without `/v1` and without a slash at the end: the SDK appends `/v1/...`. */
  readonly serverUrl: string;
  /** `host` or `host:port`, for messages. */
  readonly label: string;
  readonly address: string;
  readonly port: number;
  readonly dialect: Dialect;
  readonly isMistralApi: boolean;
}

/**
 * Reads a server URL. Unless told, the dialect follows from the URL alone, so that it never changes from call to call and costs
 * no request: a URL that ends in `/v1` (the OpenAI convention for base URLs) or has the default port of Ollama or LM Studio
 * means `openai`; anything else means `mistral`. Responses of either dialect are understood in both cases.
 */
export function parseEndpoint(serverUrl: string = MISTRAL_SERVER_URL, dialect?: Dialect): Endpoint {
  const url = readServerUrl(serverUrl, {
    variable: "MISTRAL_SERVER_URL",
    example: "http://localhost:11434",
    keyVariable: "MISTRAL_API_KEY",
  });
  const path = url.pathname.replace(/\/+$/, "");
  const endsInV1 = /(^|\/)v1$/.test(path);
  const guessed = endsInV1 || OPENAI_PORTS.includes(url.port) ? "openai" : "mistral";
  const isMistralApi = /(^|\.)mistral\.ai$/.test(url.hostname);
  return {
    serverUrl: url.origin + (endsInV1 ? path.slice(0, -3) : path),
    label: url.host,
    address: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (url.protocol === "https:" ? 443 : 80),
    dialect: dialect ?? (isMistralApi ? "mistral" : guessed),
    isMistralApi,
  };
}
