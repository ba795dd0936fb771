import { isObject, tryParseJson } from "../../core/mod.ts";
import type { DpoLine, SftLine, TrainingLine, TrainingMessage, TrainingTool } from "./training_line.ts";

/*
 * The rules of Mistral's own validators, by where each comes from:
 *
 * - `finetune/data/tokenize.py` of mistral-finetune (`build_instruct_sample`, which `utils/validate_data.py` calls): roles are
 *   known; a message has content or calls, and as text; at most one system message; a call has id, name and arguments as text; a
 *   result has the id of its call; a tool has name, description and parameters, an object.
 * - `MistralRequestValidatorV3` of mistral-common in its fine-tuning mode: the last message is the assistant's; which role may follow
 *   which; an answer has content or calls, never both and never neither; weights are 0 or 1; ids are nine letters and digits; names
 *   have at most 64 letters, digits, `_` and `-`; parameters are a JSON schema of draft 7.
 * - `MistralRequestValidatorV11` of mistral-common (`V13` before 1.10): results answer the calls before them, each once, by their ids.
 *
 * Where versions differ the stricter one counts: a question after a result is taken by mistral-common 1.13 and by no earlier one. Ours
 * beyond those: one answer at least has weight 1, or nothing would be learned; arguments are JSON. A test compares with the package itself.
 */

const CALL_ID = /^[a-zA-Z0-9]{9}$/;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const FOLLOWERS: Readonly<Record<TrainingMessage["role"], readonly TrainingMessage["role"][]>> = {
  system: ["user", "assistant", "system"],
  user: ["assistant", "system", "user"],
  assistant: ["assistant", "user", "tool"],
  tool: ["assistant", "tool"],
};

/** Says what a validator of Mistral's would refuse of a tool's parameters; `undefined`: nothing. */
export type SchemaCheck = (schema: unknown) => string | undefined;

/** Loaded with the first use: it compiles the schema of schemas. */
export async function loadSchemaCheck(): Promise<SchemaCheck> {
  const { default: schemas } = await import("ajv");
  const ajv = new schemas.Ajv({ strict: false, logger: false, addUsedSchema: false });
  const draft7 = ajv.getSchema("http://json-schema.org/draft-07/schema")!;
  return (schema) => draft7(schema) === true ? undefined : "a tool's parameters are no JSON schema";
}

/** Why Mistral's validators would refuse a line, in words that name no message of it; `undefined`: they would not. */
export function lineProblem(line: TrainingLine, checkSchema: SchemaCheck): string | undefined {
  if ("messages" in line) return sftProblem(line, checkSchema);
  return pairProblem(line, checkSchema);
}

function sftProblem({ messages, tools = [] }: SftLine, checkSchema: SchemaCheck): string | undefined {
  return toolsProblem(tools, checkSchema) ?? messagesProblem(messages) ??
    (messages.some((it) => it.role === "assistant" && it.weight !== 0)
      ? undefined
      : "no answer to learn from");
}

function pairProblem({ prompt, chosen, rejected, tools = [] }: DpoLine, checkSchema: SchemaCheck) {
  return toolsProblem(tools, checkSchema) ??
    messagesProblem([...prompt, ...chosen]) ?? messagesProblem([...prompt, ...rejected]) ??
    (JSON.stringify(chosen) === JSON.stringify(rejected) ? "both answers are the same" : undefined);
}

function toolsProblem(tools: readonly TrainingTool[], checkSchema: SchemaCheck): string | undefined {
  for (const { function: { name, description, parameters } } of tools) {
    if (!NAME.test(name)) return "a tool's name";
    if (typeof description !== "string") return "a tool without a description";
    if (!isObject(parameters)) return "a tool's parameters are no object";
    const problem = checkSchema(parameters);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function messagesProblem(messages: readonly TrainingMessage[]): string | undefined {
  if (messages.length < 2) return "no question, or no answer";
  if (messages.at(-1)!.role !== "assistant") return "the last message is not the model's";
  if (messages.filter(({ role }) => role === "system").length > 1) return "more than one system message";
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1];
    if (before && !FOLLOWERS[before.role].includes(message.role)) {
      return `a message of ${message.role} after one of ${before.role}`;
    }
    const problem = messageProblem(message);
    if (problem !== undefined) return problem;
  }
  return pairsProblem(messages);
}

function messageProblem(message: TrainingMessage): string | undefined {
  if (message.role === "tool") {
    if (message.name !== undefined && !NAME.test(message.name)) return "the name of a tool";
    return CALL_ID.test(message.tool_call_id) ? undefined : "the id of a tool call";
  }
  if (message.role !== "assistant") return undefined;
  const { content = "", tool_calls: calls = [], weight } = message;
  if (content === "" && calls.length === 0) return "an empty answer";
  if (content !== "" && calls.length > 0) return "an answer with text and calls";
  if (weight !== undefined && weight !== 0 && weight !== 1) return "a weight that is neither 0 nor 1";
  for (const { id, function: { name, arguments: text } } of calls) {
    if (!CALL_ID.test(id)) return "the id of a tool call";
    if (!NAME.test(name)) return "the name of a tool";
    if (tryParseJson(text) === undefined) return "arguments that are no JSON";
  }
  return undefined;
}

/** Calls of the last answer have no results yet. */
function pairsProblem(messages: readonly TrainingMessage[]): string | undefined {
  let open = new Set<string>();
  for (const message of messages) {
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id)) return "a result without its call";
      continue;
    }
    if (open.size > 0) return "a call without its result";
    const ids = message.role === "assistant" ? (message.tool_calls ?? []).map(({ id }) => id) : [];
    open = new Set(ids);
    if (open.size < ids.length) return "two calls of one id";
  }
  return undefined;
}
