import type { Message, Part, Span } from "../../core/mod.ts";
import { grouped, plural } from "../../present/mod.ts";
import { fold, html } from "./page.ts";
import type { PageText } from "./text.ts";

const LINKS_MAX = 40;

/** A step of the page. */
export interface Place {
  readonly anchor: string;
  readonly words: string;
}

export interface MessagePage {
  readonly text: PageText;
  /** Where a message (or what else repeats in each call) was shown first. */
  readonly shownIn: Map<string, Place>;
}

/** What a step added to the conversation. */
export function outputOf(span: Span, place: Place, page: MessagePage): string {
  const messages = span.outputMessages ?? [];
  if (messages.length === 0) {
    return span.kind === "llm" && span.endTimeUs !== undefined
      ? '<p class="dim">No output was recorded.</p>'
      : "";
  }
  return messages.map((message) => {
    page.shownIn.set(keyOf(message), place);
    return messageBody(message, page.text, span.kind === "tool" ? "Result" : "Output");
  }).join("");
}

/** The parts of a message, each under its name. */
export function messageBody(message: Message, text: PageText, title: string): string {
  const parts = message.parts.map((part) => partBody(part, text, title)).filter((it) => it !== "");
  return parts.length === 0 ? `<h4>${html(title)}</h4><p class="dim">empty</p>` : parts.join("");
}

function partBody(part: Part, text: PageText, title: string): string {
  switch (part.type) {
    case "text":
      return part.content === "" ? "" : `<h4>${html(title)}</h4>${text.block(part.content)}`;
    case "reasoning":
      return fold("Reasoning", text.block(part.content));
    case "tool_call":
      return `<h4>Calls ${html(part.name)}</h4>${text.value(part.arguments)}`;
    case "tool_call_response":
      return `<h4>${html(title)}${part.isError ? ': <span class="error">the tool failed</span>' : ""}</h4>${
        text.value(part.response)
      }`;
    case "blob":
      return `<h4>${html(title)}</h4><p class="dim">${html(part.mimeType)}, ${
        grouped(part.data.length)
      } characters of base64, not on this page</p>`;
    case "uri":
      return `<h4>${html(title)}</h4>${text.block(part.uri)}`;
    case "file":
      return `<h4>${html(title)}</h4><p>file <code>${html(part.fileId)}</code></p>`;
  }
}

/** What was sent: messages the page shows already as links to where, new ones whole. */
export function inputOf(span: Span, place: Place, page: MessagePage): string {
  const messages = span.kind === "agent" ? [] : span.inputMessages ?? [];
  if (messages.length === 0) return "";
  const links: string[] = [];
  const fresh: string[] = [];
  for (const message of messages) {
    const key = keyOf(message);
    const known = page.shownIn.get(key);
    if (known) links.push(`<a href="#${known.anchor}">${html(`${message.role}, ${known.words}`)}</a>`);
    else {
      page.shownIn.set(key, place);
      links.push(`<span>${html(message.role)}, below</span>`);
      fresh.push(messageBody(message, page.text, message.role));
    }
  }
  const more = links.length - LINKS_MAX;
  const shown = more > 0
    ? [...links.slice(0, 2), `<span>… ${more} more …</span>`, ...links.slice(2 + more)]
    : links;
  return fold(
    `Input: ${plural(messages.length, "message")}`,
    `<p class="said">${shown.join("")}</p>${fresh.join("")}`,
  );
}

const keys = new WeakMap<Message, string>();

/** Equal for equal messages. The store hands out one object for a message that many calls were sent. */
function keyOf(message: Message): string {
  const known = keys.get(message);
  if (known !== undefined) return known;
  const key = JSON.stringify(message);
  keys.set(message, key);
  return key;
}
