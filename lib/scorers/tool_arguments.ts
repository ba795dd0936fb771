import { z } from "zod";
import { canonicalJson, jsonText } from "../core/mod.ts";
import { quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";
import { textSetting } from "./settings.ts";
import { callsOf, hasAll } from "./tool_calls.ts";

export const toolArguments = defineScorer({
  name: "tool_arguments",
  version: "1",
  description:
    "a call of this tool had these arguments, among others or (`only: true`) alone; with `every: true` each call had",
  example: "'tool_arguments={tool: read_file, arguments: {path: sales.csv}}'",
  settings: z.strictObject({
    tool: textSetting(),
    arguments: z.record(z.string(), z.unknown()),
    only: z.boolean().default(false),
    every: z.boolean().default(false),
  }),
  prepare({ tool, arguments: wanted, only, every }) {
    const fits = (args: unknown) =>
      only ? canonicalJson(args) === canonicalJson(wanted) : hasAll(args, wanted);
    return (trace) => {
      const calls = callsOf(trace).filter(({ name }) => name === tool);
      if (calls.length === 0) return passOrFail(false, `${quote(tool)} was not called`);
      const good = calls.filter((call) => fits(call.arguments)).length;
      const other = calls.find((call) => !fits(call.arguments));
      const passed = every ? good === calls.length : good > 0;
      return passOrFail(
        passed,
        `${good} of ${calls.length} calls of ${quote(tool)} fit` +
          (passed || !other ? "" : `, one had ${quote(jsonText(other.arguments))}`),
      );
    };
  },
});
