import type { Kysely } from "kysely";
import { LIVE_STATUSES, type QueueFilter, type RunStatus } from "../core/mod.ts";
import { bytes, hex } from "./codec.ts";
import { conditionsOf } from "./conditions.ts";
import type { Owners } from "./engine.ts";
import type { Schema } from "./schema.ts";
import { run as execute } from "./statements.ts";

/** Queued runs looked at for one claim: the oldest may be held by others. */
const CANDIDATES_MAX = 100;

/** Which run is whose. A claim is the owner's name in the run's row; it holds while the owner lives. */
export class Leases {
  readonly #db: Kysely<Schema>;
  readonly #owners: Owners;
  readonly #claimed = new Set<string>();
  /** Of these the runs that began as this process's. */
  readonly #begun = new Set<string>();

  constructor(db: Kysely<Schema>, owners: Owners) {
    this.#db = db;
    this.#owners = owners;
  }

  /** Runs that this process works on. */
  get count(): number {
    return this.#claimed.size;
  }

  /** Runs that this process is about to write are its own. */
  async begin(traceIds: readonly string[]): Promise<void> {
    await this.#owners.hold();
    for (const traceId of traceIds) {
      this.#claimed.add(traceId);
      this.#begun.add(traceId);
    }
  }

  /** This process has nothing to do with them any more. */
  forget(traceIds: readonly string[]): void {
    for (const traceId of traceIds) {
      this.#claimed.delete(traceId);
      this.#begun.delete(traceId);
    }
  }

  /** The name that a run gets which begins. */
  ownerOf(traceId: string): string | null {
    return this.#begun.has(traceId) ? this.#owners.id : null;
  }

  async claim(traceId: string): Promise<boolean> {
    // It began here, and nobody takes what belongs to a process that lives.
    if (this.#begun.has(traceId)) return true;
    await this.#owners.hold();
    const key = bytes(traceId);
    const { rows: [row] } = await execute<{ owner: string | null }>(
      this.#db,
      "select owner",
      [key],
      () => this.#db.selectFrom("run").select("owner").where("trace_id", "=", key),
    );
    if (row !== undefined && row.owner === this.#owners.id && this.#claimed.has(traceId)) return true;
    return row !== undefined && await this.#take(traceId, row.owner);
  }

  /** The oldest queued run that nobody holds, claimed. */
  async claimNext(filter: QueueFilter): Promise<string | undefined> {
    await this.#owners.hold();
    const queued = await this.#db.selectFrom("run").select(["trace_id", "owner"])
      .where(conditionsOf({ ...filter, status: ["queued"] }))
      .where((eb) => eb.or([eb("owner", "is", null), eb("owner", "!=", this.#owners.id)]))
      .orderBy("start_us").orderBy("id").limit(CANDIDATES_MAX).execute();
    for (const { trace_id, owner } of queued) {
      const traceId = hex(trace_id);
      if (await this.#take(traceId, owner, ["queued"])) return traceId;
    }
    return undefined;
  }

  /**
   * Puts this process in the place of `holder`, unless that one is alive or somebody else was faster, or the run is in none of
   * `statuses` any more.
   */
  async #take(traceId: string, holder: string | null, statuses?: readonly RunStatus[]): Promise<boolean> {
    const { id } = this.#owners;
    if (holder !== null && holder !== id && await this.#owners.isAlive(holder)) return false;
    let update = this.#db.updateTable("run").set({ owner: id }).where("trace_id", "=", bytes(traceId))
      .where("owner", holder === null ? "is" : "=", holder);
    if (statuses) update = update.where("status", "in", [...statuses]);
    const { numUpdatedRows } = await update.executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) return false;
    this.#claimed.add(traceId);
    return true;
  }

  async release(traceId: string): Promise<void> {
    if (!this.#claimed.delete(traceId)) return;
    this.#begun.delete(traceId);
    await this.#db.updateTable("run").set({ owner: null }).where("trace_id", "=", bytes(traceId)).execute();
  }

  async releaseAll(): Promise<void> {
    // One that began here and was never released waits for this process only: it is found as interrupted.
    const released = [...this.#claimed].filter((traceId) => !this.#begun.has(traceId));
    for (const traceId of released) await this.release(traceId).catch(() => {});
  }

  /**
   * Claims each run whose process died, lets `close` end it, and releases it. `close` is told when that process was last known to
   * live, where somebody knows. Returns how many there were.
   */
  async recover(
    close: (traceId: string, seenUs: number | undefined) => Promise<void>,
  ): Promise<number> {
    if (!this.#owners.areShared) return 0;
    const rows = await this.#db.selectFrom("run").select(["trace_id", "owner"])
      .where((eb) =>
        eb.or([
          eb("status", "in", [...LIVE_STATUSES]),
          // One that nobody holds waits for whoever takes it.
          eb.and([eb("status", "=", "queued"), eb("owner", "is not", null)]),
        ])
      ).execute();
    let recovered = 0;
    // Asked first: who is found dead leaves no sign behind, and may have had several runs.
    const seen = new Map<string, number | undefined>();
    for (const { trace_id, owner } of rows) {
      if (owner !== null && !seen.has(owner)) seen.set(owner, await this.#owners.lastSeenUs(owner));
      if (owner !== null && await this.#owners.isAlive(owner)) continue;
      const traceId = hex(trace_id);
      await this.#owners.hold();
      if (!await this.#take(traceId, owner, [...LIVE_STATUSES, "queued"])) continue;
      await close(traceId, owner === null ? undefined : seen.get(owner));
      await this.release(traceId);
      recovered++;
    }
    return recovered;
  }
}
