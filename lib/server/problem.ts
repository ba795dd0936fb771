import { AgentOpError, messageOf, oneLine, StoreError } from "../core/mod.ts";

const DETAIL_MAX_CHARS = 1_000;

/** A request that is answered with a status and a reason. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Beside `detail` in the body. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    detail: string,
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly more?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(
      oneLine(detail, DETAIL_MAX_CHARS),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.status = status;
    this.headers = options.headers ?? {};
    this.more = options.more ?? {};
  }
}

/** Whatever a handler threw, as an answer. Paths of this machine and bugs are not told to callers. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof StoreError) {
    return new HttpProblem(503, `The store cannot be used now: ${error.code.replaceAll("_", " ")}`, {
      headers: { "retry-after": "1" },
      cause: error,
    });
  }
  if (error instanceof AgentOpError) return new HttpProblem(400, messageOf(error), { cause: error });
  return new HttpProblem(500, "Internal server error", { cause: error });
}
