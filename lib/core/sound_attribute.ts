import { ATTR } from "./attributes.ts";
import { isObject } from "./json.ts";

const isText = (value: unknown) => typeof value === "string";
const isAmount = (value: unknown) => Number.isFinite(value) && (value as number) >= 0;
const isFlag = (value: unknown) => typeof value === "boolean";

const ATTRIBUTES: Readonly<Record<string, (value: unknown) => boolean>> = {
  [ATTR.retryDelayMs]: isAmount,
  [ATTR.retryAfterMs]: isAmount,
  [ATTR.estimatedCostUsd]: isAmount,
  [ATTR.reservedUsd]: isAmount,
  [ATTR.toolTruncatedBytes]: isAmount,
  [ATTR.speechCharacters]: isAmount,
  [ATTR.speechCredits]: isAmount,
  [ATTR.speechModel]: isText,
  [ATTR.attemptOutcome]: isText,
  [ATTR.attemptPartial]: isText,
  [ATTR.requestHash]: isText,
  [ATTR.toolSummary]: isText,
  [ATTR.toolSource]: isText,
  [ATTR.modelSource]: isText,
  [ATTR.childRunId]: isText,
  [ATTR.approvalDecision]: isText,
  [ATTR.approvalBy]: isText,
  [ATTR.controlAction]: isText,
  [ATTR.controlId]: isText,
  [ATTR.controlBy]: isText,
  [ATTR.controlText]: isText,
  [ATTR.controlChanges]: isObject,
  [ATTR.controlStep]: isAmount,
  [ATTR.edited]: isFlag,
  [ATTR.toolIdempotent]: isFlag,
  [ATTR.rateLimit]: isObject,
  [ATTR.droppedParts]: isObject,
};

/** Our own attributes hold what other parts of the program rely on; those of others may hold anything. */
export function isSoundAttribute(name: string, value: unknown): boolean {
  return !Object.hasOwn(ATTRIBUTES, name) || ATTRIBUTES[name]!(value);
}
