/** One line of `agentop doctor`. */
export interface Check {
  readonly name: string;
  /** `broken`: something a person asked for cannot work. `warning`: it works, but less well than it could. */
  readonly status: "ok" | "warning" | "broken";
  readonly message: string;
  readonly remedy?: string | undefined;
}
