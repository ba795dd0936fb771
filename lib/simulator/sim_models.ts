import type { ChatBody } from "./chat_body.ts";
import type { Conversation } from "./conversation.ts";
import type { Fault } from "./faults.ts";
import type { Reply } from "./reply.ts";
import { argumentsFor, suggestCalls } from "./tool_rules.ts";

/** Models whose name says how they behave, alone or as an ending: `sim-429`, `mistral-small-latest@sim-cut`. */
export const SIM_MODELS: readonly string[] = [
  "sim-echo",
  "sim-think",
  "sim-parallel",
  "sim-loop",
  "sim-long",
  "sim-401",
  "sim-422",
  "sim-429",
  "sim-429-1",
  "sim-500",
  "sim-503",
  "sim-hang",
  "sim-stall",
  "sim-cut",
  "sim-eof",
  "sim-badjson",
  "sim-badchunk",
  "sim-drip",
];

const LONG_SENTENCES = 1500;
const SIM_NAME = /(?:^|[^a-z0-9])sim-([a-z0-9]+)(?:-(\d+))?$/;

const FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ["hang", { hang: true }],
  ["stall", { hangMidStream: 3 }],
  ["cut", { cut: 3 }],
  ["eof", { eof: 3 }],
  ["badjson", { badJson: true }],
  ["badchunk", { badChunk: 3 }],
  ["drip", { dripMs: 100 }],
]);

const ANSWERS: readonly string[] = ["echo", "think", "loop", "parallel", "long"];

/** What a simulated model answers as: `""` for `sim-429`, the model before it for `mistral-small-latest@sim-429`. */
export function simBase(model: string): string | undefined {
  const found = SIM_NAME.exec(model);
  if (!found || !(ANSWERS.includes(found[1]!) || simFault(model))) return undefined;
  return model.slice(0, found.index);
}

/** The fault a model's name asks for on every request. `sim-429-2` adds `Retry-After: 2`. */
export function simFault(model: string): Fault | undefined {
  const [, word, number] = SIM_NAME.exec(model) ?? [];
  if (word === undefined) return undefined;
  if (!/^[45]\d\d$/.test(word)) return FAULTS.get(word);
  return { status: Number(word), ...(number === undefined ? {} : { retryAfter: Number(number) }) };
}

/** The answer a model's name asks for. */
export function simReply(body: ChatBody, conversation: Conversation): Reply | undefined {
  switch (SIM_NAME.exec(body.model)?.[1]) {
    case "echo":
      return { text: conversation.prompt };
    case "think":
      return {
        think: `The user wrote ${conversation.prompt.length} characters. I will repeat the gist.`,
        text: `I thought about it: ${conversation.prompt}`,
      };
    case "loop":
      return callAll(body, conversation, 1) ?? { text: "sim-loop has no tool to call." };
    case "parallel":
      if (conversation.outcomesThisTurn > 0) {
        return { text: `All ${conversation.outcomesThisTurn} tools have answered.` };
      }
      return callAll(body, conversation, body.tools.length) ?? { text: "sim-parallel has no tools to call." };
    case "long":
      return { text: longText() };
  }
  return undefined;
}

function callAll(body: ChatBody, conversation: Conversation, count: number): Reply | undefined {
  const suggested = suggestCalls(conversation.prompt, body.tools);
  const toolCalls = body.tools.slice(0, count).map((tool) => ({
    name: tool.name,
    arguments: JSON.stringify(
      suggested.find((call) => call.name === tool.name)?.arguments ?? argumentsFor(tool, conversation.prompt),
    ),
  }));
  return toolCalls.length > 0 ? { toolCalls } : undefined;
}

function longText(): string {
  const sentences = Array.from(
    { length: LONG_SENTENCES },
    (_, i) => `Sentence ${i + 1} of ${LONG_SENTENCES} says that a long answer must not slow the reader down.`,
  );
  return sentences.map((sentence, i) => sentence + (i % 5 === 4 ? "\n\n" : " ")).join("").trim();
}
