import type { JsonChange, MemoryStep } from "../../analysis/mod.ts";
import { jsonText, type Message } from "../../core/mod.ts";
import { cell, CHANGE_SIGNS, cut, messageText, plural } from "../../present/mod.ts";
import { type Look, paragraph } from "./look.ts";

/** What each step knew: how much it held and was sent, its keys, and its messages where `whole` asks for them. */
export function formatMemorySteps(
  steps: readonly MemoryStep[],
  look: Look,
  options: { readonly diff: boolean; readonly whole: boolean },
): string {
  if (steps.length === 0) return "No memory was recorded.";
  return steps.map((it) => {
    const body = options.diff ? it.changes.map((change) => changeRow(change, look)) : [
      ...it.messages.map((message, index) => messageRow(message, index, look, options.whole)),
      ...Object.entries(it.keyValues).map(([key, value]) =>
        `    ${look.paint("cyan", cell(key))} = ${cut(cell(jsonText(value)), room(look, 8))}`
      ),
    ];
    return [title(it, look), ...forgotten(it, look), ...body].join("\n");
  }).join("\n");
}

function title({ cause, messages, window, keyValues, changes }: MemoryStep, look: Look): string {
  const what = cause.kind === "llm" || cause.kind === "tool"
    ? `${cause.kind} ${cell(cause.name)}`
    : cause.kind;
  const edited = cause.edited ? ` ${look.paint("yellow", "edited")}` : "";
  const facts = [
    `${plural(messages.length, "message")}`,
    ...(window ? [`${window.length} sent`] : []),
    ...(Object.keys(keyValues).length > 0 ? [plural(Object.keys(keyValues).length, "key")] : []),
    ...(changes.length === 0 ? ["nothing new"] : []),
  ].join(", ");
  return `${look.paint("bold", `step ${cause.step}`)} ${what}${edited}  ${look.paint("dim", facts)}`;
}

/** What was too long ago to be sent. The last message is the answer itself. */
function forgotten({ messages, window }: MemoryStep, look: Look): readonly string[] {
  const held = messages.at(-1)?.role === "assistant" ? messages.length - 1 : messages.length;
  const count = window ? held - window.length : 0;
  return count > 0 ? [look.paint("dim", `  … ${plural(count, "older message")} no longer sent`)] : [];
}

function messageRow(message: Message, index: number, look: Look, whole: boolean): string {
  const head = `    ${look.paint("dim", `${index + 1}`)} ${look.paint("magenta", message.role)}`;
  if (whole) return `${head}\n${paragraph(messageText(message), look, "      ")}`;
  return `${head} ${cut(cell(messageText(message)), room(look, 18))}`;
}

const STYLES = { add: "green", remove: "red", replace: "yellow" } as const;

function changeRow({ op, path, left, right }: JsonChange, look: Look): string {
  const value = op === "remove" ? left : right;
  const isMessage = /^\/messages\/\d+$/.test(path);
  const text = isMessage ? `${(value as Message).role}: ${messageText(value as Message)}` : jsonText(value);
  return `  ${look.paint(STYLES[op], `${CHANGE_SIGNS[op]} ${cell(path)}`)}  ${
    cut(cell(text), room(look, path.length + 6))
  }`;
}

function room(look: Look, used: number): number {
  return Math.max(20, look.columns - used);
}
