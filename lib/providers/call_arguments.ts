import { type Part, tryParseExactJson } from "../core/mod.ts";

type ToolCallPart = Extract<Part, { type: "tool_call" }>;

/**
 * What a model wrote as a call's arguments. Text that is not JSON stays as it is; where writing the values again would give
 * another text (order of keys, spaces, `1.0`, integers beyond 2^53), the text is kept beside them.
 */
export function readArguments(text: string): Pick<ToolCallPart, "arguments" | "argumentsText"> {
  if (text.trim() === "") return { arguments: {} };
  const value = tryParseExactJson(text);
  if (value === undefined) return { arguments: text };
  return JSON.stringify(value) === text ? { arguments: value } : { arguments: value, argumentsText: text };
}

/**
 * What is sent back. Servers parse the arguments of earlier calls and refuse the whole conversation when they are not a JSON
 * object; what the model wrote instead is quoted inside one, so that it can see and correct its mistake.
 */
export function writeArguments({ arguments: args, argumentsText }: ToolCallPart): string {
  if (args === null || typeof args !== "object" || Array.isArray(args)) {
    return JSON.stringify({ invalid_arguments: args });
  }
  return argumentsText ?? JSON.stringify(args);
}
