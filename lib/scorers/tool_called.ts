import { z } from "zod";
import { comparedSteps } from "../analysis/mod.ts";
import { plural } from "../present/mod.ts";
import { quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";

export const toolCalled = defineScorer({
  name: "tool_called",
  version: "1",
  description: "the run called this tool; with min and max, that often",
  setting: "tool",
  example: "tool_called=calculator, or 'tool_called={tool: http_get, max: 0}'",
  settings: z.strictObject({
    tool: z.string().min(1),
    min: z.coerce.number().int().nonnegative().optional(),
    max: z.coerce.number().int().nonnegative().optional(),
  }),
  prepare({ tool, min, max }) {
    const least = min ?? (max === 0 ? 0 : 1);
    return (trace) => {
      const calls = comparedSteps(trace).filter(({ document }) =>
        document.kind === "tool" && document.name === tool
      ).length;
      const wanted = max === undefined ? `at least ${least}` : `${least} to ${max}`;
      return passOrFail(
        calls >= least && calls <= (max ?? Infinity),
        `${quote(tool)} was called ${plural(calls, "time")}, wanted ${wanted}`,
      );
    };
  },
});
