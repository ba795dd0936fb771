import type { Kysely } from "kysely";
import type { ControlAction, ControlRequest } from "../core/mod.ts";
import { bytes } from "./codec.ts";
import type { ChangeSignal } from "./engine.ts";
import type { Schema } from "./schema.ts";
import { run as execute } from "./statements.ts";

/** What somebody wants of a run, for the process that works on it. */
export class ControlRequests {
  readonly #db: Kysely<Schema>;
  readonly #signal: ChangeSignal;
  readonly #looks = new Map<string, string>();
  #made = 0;

  constructor(db: Kysely<Schema>, signal: ChangeSignal) {
    this.#db = db;
    this.#signal = signal;
  }

  async request(request: Omit<ControlRequest, "id">): Promise<void> {
    await this.#db.insertInto("control").values({
      trace_id: bytes(request.traceId),
      action: request.action,
      argument: JSON.stringify(request.argument),
      requested_us: request.requestedAtUs,
      taken: 0,
    }).execute();
    this.#made++;
  }

  /** Requests for a run that nobody has taken, oldest first; they are taken now. */
  async take(traceId: string): Promise<readonly ControlRequest[]> {
    // Runs look often: nobody can have asked for anything while neither this nor another connection wrote.
    const look = this.#look();
    if (this.#looks.get(traceId) === look) return [];
    const requests = await this.#takeWaiting(traceId);
    this.#looks.set(traceId, look);
    return requests;
  }

  async #takeWaiting(traceId: string): Promise<ControlRequest[]> {
    const key = bytes(traceId);
    const { rows: waiting } = await execute(
      this.#db,
      "select control",
      [key, 0, 1],
      () =>
        this.#db.selectFrom("control").select("id").where("trace_id", "=", key).where("taken", "=", 0).limit(
          1,
        ),
    );
    if (waiting.length === 0) return [];
    const rows = await this.#db.updateTable("control").set({ taken: 1 })
      .where("trace_id", "=", key).where("taken", "=", 0).returningAll().execute();
    return rows.sort((a, b) => a.id - b.id).map((row) => ({
      id: row.id,
      traceId,
      action: row.action as ControlAction,
      argument: JSON.parse(row.argument) as Record<string, unknown>,
      requestedAtUs: row.requested_us,
    }));
  }

  /** Moves with whatever may be a request. */
  #look(): string {
    return `${this.#signal.version} ${this.#made}`;
  }

  /** Runs that are written now: nobody has asked anything of them before. */
  async begin(traceIds: readonly string[], write: () => Promise<void>): Promise<void> {
    let look: string | undefined;
    try {
      look = this.#look();
    } catch { /* the write meets the same trouble and says so */ }
    await write();
    for (const traceId of look === undefined ? [] : traceIds) this.#looks.set(traceId, look!);
  }

  /** This process no longer works on the run. */
  forget(traceId: string): void {
    this.#looks.delete(traceId);
  }
}
