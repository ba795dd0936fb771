/**
 * The JSON that leaves the program: one shape, in one place, for `--json`, HTTP, server-sent events and MCP.
 *
 * @module
 */
export { agentShape, toolNames } from "./agent_shape.ts";
export { diffDocument, replayDocument, type ReplayOutcome } from "./diff_shape.ts";
export { eventShape } from "./event_shape.ts";
export {
  costShape,
  diffShape,
  listedRunShape,
  memoryDocument,
  receiptShape,
  runShape,
  runSummaryShape,
  spanDocument,
  spanShape,
  traceShape,
} from "./shapes.ts";
