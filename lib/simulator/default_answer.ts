import { hashText, isObject, oneLine, tryParseJson } from "../core/mod.ts";
import type { ChatBody } from "./chat_body.ts";
import type { Conversation, ToolOutcome } from "./conversation.ts";
import type { Reply } from "./reply.ts";
import { valueForSchema } from "./schema_value.ts";
import { suggestCalls } from "./tool_rules.ts";

const MAX_QUOTE = 400;
const MAX_PROMPT_QUOTE = 160;

const OPENINGS = [
  "This is the built-in simulator, not a Mistral model.",
  "You are talking to the simulator that stands in for Mistral.",
  "No model was called: this answer comes from the simulator.",
] as const;

/**
 * What the simulator says when no scenario applies: calls the tools the prompt suggests, one after the other, then answers with
 * what they returned; otherwise explains itself. Follows `response_format`.
 */
export function defaultReply(body: ChatBody, conversation: Conversation, seed: number): Reply {
  const outcomes = conversation.outcomes.slice(conversation.outcomes.length - conversation.outcomesThisTurn);
  if (body.toolChoice !== "none") {
    const called = new Set(outcomes.map((outcome) => outcome.name));
    const next = suggestCalls(conversation.prompt, body.tools).find((call) => !called.has(call.name));
    if (next) return { toolCalls: [{ name: next.name, arguments: JSON.stringify(next.arguments) }] };
  }
  const text = outcomes.length > 0
    ? outcomes.map(outcomeSentence).join(" ")
    : introduction(body, conversation, seed);
  return { text: inFormat(text, body, conversation, seed) };
}

function outcomeSentence(outcome: ToolOutcome): string {
  const result = oneLine(outcome.result, MAX_QUOTE) || "nothing";
  const args = tryParseJson(outcome.arguments);
  const main = isObject(args) ? Object.values(args).find((value) => typeof value === "string") : undefined;
  const end = /[.!?…]$/.test(result) ? "" : ".";
  if (/^(error|cannot|failed)\b/i.test(result)) return `${outcome.name} did not work: ${result}${end}`;
  if (/calc|math/i.test(outcome.name) && main) return `${main} = ${result}${end}`;
  if (/time|clock/i.test(outcome.name)) return `It is ${result}${end}`;
  if (/list/i.test(outcome.name)) return `The folder holds ${result}${end}`;
  return main
    ? `${outcome.name} (${oneLine(main, 60)}) returned: ${result}${end}`
    : `${outcome.name} returned: ${result}${end}`;
}

function introduction(body: ChatBody, conversation: Conversation, seed: number): string {
  const asked = oneLine(conversation.prompt, MAX_PROMPT_QUOTE);
  const opening = OPENINGS[hashText(conversation.prompt, seed) % OPENINGS.length]!;
  const tools = body.tools.length > 0
    ? ` I can call ${
      body.tools.slice(0, 8).map((tool) => tool.name).join(", ")
    } when a question needs it, such as "what is 6 * 7?".`
    : "";
  return `${opening} You asked: "${asked}".${tools} Set MISTRAL_API_KEY to get answers from a real model, or write a scenario file to script this one.`;
}

function inFormat(text: string, body: ChatBody, conversation: Conversation, seed: number): string {
  if (body.responseFormat.type === "text") return text;
  if (body.responseFormat.type === "json_object") {
    return JSON.stringify({ answer: text, prompt: oneLine(conversation.prompt, MAX_PROMPT_QUOTE) });
  }
  const vary = `${body.model} ${seed} ${conversation.prompt}`;
  return JSON.stringify(valueForSchema(body.responseFormat.schema, { text, vary }));
}
