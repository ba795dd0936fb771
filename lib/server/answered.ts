/** What somebody is told of a request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** The path of the route, not of the request: it has no ids in it. Empty where there is none. */
  readonly route: string;
  readonly status: number;
  readonly tookMs: number;
  /** What went wrong inside, for the operator alone. */
  readonly error?: unknown;
}
