import { stepsOf, toolResultOf } from "../../../analysis/mod.ts";
import type { Message, Span, Trace } from "../../../core/mod.ts";

/** What a step says, as a person edits it; step 0 is the prompt. `undefined`: there is no such step. */
export function stepText(trace: Trace, step: number): string | undefined {
  if (step === 0) return trace.run.prompt;
  const span = stepsOf(trace).find((item) => item.step === step);
  if (!span) return undefined;
  return span.kind === "tool" ? resultText(span) : answerText(span.outputMessages?.at(-1));
}

/** An answer that asks for tools is edited as a message, so that its calls can be kept. */
function answerText(message: Message | undefined): string {
  if (!message) return "";
  const isText = message.parts.every((part) => part.type === "text" || part.type === "reasoning");
  if (!isText) return JSON.stringify(message, null, 2);
  return message.parts.map((part) => (part.type === "text" ? part.content : "")).join("");
}

function resultText(span: Span): string {
  const result = toolResultOf(span) ?? "";
  return typeof result === "string" ? result : JSON.stringify(result, null, 2);
}
