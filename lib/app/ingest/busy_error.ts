import { AgentOpError } from "../../core/mod.ts";

/** More is waiting than the store takes; the same may be sent again. */
export class IngestBusyError extends AgentOpError {
  override readonly name = "IngestBusyError";

  constructor() {
    super("Cannot take more spans: the store is behind", { remedy: "send them again in a second" });
  }
}
