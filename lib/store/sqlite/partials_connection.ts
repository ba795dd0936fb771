import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { PartialOutput } from "../../core/mod.ts";
import { bytes } from "../codec.ts";
import { storedText } from "../kept_text.ts";
import { isBusy } from "./errors.ts";
import { MEMORY } from "./location.ts";
import { BLOCKED_MS_MAX, type Connection } from "./open.ts";

const UPSERT = `insert into partial (trace_id, span_id, text, reasoning, updated_us) values (?, ?, ?, ?, ?)
  on conflict (trace_id, span_id) do update set text = excluded.text, reasoning = excluded.reasoning,
    updated_us = excluded.updated_us`;

/**
 * Writes streamed text over a connection of its own, which does not wait for the disk: the end of the span carries all of it. It
 * takes its turn among the uses of the main connection: both block this thread, and would wait for each other for ever.
 */
export class PartialsConnection {
  readonly #connection: Connection;
  #own: DatabaseSync | undefined;
  #upsert: StatementSync | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async write({ traceId, spanId, text, reasoning, updatedAtUs }: PartialOutput): Promise<void> {
    const { db, turns } = this.#connection;
    await db.connection().execute(async () => {
      await turns.take();
      try {
        this.#upsert ??= this.#open().prepare(UPSERT);
        this.#upsert.run(bytes(traceId), bytes(spanId), storedText(text), storedText(reasoning), updatedAtUs);
      } catch (error) {
        if (!isBusy(error)) throw error; // the next one says more
      } finally {
        turns.give();
      }
    });
  }

  #open(): DatabaseSync {
    const { path, sqlite } = this.#connection;
    if (path === MEMORY) return sqlite;
    this.#own = new DatabaseSync(path, { timeout: BLOCKED_MS_MAX });
    this.#own.exec("pragma synchronous = normal");
    return this.#own;
  }

  close(): void {
    this.#own?.close();
    this.#own = undefined;
    this.#upsert = undefined;
  }
}
