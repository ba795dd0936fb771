import type { ChatRequest, Message, Part } from "../core/mod.ts";
import type { Dialect } from "./endpoint.ts";

/** What a request can hold that not every model takes. */
type PartKind = "reasoning" | "image" | "audio" | "attachment";

/** How many parts of each kind were left out of a request. */
export type DroppedParts = Readonly<Partial<Record<PartKind, number>>>;

const REASONS = /magistral/;
/** Models without eyes; of a model that is not known here, the server decides. */
const TEXT_ONLY =
  /^(?:open-)?(?:mistral-(?:7b|tiny|nemo|saba|large-24)|mixtral|mathstral|codestral|voxtral|ministral-\d+b-24|devstral-(?:latest|medium|2512|small-250))/;
const LISTENS = /^voxtral/;

/**
 * Leaves out what the model of the request cannot take: the API refuses the whole conversation for one such part, and a fork,
 * a replay or a hand-off may send it to another model than the one it came from. Decided by the model's name, so that it costs
 * no request and a replay decides alike: Magistral takes reasoning, others when `reasoningEffort` asks for it; OpenAI's dialect
 * has no place for it. An answer that says nothing any more is left out whole; a question gets a note in its place.
 */
export function fitParts(
  { model, messages, parameters }: Pick<ChatRequest, "model" | "messages" | "parameters">,
  dialect: Dialect,
): { readonly messages: readonly Message[]; readonly dropped: DroppedParts } {
  const name = model.toLowerCase().replace(/^.*\//, "");
  const isAsked = (parameters.reasoningEffort ?? "none") !== "none";
  const takesReasoning = dialect === "mistral" && (REASONS.test(name) || isAsked);
  const takes = (kind: PartKind, role: Message["role"]): boolean => {
    if (role === "assistant") return kind === "reasoning" && takesReasoning;
    if (kind === "image") return role === "user" && !TEXT_ONLY.test(name);
    if (kind === "audio") return role === "user" && (!TEXT_ONLY.test(name) || LISTENS.test(name));
    return kind === "attachment" && role === "user";
  };
  const dropped: Partial<Record<PartKind, number>> = {};
  const fitted = messages.flatMap((message): readonly Message[] => {
    const left = message.parts.filter((part) => {
      const kind = kindOf(part);
      if (kind === undefined || takes(kind, message.role)) return true;
      dropped[kind] = (dropped[kind] ?? 0) + 1;
      return false;
    });
    const parts = left.length === 0 && message.role === "user" && message.parts.length > 0 ? [NOTE] : left;
    if (message.role === "assistant" && !parts.some(saysSomething)) return [];
    return left.length === message.parts.length ? [message] : [{ ...message, parts }];
  });
  return { messages: fitted, dropped };
}

const NOTE: Part = { type: "text", content: "[an attachment that this model cannot take]" };

function saysSomething(part: Part): boolean {
  return part.type === "text" ? part.content !== "" : true;
}

function kindOf(part: Part): PartKind | undefined {
  if (part.type === "reasoning") return "reasoning";
  if (part.type === "file") return "attachment";
  if (part.type !== "blob" && part.type !== "uri") return undefined;
  const type = part.mimeType ?? "";
  return type.startsWith("image/") ? "image" : type.startsWith("audio/") ? "audio" : "attachment";
}
