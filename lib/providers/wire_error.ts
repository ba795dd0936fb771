/**
 * `stream_error`: the server reported an error inside a 200 answer. `too_large`: the answer exceeds a limit. `cut`: the body
 * ended early. `bad_json`: it is not JSON, or not an object. `model_error`: the model ended its answer with an error.
 */
export type WireErrorCode = "stream_error" | "too_large" | "cut" | "bad_json" | "model_error";

/** Trouble found while reading a response body, before the SDK saw it. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;
  /** Status the server put into an error event. */
  readonly statusCode: number | undefined;
  /** The header of that name. */
  readonly retryAfter: string | undefined;
  constructor(
    code: WireErrorCode,
    message: string,
    { statusCode, retryAfter }: {
      readonly statusCode?: number | undefined;
      readonly retryAfter?: string | undefined;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
    this.retryAfter = retryAfter;
  }
}
