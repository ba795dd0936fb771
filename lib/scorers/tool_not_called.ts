import { z } from "zod";
import { quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";
import { textsSetting } from "./settings.ts";
import { callsOf } from "./tool_calls.ts";

export const toolNotCalled = defineScorer({
  name: "tool_not_called",
  version: "1",
  description: "the run called none of these tools",
  setting: "tools",
  takesList: true,
  example: "tool_not_called=http_get, or 'tool_not_called=[http_get, run_code]'",
  settings: z.strictObject({ tools: textsSetting() }),
  prepare({ tools }) {
    const names = new Set(tools);
    return (trace) => {
      const called = callsOf(trace).find(({ name }) => names.has(name));
      return called
        ? passOrFail(false, `${quote(called.name)} was called`)
        : passOrFail(true, names.size === 1 ? `${quote(tools[0]!)} was not called` : "none was called");
    };
  },
});
