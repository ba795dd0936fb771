import { escapeText, isObject, oneLine, tryParseJson } from "../core/mod.ts";

/** Longest text of a server's error shown to people. */
export const MAX_SERVER_MESSAGE_CHARS = 500;

/**
 * What a server says went wrong, as one bounded line: `message`, `detail`, `error.message` or `error` of a JSON body, the title
 * of an HTML page, or the beginning of any other text. Secrets are replaced by `***`.
 */
export function serverMessage(body: string, secret: string): string {
  const parsed = tryParseJson(body);
  const text = parsed === undefined ? plainText(body) : jsonMessage(parsed) ?? body;
  return tidy(text, secret);
}

/** One bounded line, safe to print, without the secret. */
export function tidy(text: string, secret: string): string {
  const hidden = secret.length >= 4 ? text.replaceAll(secret, "***") : text;
  return oneLine(escapeText(oneLine(hidden, MAX_SERVER_MESSAGE_CHARS)), MAX_SERVER_MESSAGE_CHARS);
}

/** The message inside a JSON error, wherever the usual servers put it. */
export function jsonMessage(value: unknown): string | undefined {
  if (typeof value === "string") return value || undefined;
  if (Array.isArray(value)) {
    const parts = value.slice(0, 5).map(validationIssue).filter((part) => part !== undefined);
    return parts.length > 0 ? parts.join("; ") : undefined;
  }
  if (!isObject(value)) return undefined;
  for (const key of ["message", "detail", "error", "msg"]) {
    if (!Object.hasOwn(value, key)) continue;
    const found = jsonMessage(value[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `[{loc: ["body", "temperature"], msg: "…"}]` is how FastAPI reports bad parameters. */
function validationIssue(issue: unknown): string | undefined {
  const message = jsonMessage(issue);
  if (message === undefined || !isObject(issue)) return message;
  const path = issue["loc"];
  return Array.isArray(path) ? `${path.filter((step) => step !== "body").join(".")}: ${message}` : message;
}

function plainText(body: string): string {
  if (!/^\s*</.test(body)) return body;
  return /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1] ?? "";
}
