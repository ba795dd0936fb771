/** An error answer in the shape Mistral's API uses for that status. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  withHeaders(headers: Readonly<Record<string, string>>): ApiError {
    return new ApiError(this.status, this.body, { ...this.headers, ...headers });
  }
}

/** One thing wrong with a request body, as FastAPI reports it. */
export interface BodyProblem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
}

const KINDS: Readonly<Record<number, readonly [type: string, code: string, message: string]>> = {
  400: ["invalid_request_error", "3000", "Bad request."],
  403: ["forbidden", "1100", "You are not allowed to use this model."],
  404: ["not_found", "1404", "Not found."],
  408: ["request_timeout", "1408", "The request took too long to arrive."],
  429: ["rate_limited", "1300", "Rate limit exceeded"],
  500: ["internal_server_error", "3000", "Internal server error."],
  502: ["bad_gateway", "3002", "Bad gateway."],
  503: ["unreachable_backend", "1901", "Service unavailable."],
  504: ["gateway_timeout", "3004", "Gateway timeout."],
  529: ["overloaded", "3529", "The service is overloaded."],
};

/** `{"object": "error", …}`, what the model servers answer. */
export function modelError(status: number, message?: string, type?: string, code?: string): ApiError {
  const [kind, number, text] = KINDS[status] ??
    ["simulated_error", String(status), `Simulated status ${status}.`];
  return new ApiError(status, {
    object: "error",
    message: message ?? text,
    type: type ?? kind,
    param: null,
    code: code ?? number,
    raw_status_code: status,
  });
}

/** `{"detail": …}`, what the gateway in front of them answers. */
export function gatewayError(status: number, detail: string): ApiError {
  return new ApiError(status, { detail });
}

export function bodyError(problems: readonly BodyProblem[]): ApiError {
  return new ApiError(422, { detail: problems });
}
