import type { Message } from "../core/mod.ts";

/** The window gives up a quarter of itself at a time, so that its beginning stays the same for several calls (prompt cache). */
const STEPS_PER_WINDOW = 4;

/**
 * What a model call sees of a conversation: the system message, and about the last `size` messages. Whole groups stay together
 * (a call without its result, or a result without its call, is refused by the API), the last group always stays, and so does the
 * question that the oldest group answers: a model never sees answers to a question that was cut off.
 */
export function windowOf(messages: readonly Message[], size: number): readonly Message[] {
  const system = messages[0]?.role === "system" ? 1 : 0;
  const surplus = messages.length - system - size;
  if (surplus <= 0) return [...messages];
  const stride = Math.max(1, Math.floor(size / STEPS_PER_WINDOW));
  const wanted = system + Math.ceil(surplus / stride) * stride;
  const starts = groupStarts(messages, system);
  const from = starts.find((start) => start >= wanted) ?? starts.at(-1)!;
  const question = messages.findLastIndex((message, index) => message.role === "user" && index <= from);
  return [
    ...messages.slice(0, system),
    ...(question >= system && question < from ? [messages[question]!] : []),
    ...messages.slice(from),
  ];
}

/** Where messages that stand on their own begin: everything but a tool's result. */
function groupStarts(messages: readonly Message[], system: number): readonly number[] {
  const starts: number[] = [];
  for (let index = system; index < messages.length; index++) {
    if (index === system || messages[index]!.role !== "tool") starts.push(index);
  }
  return starts;
}
