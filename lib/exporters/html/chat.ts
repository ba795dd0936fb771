import type { StoredMessage } from "../../core/mod.ts";
import { grouped, plural } from "../../present/mod.ts";
import { markdown } from "./markdown.ts";
import { type Markup, markup } from "./markup.ts";
import { messageBody } from "./messages.ts";
import { cutNote, type PageText } from "./text.ts";

const MESSAGES_MAX = 400;
const ANSWER_MAX_CHARS = 40_000;

/** Messages as a conversation: answers as they were formatted, everything else as it is. */
export function chatFragment(messages: readonly StoredMessage[], text: PageText): Markup {
  if (messages.length === 0) {
    return markup`<p class="dim">No message is on record.</p>`;
  }
  const shown = messages.slice(0, MESSAGES_MAX).map((it) =>
    markup`<li class="${it.message.role}">${said(it, text)}</li>`
  );
  const more = messages.length - MESSAGES_MAX;
  return markup`<ol class="chat">${shown}</ol>${
    more > 0 ? markup`<p class="cut">… and ${plural(more, "message")} more</p>` : ""
  }`;
}

function said({ message, tokenCount, finishReason }: StoredMessage, text: PageText): Markup {
  const facts = [
    ...(tokenCount === undefined ? [] : [`${grouped(tokenCount)} tokens`]),
    ...(finishReason === undefined || finishReason === "stop" ? [] : [finishReason]),
  ].join(", ");
  const [first, ...others] = message.parts;
  const body = message.role === "assistant" && first?.type === "text" && others.length === 0
    ? answer(first.content, text)
    : messageBody(message, text, message.role === "tool" ? "Result" : "Text");
  return markup`<p class="who"><b>${message.role}</b> <small>${facts}</small></p>${body}`;
}

function answer(content: string, text: PageText): Markup {
  const { head, tail, lost } = text.take(content, ANSWER_MAX_CHARS);
  return markup`${markdown(head)}${cutNote(lost > 0 ? lost + tail.length : 0)}`;
}
