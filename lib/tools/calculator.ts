import { z } from "zod";
import { NO_PERMISSIONS } from "../core/mod.ts";
import { defineFactory } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { evaluateExpression, ExpressionError, FUNCTION_NAMES } from "./expression.ts";
import { ToolFailure } from "./tool_failure.ts";

/** Significant digits of a result that is not a whole number: hides binary noise such as 0.30000000000000004. */
const DIGITS = 15;

export const calculator = defineFactory({
  name: "calculator",
  description: "Evaluates an arithmetic expression.",
  permissions: "none",
  configSchema: z.strictObject({}),
  example: "- calculator",
  create: () =>
    defineTool({
      name: "calculator",
      description: `Evaluate an arithmetic expression: + - * / % (remainder) ^ (power), brackets, pi, e and ${
        FUNCTION_NAMES.join(", ")
      }. log has base 10, ln is natural, angles are radians. Example: round(sqrt(2) * 1e3, 2)`,
      arguments: z.strictObject({ expression: z.string().min(1).describe("The expression, without =") }),
      permissions: NO_PERMISSIONS,
      idempotent: true,
      summary: ({ expression }) => expression,
      execute({ expression }) {
        try {
          return Promise.resolve({ content: show(evaluateExpression(expression)) });
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error;
          throw new ToolFailure(`Cannot evaluate the expression: ${error.message}.`);
        }
      },
    }),
});

function show(value: number): string {
  if (value === 0) return "0";
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));
}
