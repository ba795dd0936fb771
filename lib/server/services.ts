import type { App } from "../app/mod.ts";
import type { ApprovePolicy } from "../agent/mod.ts";
import type { Host, Store } from "../core/mod.ts";

import type { OpenApiDocument } from "./api_document.ts";
import type { Incoming } from "./incoming.ts";
import type { RequestMetrics } from "./metrics.ts";
import type { Readers } from "./readers.ts";
import type { RunsAtWork } from "./runs_at_work.ts";

/** What whoever started the server allows. Requests can only do less. */
export interface ServerRights {
  /** For tools that write, execute or reach the network, in runs that are started over HTTP. */
  readonly approve: ApprovePolicy;
}

/** What handlers have. */
export interface ServerServices {
  readonly app: App;
  readonly store: Store;
  readonly host: Host;
  readonly rights: ServerRights;
  /** Aborted when the server begins to close: answers without an end end now. */
  readonly closing: AbortSignal;
  readonly work: RunsAtWork;
  readonly readers: Readers;
  readonly metrics: RequestMetrics;
  readonly incoming: Incoming;
  /** What this server says of itself. */
  readonly describe: () => OpenApiDocument;
}
