import type { YamlPath } from "../schema/mod.ts";
import { linearPattern } from "./pattern.ts";
import type { Scenario } from "./scenario.ts";
import { checkTemplate, TemplateError } from "./template.ts";

export interface ScenarioProblem {
  /** E.g. `["steps", 0, "text"]`. */
  readonly path: YamlPath;
  /** Continues the path: `must be …`. */
  readonly reason: string;
  readonly remedy?: string | undefined;
}

/** What is wrong with a scenario beyond its shape: regular expressions and templates. */
export function scenarioProblems(scenario: Scenario): readonly ScenarioProblem[] {
  const problems: ScenarioProblem[] = [];
  for (const field of ["agent", "prompt"] as const) {
    const source = scenario.match?.[field];
    if (source !== undefined && !linearPattern(source)) {
      problems.push({
        path: ["match", field],
        reason: `must be a regular expression: got "${source}"`,
        remedy: "RE2, without look-around and back-references",
      });
    }
  }
  const check = (value: unknown, path: YamlPath): void => {
    if (typeof value === "string") {
      try {
        checkTemplate(value);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        problems.push({ path, reason: `has a bad template: ${error.reason}`, remedy: error.remedy });
      }
    } else if (value !== null && typeof value === "object") {
      for (const [key, item] of Object.entries(value)) {
        check(item, [...path, Array.isArray(value) ? Number(key) : key]);
      }
    }
  };
  for (const [i, step] of scenario.steps.entries()) {
    check(step.think, ["steps", i, "think"]);
    check(step.text, ["steps", i, "text"]);
    for (const [j, call] of (step.toolCalls ?? []).entries()) {
      check(call.arguments, ["steps", i, "toolCalls", j, "arguments"]);
    }
  }
  return problems;
}
