import { z } from "zod";
import { explainIssues } from "../schema/mod.ts";
import {
  type CallTouch,
  oneLine,
  type Tool,
  type ToolContext,
  ToolInputError,
  type ToolPermissions,
  type ToolResult,
  tryParseJson,
} from "../core/mod.ts";
import { capText } from "./output.ts";
import { ToolFailure } from "./tool_failure.ts";

const MAX_SUMMARY_LENGTH = 120;

export interface ToolSpec<S extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  /** Must be strict: what the model invents is refused, not ignored. */
  readonly arguments: S;
  readonly permissions: ToolPermissions;
  readonly idempotent: boolean;
  readonly touches?: readonly CallTouch[];
  /** What stands between the brackets of the one-line summary. */
  summary(args: z.output<S>): string;
  /** Throws `ToolFailure` for what the model should be told; content is capped by the caller as a last resort. */
  execute(args: z.output<S>, context: ToolContext): Promise<ToolResult>;
}

/** Makes a `Tool` of a schema and a function: checks arguments, caps output, turns `ToolFailure` into a result. */
export function defineTool<S extends z.ZodObject>(spec: ToolSpec<S>): Tool {
  const keys = Object.keys(spec.arguments.shape);
  const { $schema: _, ...parameters } = z.toJSONSchema(spec.arguments, { io: "input" });
  return Object.freeze({
    name: spec.name,
    description: spec.description,
    parameters,
    permissions: spec.permissions,
    idempotent: spec.idempotent,
    ...(spec.touches ? { touches: spec.touches } : {}),
    summary: (args: unknown) => summarize(spec, args),
    async execute(args: unknown, context: ToolContext): Promise<ToolResult> {
      context.signal.throwIfAborted();
      const value = argumentsObject(spec.name, args);
      const parsed = spec.arguments.safeParse(value);
      if (!parsed.success) {
        throw new ToolInputError(
          `Cannot call ${spec.name}: ${
            explainIssues(parsed.error, value, keys)
          }. Try: correct the arguments and call again.`,
        );
      }
      return cap(await run(spec, parsed.data, context), context.maxOutputBytes);
    },
  });
}

async function run<S extends z.ZodObject>(
  spec: ToolSpec<S>,
  args: z.output<S>,
  context: ToolContext,
): Promise<ToolResult> {
  try {
    return await spec.execute(args, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ToolFailure) return { content: error.message, isError: true };
    throw error;
  }
}

function cap(result: ToolResult, maxBytes: number): ToolResult {
  const { content, truncatedBytes } = capText(result.content, maxBytes);
  const total = truncatedBytes + (result.truncatedBytes ?? 0);
  return { ...result, content, ...(total > 0 ? { truncatedBytes: total } : {}) };
}

/** Some models send arguments twice encoded, or nothing at all for a tool without required arguments. */
function argumentsObject(name: string, args: unknown): unknown {
  if (args === undefined || args === null || args === "") return {};
  if (typeof args !== "string") return args;
  const parsed = tryParseJson(args);
  if (parsed === undefined) {
    throw new ToolInputError(
      `Cannot call ${name}: the arguments are not valid JSON: got ${JSON.stringify(oneLine(args, 80))}. ` +
        `Try: send one JSON object that fits the schema.`,
    );
  }
  return parsed;
}

function summarize<S extends z.ZodObject>(spec: ToolSpec<S>, args: unknown): string {
  try {
    const parsed = spec.arguments.safeParse(argumentsObject(spec.name, args));
    const inside = parsed.success ? spec.summary(parsed.data) : JSON.stringify(args) ?? String(args);
    return `${spec.name}(${oneLine(inside.toWellFormed(), MAX_SUMMARY_LENGTH)})`;
  } catch {
    return `${spec.name}(...)`;
  }
}
