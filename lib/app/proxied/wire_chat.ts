import { createHash } from "node:crypto";
import {
  canonicalJson,
  isNestedDeeper,
  isObject,
  type Message,
  type Part,
  readUsage,
  textOf,
  toolCallsOf,
  tryParseJson,
  type Usage,
} from "../../core/mod.ts";
import { messagesIn } from "../../otlp/mod.ts";
import { answerOf, chunkOf, conversationAsked, withConnectors } from "./wire_entries.ts";
import { type UnitsAsked, unitsAsked, wordsOf } from "./wire_units.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a body in Mistral's or OpenAI's grammar asks a model for. */
export interface ProxiedRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly unknown[];
  /** As the body names them: `temperature`, `max_tokens`, … */
  readonly parameters: Json;
  /** Prompts in one request, each of which is answered. */
  readonly prompts: number;
  /** Where it is not billed by its tokens. */
  readonly units?: UnitsAsked;
  /** Where its server keeps what was said before: in which conversation, absent where one begins, and how many tokens that were. */
  readonly kept?: { readonly conversationId?: string | undefined; readonly heldTokens?: number };
}

/** What came back, as far as it did. */
export interface ProxiedAnswer {
  readonly message?: Message;
  readonly responseModel?: string;
  readonly responseId?: string;
  readonly finishReason?: string;
  readonly usage?: Usage;
  /** As the server wrote it. */
  readonly usageInfo?: Json;
  /** Billed besides its tokens. */
  readonly quantities?: Readonly<Record<string, number>>;
  /** Where its server keeps what was said. */
  readonly conversationId?: string;
}

/** The longest answer kept, UTF-16 units. */
const TEXT_MAX_CHARS = 16 * 1024 * 1024;
const CALLS_MAX = 256;
const NAME_MAX_CHARS = 200;
/** Brackets inside brackets; what walks a value later uses the stack. */
const NESTING_MAX = 64;
/** Events that end a stream where no `[DONE]` does. */
const ENDINGS: ReadonlySet<string> = new Set(["speech.audio.done", "conversation.response.done"]);
const PARAMETERS = [
  "temperature",
  "top_p",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "best_of",
  "seed",
  "random_seed",
  "tool_choice",
] as const;

/** JSON of either side; `undefined` for what is none, and for what is nested too deeply to be worked on. */
export function readWireJson(text: string): unknown {
  return isNestedDeeper(text, NESTING_MAX) ? undefined : tryParseJson(text);
}

/** `undefined` where it is no request for what a model makes. */
export function readProxied(body: unknown, path: string): ProxiedRequest | undefined {
  if (!isObject(body)) return undefined;
  const route = path.replace(/\/+$/, "");
  const kept = conversationAsked(route, body);
  const model = modelIn(body) ?? (kept && `conversation:${kept.conversationId ?? ""}`);
  if (model === undefined) return undefined;
  if (kept) {
    const { messages, parameters, conversationId } = kept;
    return {
      model: model.slice(0, NAME_MAX_CHARS),
      prompts: 1,
      messages,
      tools: Array.isArray(body["tools"]) ? body["tools"] : [],
      parameters: parametersIn(parameters),
      kept: { conversationId },
    };
  }
  const units = unitsAsked(route, body);
  if (units) {
    return {
      model: model.slice(0, NAME_MAX_CHARS),
      prompts: 1,
      messages: units.messages,
      tools: [],
      parameters: {},
      units,
    };
  }
  const asked = body["messages"] ?? body["prompt"] ?? body["input"];
  if (asked === undefined) return undefined;
  return {
    model: model.slice(0, NAME_MAX_CHARS),
    prompts: promptsIn(body["prompt"]),
    messages: messagesIn(asked, "user"),
    tools: Array.isArray(body["tools"]) ? body["tools"] : [],
    parameters: parametersIn(body),
  };
}

function parametersIn(body: Json): Json {
  const given = PARAMETERS.filter((name) => body[name] !== undefined && body[name] !== null);
  return Object.fromEntries(given.map((name) => [name, body[name]]));
}

/** A request to an agent says no model: only its server knows which one answers, and so does the price. */
function modelIn({ model, agent_id: agentId }: Json): string | undefined {
  if (typeof model === "string") return model;
  return typeof agentId === "string" ? `agent:${agentId}` : undefined;
}

/** Several texts, or several lists of tokens; one list of tokens is one prompt. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== "number" ? Math.max(1, prompt.length) : 1;
}

/** A request by whom and what it asks: equal ones get equal answers from a recording. The order of keys does not count. */
export function requestHash(url: string, body: unknown): string {
  return createHash("sha256").update(url).update("\n").update(canonicalJson(body)).digest("hex").slice(
    0,
    32,
  );
}

/** Hashes of a caller's first message, the first two, and so on: as conversations go on, whatever ids and thoughts are sent back. */
export function conversationHashes(messages: readonly Message[], caller: string): readonly string[] {
  let before = caller;
  return messages.map((message) => {
    const said = [message.role, textOf(message), toolCallsOf(message).map((it) => [it.name, it.arguments])];
    const results = message.parts.flatMap((part) =>
      part.type === "tool_call_response" ? [part.response] : []
    );
    before = createHash("sha256").update(before).update(canonicalJson([said, results])).digest("hex");
    return before;
  });
}

/** The place of a conversation that a server keeps, whatever is said in it. */
export function conversationKey(caller: string, conversationId: string): string {
  return `${caller}\nconversation ${conversationId}`;
}

/** Where the run of a request may be found, the surest last. */
export function placesOf({ units, kept, messages }: ProxiedRequest, caller: string): readonly string[] {
  if (units) return [];
  if (!kept) return conversationHashes(messages, caller);
  return kept.conversationId === undefined ? [] : [conversationKey(caller, kept.conversationId)];
}

/** Calls of tools that the program has to make: what the server ran itself has its result. */
export function waitingIn(message: Message): ReturnType<typeof toolCallsOf> {
  const done = new Set(message.parts.flatMap((it) => it.type === "tool_call_response" ? [it.id] : []));
  return toolCallsOf(message).filter(({ id }) => !done.has(id));
}

interface Call {
  id: string;
  name: string;
  arguments: string;
}

/** Reads an answer as it passes: server-sent events, or one document. */
export class AnswerReader {
  readonly #isStream: boolean;
  readonly #decoder = new TextDecoder();
  readonly #calls = new Map<number, Call>();
  #rest = "";
  #text = "";
  #reasoning = "";
  #answer: Omit<ProxiedAnswer, "message"> = {};
  #whole: readonly Message[] = [];
  #isDone = false;
  #problem: { readonly errorType: string; readonly message: string } | undefined;

  constructor(isStream: boolean) {
    this.#isStream = isStream;
  }

  /** Gives the text that it brought. */
  add(bytes: Uint8Array): string {
    if (this.#rest.length > TEXT_MAX_CHARS) return "";
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    if (!this.#isStream) return "";
    const before = this.#text.length;
    const lines = this.#rest.split(/\r?\n/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const data = line.slice(5).trim();
      if (data === "[DONE]") this.#isDone = true;
      const chunk = readWireJson(data);
      if (isObject(chunk)) this.#chunk(chunkOf(chunk));
    }
    return this.#text.slice(before);
  }

  /** A stream of which neither the end nor a reason to end has come. */
  get isCut(): boolean {
    return this.#isStream && !this.#isDone && this.#answer.finishReason === undefined;
  }

  /** What the server says went wrong after it had begun to answer. */
  get problem(): { readonly errorType: string; readonly message: string } | undefined {
    return this.#problem;
  }

  /** What is known when no more comes. */
  end(): ProxiedAnswer {
    if (!this.#isStream) this.#document(readWireJson(this.#rest + this.#decoder.decode()));
    const parts: Part[] = [
      ...(this.#reasoning ? [{ type: "reasoning", content: this.#reasoning } as const] : []),
      ...(this.#text ? [{ type: "text", content: this.#text } as const] : []),
      ...[...this.#calls.entries()].sort(([a], [b]) => a - b).map(([, call]) => partOf(call)),
    ];
    const message = this.#whole[0] ?? (parts.length > 0 ? { role: "assistant" as const, parts } : undefined);
    return { ...this.#answer, ...(message ? { message } : {}) };
  }

  #document(body: unknown): void {
    if (!isObject(body)) return;
    this.#envelope(body);
    const entries = answerOf(body);
    if (entries) {
      const { message, ...rest } = entries;
      this.#answer = { ...this.#answer, ...rest };
      this.#whole = message ? [message] : [];
      return;
    }
    this.#text = wordsOf(body).slice(0, TEXT_MAX_CHARS);
    const [choice] = Array.isArray(body["choices"]) ? body["choices"] : [];
    if (!isObject(choice)) return;
    this.#finish(choice);
    this.#whole = messagesIn(choice["message"] ?? choice["text"], "assistant");
  }

  #chunk(chunk: Json): void {
    this.#envelope(chunk);
    const [choice] = Array.isArray(chunk["choices"]) ? chunk["choices"] : [];
    const { type, code, message } = chunk;
    if (ENDINGS.has(String(type))) this.#isDone = true;
    if (type === "conversation.response.error") {
      this.#isDone = true;
      this.#problem = { errorType: String(code ?? type).slice(0, 80), message: String(message ?? "") };
    }
    if (!isObject(choice)) return;
    this.#finish(choice);
    const delta = choice["delta"] ?? choice["message"];
    if (!isObject(delta)) return;
    for (const part of messagesIn(delta["content"], "assistant").flatMap(({ parts }) => parts)) {
      if (this.#text.length + this.#reasoning.length > TEXT_MAX_CHARS) break;
      if (part.type === "text") this.#text += part.content;
      else if (part.type === "reasoning") this.#reasoning += part.content;
    }
    if (typeof delta["reasoning_content"] === "string") this.#reasoning += delta["reasoning_content"];
    for (const call of Array.isArray(delta["tool_calls"]) ? delta["tool_calls"] : []) this.#call(call);
  }

  #call(given: unknown): void {
    if (!isObject(given) || !isObject(given["function"])) return;
    const index = typeof given["index"] === "number" ? given["index"] : this.#calls.size;
    if (!this.#calls.has(index) && this.#calls.size >= CALLS_MAX) return;
    const call = this.#calls.get(index) ?? { id: "", name: "", arguments: "" };
    const { name, arguments: text } = given["function"];
    if (typeof given["id"] === "string" && given["id"] !== "null") call.id ||= given["id"];
    if (typeof name === "string") call.name ||= name;
    if (typeof text === "string") call.arguments += text;
    else if (isObject(text)) call.arguments = JSON.stringify(text);
    this.#calls.set(index, call);
  }

  #envelope(body: Json): void {
    const usageInfo = body["usage"] ?? body["usage_info"];
    const read = readUsage(usageInfo);
    const billed = read && isObject(usageInfo) ? withConnectors(read, usageInfo) : {};
    const { conversation_id: conversationId } = body;
    this.#answer = {
      ...this.#answer,
      ...(typeof body["model"] === "string" ? { responseModel: body["model"].slice(0, 200) } : {}),
      ...(typeof body["id"] === "string" ? { responseId: body["id"].slice(0, 200) } : {}),
      ...billed,
      ...(typeof conversationId === "string"
        ? { conversationId: conversationId.slice(0, NAME_MAX_CHARS) }
        : {}),
      ...(isObject(usageInfo) ? { usageInfo } : {}),
    };
  }

  #finish(choice: Json): void {
    const reason = choice["finish_reason"];
    if (typeof reason === "string") this.#answer = { ...this.#answer, finishReason: reason.slice(0, 80) };
  }
}

function partOf({ id, name, arguments: text }: Call): Part {
  const parsed = readWireJson(text === "" ? "{}" : text) ?? text;
  const isExact = JSON.stringify(parsed) === text;
  return { type: "tool_call", id, name, arguments: parsed, ...(isExact ? {} : { argumentsText: text }) };
}
