import { askedCalls, stepsOf, toolCallOf, toolResultOf } from "../analysis/mod.ts";
import { isObject, jsonText, type Trace, tryParseJson } from "../core/mod.ts";

/** A call that a run made of a tool. */
export interface MadeCall {
  readonly name: string;
  /** JSON, where the model wrote JSON; else its text. */
  readonly arguments: unknown;
  /** What the tool gave, as text. */
  readonly result: string;
}

/** The tool calls of a run, in order. */
export function callsOf(trace: Trace): readonly MadeCall[] {
  const steps = stepsOf(trace);
  const calls = askedCalls(steps);
  return steps.filter(({ kind }) => kind === "tool").map((step) => {
    const { name, arguments: args } = toolCallOf(step, calls);
    const value = typeof args === "string" ? tryParseJson(args) ?? args : args;
    return { name, arguments: value, result: jsonText(toolResultOf(step) ?? "") };
  });
}

/** Whether `value` has all that `wanted` has: keys of maps may be more, everything else is equal. */
export function hasAll(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && value.length === wanted.length &&
      wanted.every((it, index) => hasAll(value[index], it));
  }
  if (!isObject(wanted)) return Object.is(value, wanted) || value === wanted;
  return isObject(value) &&
    Object.entries(wanted).every(([key, it]) => Object.hasOwn(value, key) && hasAll(value[key], it));
}
