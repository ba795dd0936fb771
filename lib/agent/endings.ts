import { type Message, type RunWarning, textOf, toolCallsOf } from "../core/mod.ts";
import { CutAnswerError } from "./cut_answer.ts";
import type { Session } from "./session.ts";

interface CutAnswer {
  readonly warning: RunWarning;
  readonly remedy: string;
}

/** What ended an answer before its end, in the words of the APIs we know. */
function cutOf(session: Session, finishReason: string): CutAnswer | undefined {
  const { maxTokens } = session.config.parameters;
  const limit = maxTokens === undefined ? "" : ` (maxTokens: ${maxTokens})`;
  switch (finishReason) {
    case "length":
    case "max_tokens":
      return {
        warning: { type: "cut_off", message: `the answer was cut off by its limit of tokens${limit}` },
        remedy: `--set maxTokens=${2 * (maxTokens ?? 2048)}`,
      };
    case "model_length":
      return {
        warning: { type: "cut_off", message: "the answer was cut off: the model's context is full" },
        remedy: "a smaller memory.window, or a model with more context",
      };
    case "content_filter":
    case "safety":
      return {
        warning: { type: "content_filter", message: "the server's content filter ended the answer" },
        remedy: "another prompt",
      };
  }
  return undefined;
}

/**
 * Notes how an answer on the way ended: one that was cut off may lack calls, or half of their arguments. Throws `CutAnswerError`
 * where the limits are strict.
 */
export function noteAnswer(session: Session, message: Message, step: number): void {
  const cut = cutOf(session, session.finishReason ?? "");
  if (!cut || toolCallsOf(message).length === 0) return;
  warnOrThrow(session, cut, `step ${step}: `);
}

/** What the last answer says; notes where that is not all, or nothing. Throws `CutAnswerError` where the limits are strict. */
export function conclude(session: Session, answer: Message): string {
  const { finishReason = "" } = session;
  const output = textOf(answer);
  const cut = cutOf(session, finishReason);
  if (cut) warnOrThrow(session, cut);
  if (output.trim() === "") {
    const hasThought = answer.parts.some(({ type }) => type === "reasoning");
    const message = hasThought ? "the model thought, but its answer is empty" : "the answer is empty";
    session.warn({ type: "empty_answer", message });
  } else if (finishReason === "tool_calls") {
    session.warn({ type: "missing_calls", message: "the model meant to call a tool, but named none" });
  }
  return output;
}

function warnOrThrow(session: Session, { warning, remedy }: CutAnswer, where = ""): void {
  const message = `${where}${warning.message}`;
  if (session.config.limits.strict) throw new CutAnswerError({ ...warning, message }, remedy);
  session.warn({ ...warning, message });
}
