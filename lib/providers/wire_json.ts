import { isObject, readCount } from "../core/mod.ts";
import { WireError } from "./wire_error.ts";

/** Bodies as they are on the wire: anything may be missing, null or of the wrong type. */
export type WireObject = Record<string, unknown>;

export function objectsIn(value: unknown): WireObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/**
 * Makes a request that the SDK wrote in Mistral's dialect fit servers that speak OpenAI's. What they cannot take is left out;
 * usage, which they send on streams only when asked, is asked for.
 */
export function toOpenAiRequest(body: WireObject): WireObject {
  const { random_seed: seed, tool_choice: toolChoice, ...rest } = body;
  for (const key of ["safe_prompt", "prompt_mode", "service_tier", "guardrails"]) {
    delete rest[key];
  }
  return {
    ...rest,
    ...(seed === undefined || seed === null ? {} : { seed }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice === "any" ? "required" : toolChoice }),
    ...(body["stream"] === true ? { stream_options: { include_usage: true } } : {}),
    messages: objectsIn(body["messages"]).map(toOpenAiMessage),
  };
}

function toOpenAiMessage(message: WireObject): WireObject {
  const { prefix, ...rest } = message;
  if (prefix === true) rest["prefix"] = true;
  if (rest["role"] === "tool") delete rest["name"];
  if (Array.isArray(rest["content"])) {
    const chunks = objectsIn(rest["content"]);
    const onlyText = chunks.every((chunk) => chunk["type"] === "text");
    rest["content"] = onlyText
      ? chunks.map((chunk) => String(chunk["text"])).join("")
      : chunks.map(toOpenAiChunk);
  }
  if (rest["tool_calls"]) {
    rest["tool_calls"] = objectsIn(rest["tool_calls"]).map(({ index: _, ...call }) => call);
  }
  return rest;
}

function toOpenAiChunk(chunk: WireObject): WireObject {
  const url = chunk["image_url"];
  return typeof url === "string" ? { ...chunk, image_url: { url } } : chunk;
}

/**
 * Fills in what the SDK insists on and OpenAI's dialect leaves out or sends as null. Does nothing to Mistral's own answers.
 * Works in place on a freshly parsed value.
 */
export function fixChunk(chunk: WireObject): WireObject {
  fixEnvelope(chunk);
  if (!Array.isArray(chunk["choices"])) chunk["choices"] = [];
  for (const choice of objectsIn(chunk["choices"])) {
    if (typeof choice["index"] !== "number") choice["index"] = 0;
    choice["finish_reason"] ??= null;
    const delta = [choice["delta"], choice["message"]].find(isObject) ?? {};
    choice["delta"] = delta;
    fixMessage(delta);
  }
  return chunk;
}

/** The finish reason of a whole answer whose server named none. */
export const NO_FINISH_REASON = "unknown";

export function fixCompletion(completion: WireObject): WireObject {
  fixEnvelope(completion);
  completion["object"] ??= "chat.completion";
  completion["created"] ??= 0;
  completion["usage"] ??= {};
  for (const choice of objectsIn(completion["choices"])) {
    if (typeof choice["index"] !== "number") choice["index"] = 0;
    choice["finish_reason"] ??= NO_FINISH_REASON;
    if (isObject(choice["message"])) fixMessage(choice["message"]);
  }
  return completion;
}

/** A whole answer, fixed, as the one chunk of a stream: some servers answer so whatever they were asked. */
export function toChunk(completion: WireObject): WireObject {
  const choices = objectsIn(completion["choices"]);
  if (!choices.some(({ message }) => isObject(message))) {
    throw new WireError("bad_json", "the answer holds no message");
  }
  return {
    ...completion,
    object: "chat.completion.chunk",
    choices: choices.map(({ message, ...choice }) => ({ ...choice, delta: message ?? {} })),
  };
}

/** Model lists of local servers lack the kind of model and its capabilities. */
export function fixModelList(list: WireObject): WireObject {
  for (const model of objectsIn(list["data"])) {
    if (typeof model["type"] !== "string") model["type"] = "base";
    if (!isObject(model["capabilities"])) model["capabilities"] = {};
    dropNulls(model);
  }
  return list;
}

function fixEnvelope(body: WireObject): void {
  if (typeof body["id"] !== "string") body["id"] = "";
  if (typeof body["model"] !== "string") body["model"] = "";
  if (body["object"] === null) delete body["object"];
  if (!Number.isInteger(body["created"])) delete body["created"];
  if (isObject(body["usage"])) fixUsage(body["usage"]);
  else delete body["usage"];
}

/** Counts as texts or fractions must not cost a finished answer; what is no count is left out. */
function fixUsage(usage: WireObject): void {
  dropNulls(usage);
  for (const key of ["prompt_tokens", "completion_tokens", "total_tokens", "prompt_audio_seconds"]) {
    const count = readCount(usage[key]);
    if (count === undefined) delete usage[key];
    else usage[key] = count;
  }
  if (typeof usage["service_tier"] !== "string") delete usage["service_tier"];
}

function fixMessage(message: WireObject): void {
  const reasoning = message["reasoning_content"] ?? message["reasoning"];
  if (typeof reasoning === "string" && reasoning !== "") {
    const content = message["content"];
    message["content"] = [
      { type: "thinking", thinking: [{ type: "text", text: reasoning }] },
      ...(typeof content === "string" && content !== "" ? [{ type: "text", text: content }] : []),
      ...(Array.isArray(content) ? content : []),
    ];
  }
  if (Array.isArray(message["tool_calls"])) message["tool_calls"] = objectsIn(message["tool_calls"]);
  for (const call of objectsIn(message["tool_calls"])) {
    dropNulls(call);
    const index = Number(call["index"]);
    if (Number.isSafeInteger(index) && index >= 0) call["index"] = index;
    else delete call["index"];
    const called = isObject(call["function"]) ? call["function"] : {};
    called["name"] ??= "";
    called["arguments"] ??= "";
    call["function"] = called;
  }
}

function dropNulls(object: WireObject): void {
  for (const key of Object.keys(object)) if (object[key] === null) delete object[key];
}
