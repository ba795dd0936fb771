import { type Message, toolCallsOf } from "../core/mod.ts";

/**
 * A tool call is its place (run, step, position in the answer), not its id: servers begin ids anew with every answer, give one id
 * to all calls, or none. An answer whose ids are all new to the conversation keeps them; any other call gets one that names
 * its place. What goes to the server is mapped to its grammar later.
 */
export function withOwnCallIds(answer: Message, step: number, conversation: readonly Message[]): Message {
  const calls = toolCallsOf(answer);
  if (calls.length === 0) return answer;
  const taken = new Set(conversation.flatMap((message) => toolCallsOf(message).map((call) => call.id)));
  let isChanged = false;
  let position = 0;
  const parts = answer.parts.map((part) => {
    if (part.type !== "tool_call") return part;
    const id = part.id !== "" && !taken.has(part.id) ? part.id : ownId(step, position, taken);
    position++;
    taken.add(id);
    isChanged ||= id !== part.id;
    return id === part.id ? part : { ...part, id };
  });
  return isChanged ? { ...answer, parts } : answer;
}

/** Nine letters and digits, as Mistral's API takes them: `s0012c003`. */
function ownId(step: number, position: number, taken: ReadonlySet<string>): string {
  for (let salt = 0;; salt++) {
    const id = `s${base36(step + salt, 4)}c${base36(position, 3)}`;
    if (!taken.has(id)) return id;
  }
}

function base36(value: number, length: number): string {
  return value.toString(36).padStart(length, "0").slice(-length);
}
