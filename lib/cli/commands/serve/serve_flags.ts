import type { ApprovePolicy, UnpricedPolicy } from "../../../agent/mod.ts";

/** What `agentop serve` is told. */
export interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly auth?: "on" | "off" | undefined;
  readonly allowHost?: readonly string[] | undefined;
  readonly trustProxy?: readonly string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly approve: ApprovePolicy;
  readonly upstream?: readonly string[] | undefined;
  readonly unpriced?: UnpricedPolicy | undefined;
  readonly tui?: true | undefined;
  /** Ends when its input does. */
  readonly attached?: true | undefined;
}
