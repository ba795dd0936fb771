import {
  type JsonChange,
  memoryAt,
  type MemoryCause,
  memoryCounts,
  type MemoryStep,
} from "../../analysis/mod.ts";
import type { Message, Span, Trace } from "../../core/mod.ts";
import { memoryChangeText, plural } from "../../present/mod.ts";
import { GAP, type Part, textPart, valueParts } from "../reader/part.ts";
import { messageParts } from "./messages.ts";

const SHORT_MAX_CHARS = 400;

/** What the agent knew when the span had ended, against the step before. */
export function memoryParts(trace: Trace, span: Span): readonly Part[] {
  const found = memoryAt(trace, span);
  if (!found) return [];
  const { memory, before } = found;
  return [
    textPart(
      `memory after ${momentText(memory.cause)}${before ? `, against ${momentText(before)}` : ""}`,
      "heading",
    ),
    textPart(memoryChangeText(memoryCounts(memory)), "dim"),
    GAP,
    ...keyParts(memory),
    GAP,
    ...heldParts(memory),
  ];
}

function momentText({ step, kind }: MemoryCause): string {
  if (kind === "prompt") return "the prompt";
  return kind === "fork" ? `the edit of step ${step}` : `step ${step}`;
}

/** Keys that changed with what they were, then the others. */
function keyParts({ changes, keyValues }: MemoryStep): readonly Part[] {
  const ofKeys = changes.filter(({ path }) => path.startsWith(KEYS));
  const touched = new Set(ofKeys.map(({ path }) => path.slice(KEYS.length).split("/")[0]));
  const same = Object.entries(keyValues).filter(([key]) =>
    !touched.has(key.replaceAll("~", "~0").replaceAll("/", "~1"))
  );
  if (ofKeys.length === 0 && same.length === 0) return [textPart("no keys", "dim")];
  return [
    textPart(plural(Object.keys(keyValues).length, "key"), "heading"),
    ...ofKeys.flatMap((change): readonly Part[] => [
      ...(change.op === "add" ? [] : [textPart(`- ${keyOf(change)}  ${short(change.left)}`, "error")]),
      ...(change.op === "remove" ? [] : setParts(change)),
    ]),
    ...same.map(([key, value]) => textPart(`  /${key}  ${short(value)}`, "dim")),
  ];
}

const KEYS = "/keyValues/";
const keyOf = ({ path }: JsonChange) => path.slice(KEYS.length - 1);

function setParts(change: JsonChange): readonly Part[] {
  const { right } = change;
  return right !== null && typeof right === "object" && Object.keys(right).length > 0
    ? [textPart(`+ ${keyOf(change)}`, "ok"), ...valueParts(right, 4)]
    : [textPart(`+ ${keyOf(change)}  ${short(right)}`, "ok")];
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > SHORT_MAX_CHARS ? `${text.slice(0, SHORT_MAX_CHARS)}…` : text;
}

/** How many messages are held, and those that are new or not as they were. */
function heldParts(memory: MemoryStep): readonly Part[] {
  const { messages, changes } = memory;
  const { added, removed, changed } = memoryCounts(memory);
  const places = new Set(changes.flatMap(({ op, path }) => {
    const place = /^\/messages\/(\d+)/.exec(path)?.[1];
    return place === undefined || op === "remove" && path === `/messages/${place}` ? [] : [Number(place)];
  }));
  const isWhole = changes[0]?.path === "";
  const fresh: readonly Message[] = isWhole ? messages : messages.filter((_, at) => places.has(at));
  const words = [
    ...(added > 0 ? [`${added} added`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
  ].join(", ");
  return [
    textPart(`${plural(messages.length, "message")}: ${messages.length - fresh.length} unchanged`, "heading"),
    ...(removed > 0 ? [textPart(`- ${plural(removed, "message")} removed`, "error")] : []),
    ...(fresh.length > 0 ? [textPart(`+ ${words}`, "ok"), ...messageParts(fresh, true)] : []),
  ];
}
