import { isObject, jsonText, type Part } from "../../core/mod.ts";
import { jsonOf } from "./span_reader.ts";

type Json = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;

/** The first of these that is a text. */
function textOf(from: Json, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = text(from[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueOf(from: Json, ...names: readonly string[]): unknown {
  for (const name of names) if (from[name] !== undefined && from[name] !== null) return from[name];
  return undefined;
}

/** Content of a message in any API's grammar: a text, one part, or a list of parts. */
export function partsOf(content: unknown): Part[] {
  if (content === undefined || content === null || content === "") return [];
  if (Array.isArray(content)) return content.flatMap(partsOf);
  if (!isObject(content)) return [{ type: "text", content: jsonText(content) }];
  const inner = content["message_content"]; // OpenInference wraps each part
  if (isObject(inner)) return partsOf(inner);
  const part = partOf(content);
  return part ? [part] : [{ type: "text", content: jsonText(content) }];
}

function partOf(from: Json): Part | undefined {
  switch (String(from["type"] ?? "text").replaceAll("-", "_").toLowerCase()) {
    case "text":
    case "input_text":
    case "output_text":
    case "summary_text":
      return textPart(from);
    case "reasoning":
    case "thinking":
      return reasoningPart(from);
    case "tool_call":
    case "tool_use":
    case "server_tool_use":
    case "function_call":
    case "function":
      return toolCall(from);
    case "tool_call_response":
    case "tool_result":
    case "function_call_output":
    case "function_response":
      return toolResponse(from);
    case "image":
    case "image_url":
    case "input_image":
    case "uri":
      return linkPart(from);
    case "blob":
      return blobPart(from, "content", "data");
    case "file":
      return filePart(from);
    default:
      return undefined;
  }
}

function textPart(from: Json): Part | undefined {
  const content = textOf(from, "content", "text");
  if (content !== undefined) return { type: "text", content };
  if (isObject(from["functionCall"])) return toolCall(from["functionCall"]); // Gemini
  return isObject(from["functionResponse"]) ? toolResponse(from["functionResponse"]) : undefined;
}

function reasoningPart(from: Json): Part | undefined {
  const told = valueOf(from, "content", "text", "thinking", "summary");
  const content = Array.isArray(told)
    ? told.map((it) => isObject(it) ? textOf(it, "text", "content") ?? "" : text(it) ?? "").join("")
    : text(told);
  return content === undefined ? undefined : { type: "reasoning", content };
}

/** A call as models ask for it: OpenAI's `function` around it or not, arguments as JSON or as its text. */
export function toolCall(from: Json): Part | undefined {
  const wrapped = from["tool_call"];
  if (isObject(wrapped)) return toolCall(wrapped);
  const inner = isObject(from["function"]) ? from["function"] : from;
  const name = textOf(inner, "name", "toolName", "tool_name");
  if (name === undefined) return undefined;
  const id = textOf(from, "call_id", "id", "toolCallId", "tool_call_id") ?? "";
  const given = valueOf(inner, "arguments", "args", "input", "parameters") ?? {};
  const parsed = jsonOf(given);
  const isExact = typeof given !== "string" || JSON.stringify(parsed) === given;
  return {
    type: "tool_call",
    id,
    name,
    arguments: parsed,
    ...(isExact ? {} : { argumentsText: given }),
  };
}

function toolResponse(from: Json): Part {
  const name = textOf(from, "name", "toolName");
  const isError = from["is_error"] === true || from["isError"] === true;
  return {
    type: "tool_call_response",
    id: textOf(from, "id", "tool_call_id", "toolCallId", "tool_use_id", "call_id") ?? "",
    ...(name === undefined ? {} : { name }),
    response: plainResponse(valueOf(from, "response", "result", "output", "content")),
    ...(isError ? { isError } : {}),
  };
}

/** Texts in parts are one text; AI SDK says `{type: "json", value}`. */
function plainResponse(value: unknown): unknown {
  if (isObject(value) && "value" in value && typeof value["type"] === "string") return value["value"];
  if (!Array.isArray(value)) return value ?? "";
  const texts = value.map((it) =>
    isObject(it) && it["type"] === "text" ? textOf(it, "text", "content") : undefined
  );
  return texts.length > 0 && texts.every((it) => it !== undefined) ? texts.join("") : value;
}

function linkPart(from: Json): Part | undefined {
  const image = valueOf(from, "image_url", "image", "source", "uri", "url", "data");
  const address = text(image) ?? (isObject(image) ? imageAddress(image) : undefined);
  if (address === undefined) return undefined;
  const mimeType = textOf(from, "mime_type", "mimeType", "mediaType", "modality");
  const data = /^data:([\w.+/-]{1,100});base64,/.exec(address);
  if (data) return { type: "blob", mimeType: data[1]!, data: address.slice(data[0].length) };
  return { type: "uri", ...(mimeType === undefined ? {} : { mimeType }), uri: address };
}

function imageAddress(image: Json): string | undefined {
  const inner = image["image"];
  if (isObject(inner)) return imageAddress(inner);
  const data = textOf(image, "data");
  const mimeType = textOf(image, "media_type", "mime_type");
  return data !== undefined && mimeType !== undefined
    ? `data:${mimeType};base64,${data}`
    : textOf(image, "url", "uri");
}

function blobPart(from: Json, ...names: readonly string[]): Part | undefined {
  const data = textOf(from, ...names);
  const mimeType = textOf(from, "mime_type", "mimeType", "mediaType") ?? "application/octet-stream";
  return data === undefined ? undefined : { type: "blob", mimeType, data };
}

function filePart(from: Json): Part | undefined {
  const inner = isObject(from["file"]) ? from["file"] : from;
  const fileId = textOf(inner, "file_id", "fileId");
  if (fileId === undefined) return blobPart(inner, "data", "file_data") ?? linkPart(inner);
  const mimeType = textOf(inner, "mime_type", "mimeType");
  return { type: "file", fileId, ...(mimeType === undefined ? {} : { mimeType }) };
}
