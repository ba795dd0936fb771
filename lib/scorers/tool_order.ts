import { z } from "zod";
import { quote } from "./answer.ts";
import { defineScorer } from "./define_scorer.ts";
import { textsSetting } from "./settings.ts";
import { callsOf } from "./tool_calls.ts";

export const toolOrder = defineScorer({
  name: "tool_order",
  version: "1",
  description:
    "the run called these tools in this order, others in between or not; the value is how far it came",
  setting: "tools",
  takesList: true,
  example: "'tool_order=[read_file, calculator]'",
  settings: z.strictObject({ tools: textsSetting() }),
  prepare({ tools }) {
    return (trace) => {
      let found = 0;
      for (const { name } of callsOf(trace)) if (name === tools[found]) found++;
      return {
        value: found / tools.length,
        passed: found === tools.length,
        explanation: found === tools.length
          ? `all ${found} were called in order`
          : `${quote(tools[found]!)} was not called${
            found === 0 ? "" : ` after ${quote(tools[found - 1]!)}`
          }`,
      };
    };
  },
});
