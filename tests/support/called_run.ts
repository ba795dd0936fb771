import { applyEvents, type DurableEvent, type Run, type Trace } from "../../lib/core/mod.ts";
import { sampleEvents } from "./sample_run.ts";

export interface Called {
  readonly tool: string;
  readonly args?: unknown;
  readonly result?: string;
}

/** A finished run that answered `output` after these tool calls. */
export function calledRun(calls: readonly Called[], output: string, change: Partial<Run> = {}): Trace {
  const trace = applyEvents(undefined, sampleEvents({ rounds: 0 }));
  const { traceId, startTimeUs } = trace.run;
  const events = calls.flatMap(({ tool, args = {}, result = "" }, index): DurableEvent[] => {
    const span = { traceId, spanId: (index + 1).toString(16).padStart(16, "0") };
    const id = `c${index}`;
    return [
      {
        type: "span_start",
        span: {
          ...span,
          name: `execute_tool ${tool}`,
          kind: "tool",
          step: index + 1,
          startTimeUs: startTimeUs + index,
          status: "unset",
          attributes: {
            "gen_ai.tool.name": tool,
            "gen_ai.tool.call.id": id,
            "gen_ai.tool.call.arguments": args,
          },
        },
      },
      {
        type: "span_end",
        ...span,
        endTimeUs: startTimeUs + index,
        status: "ok",
        outputMessages: [{ role: "tool", parts: [{ type: "tool_call_response", id, response: result }] }],
      },
    ];
  });
  const called = applyEvents(trace, events);
  return { ...called, run: { ...called.run, output, ...change } };
}
