import { memoryCounts, type MemoryStep, memorySteps } from "../memory_steps.ts";
import {
  boolean,
  chosenRuns,
  type ColumnsFor,
  integer,
  ofSoundRun,
  orNull,
  type TableDefinition,
  text,
} from "./column.ts";

const MEMORY_COLUMNS: ColumnsFor<MemoryRow> = {
  runId: text("the run"),
  step: integer("the step that it is after; 0 is before the first one", "step"),
  cause: text("who changed it: prompt, llm, tool or fork"),
  name: text("the tool, the model, or the word of cause"),
  edited: boolean("a person changed what this step said"),
  messages: integer("messages held", "messages"),
  sentMessages: orNull(integer("messages sent to the model; null where none was asked", "messages")),
  keys: integer("values remembered by key", "values"),
  characters: integer("size of all that is held, as JSON text", "characters"),
  messagesAdded: integer("messages that came", "messages"),
  messagesRemoved: integer("messages that went", "messages"),
  messagesChanged: integer("messages that are not the same as before", "messages"),
  keysChanged: integer("values that came, went or changed", "values"),
  keyValues: text("the values by key, as JSON"),
  spanId: orNull(text("the span that changed it")),
};

/** What an agent knew after a step, as one flat row of figures. */
export type MemoryRow = {
  /** The run. */
  readonly runId: string;
  /** The step that it is after; 0 is before the first one. */
  readonly step: number;
  /** Who changed it: prompt, llm, tool or fork. */
  readonly cause: string;
  /** The tool, the model, or the word of cause. */
  readonly name: string;
  /** A person changed what this step said. */
  readonly edited: boolean;
  /** Messages held. */
  readonly messages: number;
  /** Messages sent to the model; null where none was asked. */
  readonly sentMessages: number | null;
  /** Values remembered by key. */
  readonly keys: number;
  /** Size of all that is held, as JSON text; characters. */
  readonly characters: number;
  /** Messages that came. */
  readonly messagesAdded: number;
  /** Messages that went. */
  readonly messagesRemoved: number;
  /** Messages that are not the same as before. */
  readonly messagesChanged: number;
  /** Values that came, went or changed. */
  readonly keysChanged: number;
  /** The values by key, as JSON. */
  readonly keyValues: string;
  /** The span that changed it. */
  readonly spanId: string | null;
};

export function memoryRow(runId: string, it: MemoryStep): MemoryRow {
  const counts = memoryCounts(it);
  const keyValues = JSON.stringify(it.keyValues);
  return {
    runId,
    step: it.step,
    cause: it.cause.kind,
    name: it.cause.name,
    edited: it.cause.edited === true,
    messages: it.messages.length,
    sentMessages: it.window?.length ?? null,
    keys: Object.keys(it.keyValues).length,
    characters: it.messages.reduce((sum, message) => sum + lengthOf(message), 0) + keyValues.length,
    messagesAdded: counts.added,
    messagesRemoved: counts.removed,
    messagesChanged: counts.changed,
    keysChanged: counts.keys,
    keyValues,
    spanId: it.cause.spanId,
  };
}

const lengths = new WeakMap<object, number>();

/** A message is held by every later step: measured once. */
function lengthOf(message: object): number {
  const known = lengths.get(message);
  if (known !== undefined) return known;
  const length = JSON.stringify(message).length;
  lengths.set(message, length);
  return length;
}

export const memory: TableDefinition<MemoryRow> = {
  name: "memory",
  about: "a row per step of a run: how much its agent held, was sent and changed",
  columns: MEMORY_COLUMNS,
  async *rows(source, choice) {
    for await (const page of chosenRuns(source, choice)) {
      for (const { traceId, runId } of page) {
        yield await ofSoundRun(
          runId,
          choice,
          async () => memorySteps(await source.loadTrace(traceId)).map((step) => memoryRow(runId, step)),
        );
      }
    }
  },
};
