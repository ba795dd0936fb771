import type { CompletionChunk } from "@mistralai/mistralai/models/components/completionchunk.js";
import type { ChatCompletionResponse } from "@mistralai/mistralai/models/components/chatcompletionresponse.js";
import type { ContentChunk } from "@mistralai/mistralai/models/components/contentchunk.js";
import type { ToolCall } from "@mistralai/mistralai/models/components/toolcall.js";
import { type ChatResponse, type Part, readUsage, type Usage } from "../core/mod.ts";
import { readArguments } from "./call_arguments.ts";
import { CallAssembler } from "./call_assembler.ts";
import { WholeCharacters } from "./whole_characters.ts";
import { WireError } from "./wire_error.ts";

/** The longest answer taken: text, reasoning and arguments together, UTF-16 units. */
export const MAX_ANSWER_CHARS = 16 * 1024 * 1024;
/** The most tool calls taken from one answer. */
export const MAX_TOOL_CALLS = 256;

export type DeltaChannel = "text" | "reasoning" | "tool_call";

export interface AnswerOptions {
  readonly onDelta: (channel: DeltaChannel, text: string) => void;
  /** An id for a tool call whose server gave it none. */
  readonly newCallId: () => string;
}

type Content = string | readonly ContentChunk[] | null | undefined;

/** Puts an answer together, from the chunks of a stream or from a whole completion. */
export class AnswerBuilder {
  readonly #options: AnswerOptions;
  readonly #parts: { type: "text" | "reasoning"; content: string }[] = [];
  readonly #calls = new CallAssembler();
  /** The channel told of last, and the half of a character that it waits for. */
  #channel: DeltaChannel = "text";
  readonly #characters = new WholeCharacters();
  #chars = 0;
  #finishReason: string | undefined;
  #model = "";
  #id = "";
  #usage: Usage | undefined;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  get finished(): boolean {
    return this.#finishReason !== undefined;
  }

  /** The model said that it could not finish. */
  get isBroken(): boolean {
    return this.#finishReason === "error";
  }

  /** The text so far. */
  get text(): string {
    return this.#parts.map((part) => part.type === "text" ? part.content : "").join("");
  }

  addChunk(chunk: CompletionChunk): void {
    this.#addEnvelope(chunk);
    for (const choice of chunk.choices) {
      if (choice.index !== 0) continue;
      this.#addContent(choice.delta.content);
      for (const call of choice.delta.toolCalls ?? []) this.#addCall(call);
      this.#finishReason = choice.finishReason ?? this.#finishReason;
    }
  }

  addCompletion(completion: ChatCompletionResponse): void {
    this.#addEnvelope(completion);
    const choice = completion.choices.find(({ index }) => index === 0);
    if (!choice?.message) throw new WireError("bad_json", "the answer holds no message");
    this.#addContent(choice.message.content);
    for (const call of choice.message.toolCalls ?? []) this.#addCall(call);
    this.#finishReason = choice.finishReason;
  }

  build(requestModel: string): ChatResponse {
    this.#tellRest();
    const parts: Part[] = [
      ...this.#parts,
      ...this.#calls.calls.map((call) => ({
        type: "tool_call" as const,
        id: call.id || this.#options.newCallId(),
        name: call.name,
        ...readArguments(call.arguments),
      })),
    ];
    return {
      message: { role: "assistant", parts },
      finishReason: this.#finishReason ?? "",
      responseModel: this.#model || requestModel,
      ...(this.#id ? { responseId: this.#id } : {}),
      ...(this.#usage ? { usage: this.#usage } : {}),
    };
  }

  /** What the server has said it bills, so far. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  #addEnvelope(envelope: Pick<CompletionChunk, "id" | "model" | "usage">): void {
    this.#id ||= envelope.id;
    this.#model ||= envelope.model;
    this.#usage = readUsage(envelope.usage) ?? this.#usage;
  }

  #addContent(content: Content): void {
    if (typeof content === "string") return this.#append("text", content);
    for (const chunk of content ?? []) {
      if (chunk.type === "text" && "text" in chunk) this.#append("text", chunk.text);
      if (chunk.type !== "thinking" || !("thinking" in chunk)) continue;
      for (const inner of chunk.thinking) {
        if (inner.type === "text" && "text" in inner) this.#append("reasoning", inner.text);
      }
    }
  }

  #append(type: "text" | "reasoning", text: string): void {
    if (text === "") return;
    this.#count(text);
    const last = this.#parts.at(-1);
    if (last?.type === type) last.content += text;
    else this.#parts.push({ type, content: text });
    this.#tell(type, text);
  }

  #tell(channel: DeltaChannel, text: string): void {
    if (channel !== this.#channel) this.#tellRest();
    this.#channel = channel;
    const whole = this.#characters.push(text);
    if (whole !== "") this.#options.onDelta(channel, whole);
  }

  #tellRest(): void {
    const rest = this.#characters.end();
    if (rest !== "") this.#options.onDelta(this.#channel, rest);
  }

  #addCall(fragment: ToolCall): void {
    const piece = this.#calls.add(fragment);
    if (!piece) return;
    const { calls } = this.#calls;
    if (calls.length > MAX_TOOL_CALLS) {
      throw new WireError("too_large", `the answer holds more than ${MAX_TOOL_CALLS} tool calls`);
    }
    this.#count(piece.name + piece.text);
    const separator = piece.call === calls[0] ? "" : "\n";
    if (piece.name !== "") this.#tell("tool_call", `${separator}${piece.name} `);
    if (piece.text !== "") this.#tell("tool_call", piece.text);
  }

  #count(text: string): void {
    this.#chars += text.length;
    if (this.#chars > MAX_ANSWER_CHARS) {
      throw new WireError("too_large", `the answer is longer than ${MAX_ANSWER_CHARS} characters`);
    }
  }
}
