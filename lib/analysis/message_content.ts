import { jsonText, type Message, textOf } from "../core/mod.ts";

const responseOf = (message: Message) => {
  const response = message.parts.find((part) => part.type === "tool_call_response");
  return response?.type === "tool_call_response" ? response : undefined;
};

/** What a message says, as text: its text, or the result that it brings. */
export function messageContent(message: Message): string {
  const response = responseOf(message);
  return response ? jsonText(response.response) : textOf(message);
}

/** The id of the call that a message answers. */
export function answeredCallId(message: Message): string | null {
  return responseOf(message)?.id ?? null;
}
