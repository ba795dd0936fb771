import { z } from "zod";
import { jsonChanges } from "../analysis/mod.ts";
import { canonicalJson, isObject, jsonText, tryParseJson } from "../core/mod.ts";
import { answerOf, quote, unfenced } from "./answer.ts";
import { defineScorer, passOrFail } from "./define_scorer.ts";
import { textsSetting } from "./settings.ts";

const DEPTH_MAX = 200;

export const jsonEqual = defineScorer({
  name: "json_equal",
  version: "1",
  description:
    "the answer is this JSON, in a code fence or bare, but for the paths to `ignore` (`meta.id`, `rows[*].time`)",
  setting: "value",
  example: "'json_equal={value: {total: 42}, ignore: [meta.id, \"rows[*].time\"]}'",
  settings: z.strictObject({ value: z.unknown(), ignore: textsSetting().default([]) })
    .refine((it) => it.value !== undefined, { path: ["value"], message: "is missing" }),
  prepare({ value, ignore }) {
    const paths = ignore.map(pathOf);
    const parsed = typeof value === "string" ? tryParseJson(value) ?? value : value;
    const wanted = without(parsed, paths, 0);
    return (trace) => {
      const answer = tryParseJson(unfenced(answerOf(trace)));
      if (answer === undefined) return passOrFail(false, `${quote(answerOf(trace))} is not JSON`);
      const got = without(answer, paths, 0);
      if (canonicalJson(got) === canonicalJson(wanted)) return passOrFail(true, "the answer is equal");
      const [first, ...more] = jsonChanges(wanted, got);
      const others = more.length === 0 ? "" : `, and ${more.length} more`;
      const side = (it: unknown) => it === undefined ? "nothing" : quote(jsonText(it));
      return passOrFail(
        false,
        `at ${quote(first!.path || "/")} got ${side(first!.right)}, wanted ${side(first!.left)}${others}`,
      );
    };
  },
});

/** `rows[*].time` as its keys; `*` is any. */
function pathOf(path: string): readonly string[] {
  return path.replace(/\[([^[\]]*)\]/g, ".$1").split(".").filter((key) => key !== "" && key !== "$");
}

/** The value without what lies at the paths. */
function without(value: unknown, paths: readonly (readonly string[])[], depth: number): unknown {
  if (paths.length === 0 || depth > DEPTH_MAX) return value;
  const below = (key: string) =>
    paths.flatMap(([first, ...rest]) => first === key || first === "*" ? [rest] : []);
  const kept = (key: string, it: unknown): readonly unknown[] => {
    const rest = below(key);
    return rest.some((path) => path.length === 0) ? [] : [without(it, rest, depth + 1)];
  };
  if (Array.isArray(value)) return value.flatMap((it, index) => kept(String(index), it));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, it]) => kept(key, it).map((left) => [key, left] as const)),
  );
}
