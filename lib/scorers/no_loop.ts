import { z } from "zod";
import { canonicalJson } from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import { quote } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";
import { callsOf } from "./tool_calls.ts";

export const noLoop = defineScorer({
  name: "no_loop",
  version: "1",
  description:
    "no call was made again, with the same arguments and the same result, more than twice, or `max` times",
  setting: "max",
  example: "no_loop, or no_loop=1",
  settings: z.strictObject({ max: z.coerce.number().int().min(1).default(2) }),
  prepare({ max }) {
    return (trace) => {
      const times = new Map<string, { readonly name: string; count: number }>();
      let worst = { name: "", count: 0 };
      for (const { name, arguments: args, result } of callsOf(trace)) {
        const key = canonicalJson([name, args, result]);
        const seen = times.get(key) ?? { name, count: 0 };
        seen.count++;
        times.set(key, seen);
        if (seen.count > worst.count) worst = seen;
      }
      return worst.count === 0 ? passOrFail(true, "no tool was called") : passOrFail(
        worst.count <= max,
        `the most repeated call is ${quote(worst.name)}, ${plural(worst.count, "time")}, at most ${max}`,
      );
    };
  },
});
