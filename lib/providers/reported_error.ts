import { isObject } from "../core/mod.ts";
import { jsonMessage } from "./server_message.ts";
import { WireError } from "./wire_error.ts";
import type { WireObject } from "./wire_json.ts";

/** Words in `code` or `type` of an error, and the status that says the same. */
const MEANINGS: readonly (readonly [RegExp, number])[] = [
  [/rate.?limit|too.?many.?requests|quota|capacity/i, 429],
  [/overloaded|unavailable/i, 503],
  [/authentication|unauthorized|api.?key/i, 401],
  [/permission|forbidden/i, 403],
  [/not.?found/i, 404],
  [/invalid.?request|bad.?request|context.?length/i, 400],
];

/** The body, or the event, is an error although its status was 200. */
export function isReportedError(body: WireObject): boolean {
  return body["object"] === "error" || isSaid(body["error"]);
}

function isSaid(error: unknown): boolean {
  return typeof error === "string" ? error !== "" : isObject(error) && Object.keys(error).length > 0;
}

/** `retryAfter`: the header of that name, which some servers send all the same. */
export function reportedError(value: unknown, retryAfter?: string | null): WireError {
  const inner = isObject(value) && isSaid(value["error"]) ? value["error"] : value;
  const message = jsonMessage(inner) ?? "no reason given";
  return new WireError("stream_error", message, {
    statusCode: isObject(inner) ? statusIn(inner) : undefined,
    retryAfter: retryAfter ?? undefined,
  });
}

/** A code is a status where it can be one; else its words, or the type's, say what it means. */
function statusIn(error: WireObject): number | undefined {
  for (const key of ["status", "status_code", "raw_status_code", "code"]) {
    const status = Number(error[key]);
    if (Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  const words = [error["code"], error["type"]].filter((word) => typeof word === "string").join(" ");
  return MEANINGS.find(([pattern]) => pattern.test(words))?.[1];
}
