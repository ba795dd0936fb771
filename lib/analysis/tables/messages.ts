import { type StoredMessage, toolCallsOf } from "../../core/mod.ts";
import { answeredCallId, messageContent } from "../message_content.ts";
import {
  chosenRuns,
  type ColumnsFor,
  dateOf,
  integer,
  ofSoundRun,
  orNull,
  type TableDefinition,
  text,
  time,
} from "./column.ts";

const MESSAGE_COLUMNS: ColumnsFor<MessageRow> = {
  runId: text("the run"),
  position: integer("its place in the run's conversation, from 1", "message"),
  role: text("system, user, assistant or tool"),
  content: text("its text, or the result a tool gave"),
  toolCalls: orNull(text("the calls it asks for, as JSON: id, name, arguments")),
  toolCallId: orNull(text("the call that it answers")),
  tokenCount: orNull(integer("output tokens of the call that produced it", "tokens")),
  finishReason: orNull(text("why the model stopped")),
  timestamp: time("when it came, UTC"),
  spanId: text("the span that added it"),
  messageId: text("a hash of it and all before it: equal for equal beginnings"),
};

/** A message as one flat row. */
export type MessageRow = {
  /** The run. */
  readonly runId: string;
  /** Its place in the run's conversation, from 1. */
  readonly position: number;
  /** System, user, assistant or tool. */
  readonly role: string;
  /** Its text, or the result a tool gave. */
  readonly content: string;
  /** The calls it asks for, as JSON: id, name, arguments. */
  readonly toolCalls: string | null;
  /** The call that it answers. */
  readonly toolCallId: string | null;
  /** Output tokens of the call that produced it. */
  readonly tokenCount: number | null;
  /** Why the model stopped. */
  readonly finishReason: string | null;
  /** When it came, UTC. */
  readonly timestamp: Date;
  /** The span that added it. */
  readonly spanId: string;
  /** A hash of it and all before it: equal for equal beginnings. */
  readonly messageId: string;
};

export function messageRow(runId: string, it: StoredMessage, index: number): MessageRow {
  const { message } = it;
  const calls = toolCallsOf(message);
  return {
    runId,
    position: index + 1,
    role: message.role,
    content: messageContent(message),
    toolCalls: calls.length === 0
      ? null
      : JSON.stringify(calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args }))),
    toolCallId: answeredCallId(message),
    tokenCount: it.tokenCount ?? null,
    finishReason: it.finishReason ?? null,
    timestamp: dateOf(it.timestampUs),
    spanId: it.spanId,
    messageId: it.messageId,
  };
}

export const messages: TableDefinition<MessageRow> = {
  name: "messages",
  about: "a row per message of a run's conversation, in order",
  columns: MESSAGE_COLUMNS,
  async *rows(source, choice) {
    for await (const page of chosenRuns(source, choice)) {
      for (const { traceId, runId } of page) {
        const all = await ofSoundRun(runId, choice, () => source.loadMessages(traceId));
        yield all.map((it, index) => messageRow(runId, it, index));
      }
    }
  },
};
