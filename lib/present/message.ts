import { jsonText, type Message, type Part, textOf, toolCallsOf } from "../core/mod.ts";
import { plural } from "./numbers.ts";

// Texts for every edge, not yet escaped.

/** `read_file({"path":"a.csv"})`. */
export function callText(
  { name, arguments: args }: { readonly name: string; readonly arguments: unknown },
): string {
  return `${name}(${jsonText(args)})`;
}

/** A message in a row: its text, the calls it asks for, the results it brings. */
export function messageText(message: Message): string {
  const calls = toolCallsOf(message).map((call) => `→ ${callText(call)}`);
  const others = message.parts.flatMap((part) =>
    part.type === "tool_call_response"
      ? [jsonText(part.response)]
      : isAttachment(part)
      ? [attachmentText(part)]
      : []
  );
  return [textOf(message), ...calls, ...others].filter((it) => it.trim() !== "").join(" ");
}

/** What is said of a tool's output above its limit. */
export function lostBytesText(bytes: number): string {
  return `The tool wrote ${plural(bytes, "byte")} more than its limit, never kept.`;
}

/** A part that is neither text nor about tools. */
export type Attachment = Extract<Part, { type: "blob" | "uri" | "file" }>;

export function isAttachment(part: Part): part is Attachment {
  return part.type === "blob" || part.type === "uri" || part.type === "file";
}

/** `[image/png, 1,204 characters of base64]`, `[https://example.org/a.png]`, `[file 123]`. */
export function attachmentText(part: Attachment): string {
  switch (part.type) {
    case "blob":
      return `[${part.mimeType}, ${plural(part.data.length, "character")} of base64]`;
    case "uri":
      return `[${part.mimeType === undefined ? "" : `${part.mimeType}, `}${part.uri}]`;
    case "file":
      return `[${part.mimeType === undefined ? "" : `${part.mimeType}, `}file ${part.fileId}]`;
  }
}
