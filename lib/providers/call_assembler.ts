import type { ToolCall } from "@mistralai/mistralai/models/components/toolcall.js";
import { jsonText, tryParseJson } from "../core/mod.ts";

/** A tool call as far as it has arrived. */
export interface PartialCall {
  id: string;
  name: string;
  /** The arguments, as the model wrote them. */
  arguments: string;
}

export interface Piece {
  readonly call: PartialCall;
  /** What is new of the name and of the arguments; empty where nothing is. */
  readonly name: string;
  readonly text: string;
}

/**
 * Puts tool calls together from the pieces of an answer. A call is its index in the answer first and its id second, because
 * servers repeat ids, change them inside one call and leave them out, or give every call the index 0. Nothing is ever added
 * to a call that is complete: what comes after it belongs to another one.
 */
export class CallAssembler {
  readonly calls: PartialCall[] = [];
  readonly #byIndex = new Map<number, PartialCall[]>();

  /** Throws nothing; `undefined` for a piece that says nothing new. */
  add(fragment: ToolCall): Piece | undefined {
    // The SDK turns a missing id into "null" and a missing index into 0.
    const id = fragment.id && fragment.id !== "null" ? fragment.id : "";
    const name = fragment.function.name ?? "";
    const text = jsonText(fragment.function.arguments);
    const known = this.#callAt(fragment.index ?? 0, id, name, text);
    if (known && isRepeated(known, text)) return undefined;
    const call = known ?? this.#begin(fragment.index ?? 0, id);
    call.id ||= id;
    const isFirstName = call.name === "" && name !== "";
    if (isFirstName) call.name = name;
    if (text !== "" && isPlaceholder(call)) call.arguments = "";
    call.arguments += text;
    return { call, name: isFirstName ? name : "", text };
  }

  /** The call that a piece continues; `undefined` when it begins one. */
  #callAt(index: number, id: string, name: string, text: string): PartialCall | undefined {
    const here = this.#byIndex.get(index) ?? [];
    const sameId = id === "" ? undefined : here.findLast((call) => call.id === id);
    const call = sameId ?? here.at(-1);
    if (!call) return undefined;
    const isOther = id !== "" && call.id !== "" && id !== call.id;
    if (isComplete(call)) {
      return isRepeated(call, text) && !isOther || isPlaceholder(call) && name === "" && !isOther
        ? call
        : undefined;
    }
    // Two calls without arguments yet: another id with a name of its own is another call.
    return isOther && name !== "" && call.name !== "" && call.arguments === "" ? undefined : call;
  }

  #begin(index: number, id: string): PartialCall {
    const call = { id, name: "", arguments: "" };
    this.calls.push(call);
    this.#byIndex.set(index, [...this.#byIndex.get(index) ?? [], call]);
    return call;
  }
}

/** Its arguments are whole: a JSON value, and a tool's arguments are an object. */
function isComplete(call: PartialCall): boolean {
  const value = call.name === "" ? undefined : tryParseJson(call.arguments);
  return value !== null && typeof value === "object";
}

/** `{}` may be what some servers send before the arguments. */
function isPlaceholder(call: PartialCall): boolean {
  return call.arguments.trim() === "{}";
}

/** Servers close a call by sending all of it again, or nothing but its id. */
function isRepeated(call: PartialCall, text: string): boolean {
  return isComplete(call) && (text.trim() === "" || text === call.arguments);
}
