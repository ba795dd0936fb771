import type { Message, Part, Span } from "../../core/mod.ts";
import { grouped, plural } from "../../present/mod.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { fold } from "./page.ts";
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
export function outputOf(span: Span, place: Place, page: MessagePage): Markup {
  const messages = span.outputMessages ?? [];
  if (messages.length === 0) {
    return span.kind === "llm" && span.endTimeUs !== undefined
      ? markup`<p class="dim">No output was recorded.</p>`
      : NOTHING;
  }
  const bodies = messages.map((message) => {
    page.shownIn.set(keyOf(message), place);
    return messageBody(message, page.text, span.kind === "tool" ? "Result" : "Output");
  });
  return markup`${bodies}`;
}

/** The parts of a message, each under its name. */
export function messageBody(message: Message, text: PageText, title: string): Markup {
  const parts = message.parts.map((part) => partBody(part, text, title)).filter((it) => !it.isEmpty);
  return parts.length === 0 ? markup`<h4>${title}</h4><p class="dim">empty</p>` : markup`${parts}`;
}

function partBody(part: Part, text: PageText, title: string): Markup {
  switch (part.type) {
    case "text":
      return part.content === "" ? NOTHING : markup`<h4>${title}</h4>${text.block(part.content)}`;
    case "reasoning":
      return fold("Reasoning", text.block(part.content));
    case "tool_call":
      return markup`<h4>Calls ${part.name}</h4>${text.value(part.arguments)}`;
    case "tool_call_response":
      return markup`<h4>${title}${
        part.isError ? markup`: <span class="error">the tool failed</span>` : ""
      }</h4>${text.value(part.response)}`;
    case "blob":
      return markup`<h4>${title}</h4><p class="dim">${part.mimeType}, ${
        grouped(
          part.data.length,
        )
      } characters of base64, not on this page</p>`;
    case "uri":
      return markup`<h4>${title}</h4>${text.block(part.uri)}`;
    case "file":
      return markup`<h4>${title}</h4><p>file <code>${part.fileId}</code></p>`;
  }
}

/** What was sent: messages the page shows already as links to where, new ones whole. */
export function inputOf(span: Span, place: Place, page: MessagePage): Markup {
  const messages = span.kind === "agent" ? [] : span.inputMessages ?? [];
  if (messages.length === 0) return NOTHING;
  const links: Markup[] = [];
  const fresh: Markup[] = [];
  for (const message of messages) {
    const key = keyOf(message);
    const known = page.shownIn.get(key);
    if (known) links.push(markup`<a href="#${known.anchor}">${message.role}, ${known.words}</a>`);
    else {
      page.shownIn.set(key, place);
      links.push(markup`<span>${message.role}, below</span>`);
      fresh.push(messageBody(message, page.text, message.role));
    }
  }
  const more = links.length - LINKS_MAX;
  const shown = more > 0
    ? [...links.slice(0, 2), markup`<span>… ${more} more …</span>`, ...links.slice(2 + more)]
    : links;
  return fold(
    `Input: ${plural(messages.length, "message")}`,
    markup`<p class="said">${shown}</p>${fresh}`,
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
