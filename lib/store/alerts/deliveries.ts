import { type AlertChannel, type AlertDelivery, type DeliveryOutcome, tryParseJson } from "../../core/mod.ts";
import type { Db } from "../statements.ts";
import { alertOf } from "./log.ts";

const DELIVERIES_MAX = 1_000;
/** What is due later than this was put off by a clock that ran ahead. */
const AHEAD_MAX_US = 2 * 3_600_000_000;

/** The next that is due; it is due again when whoever took it says nothing for `holdUs`. */
export async function takeDelivery(
  db: Db,
  nowUs: number,
  holdUs: number,
  kinds: readonly AlertChannel["kind"][],
): Promise<AlertDelivery | undefined> {
  const row = await selectDeliveries(db).where("state", "=", "pending").where("kind", "in", kinds)
    .where((eb) => eb.or([eb("next_us", "<=", nowUs), eb("next_us", ">", nowUs + AHEAD_MAX_US)]))
    .orderBy("next_us").limit(1).executeTakeFirst();
  if (!row) return undefined;
  await db.updateTable("alert_delivery").set({ next_us: nowUs + holdUs })
    .where("delivery_id", "=", row.delivery_id).execute();
  const delivery = deliveryOf(row);
  if (delivery) return delivery;
  await endDelivery(db, row.delivery_id, { kind: "failed", error: "it cannot be read" });
  return await takeDelivery(db, nowUs, holdUs, kinds);
}

export async function endDelivery(db: Db, deliveryId: string, outcome: DeliveryOutcome): Promise<void> {
  const counts = outcome.kind !== "wait" || outcome.counts ? 1 : 0;
  await db.updateTable("alert_delivery").set((eb) => ({
    state: outcome.kind === "wait" ? "pending" : outcome.kind,
    attempts: eb("attempts", "+", counts),
    error: outcome.kind === "sent" ? null : outcome.error,
    ...(outcome.kind === "wait" ? { next_us: Math.round(outcome.nextAtUs) } : {}),
  })).where("delivery_id", "=", deliveryId).where("state", "=", "pending").execute();
}

export async function listDeliveries(
  db: Db,
  alertIds?: readonly string[],
): Promise<readonly AlertDelivery[]> {
  const query = selectDeliveries(db);
  const rows =
    await (alertIds ? query.where("alert_id", "in", alertIds) : query.where("state", "=", "pending"))
      .orderBy("alert_delivery.id").limit(DELIVERIES_MAX).execute();
  return rows.flatMap((row) => deliveryOf(row) ?? []);
}

function selectDeliveries(db: Db) {
  return db.selectFrom("alert_delivery").innerJoin("alert", "alert.id", "alert_delivery.alert_no").select([
    "delivery_id",
    "channel",
    "state",
    "attempts",
    "next_us",
    "error",
    "alert_id",
    "rule",
    "runs",
    "opened_us",
    "closed_us",
    "acked_us",
    "detail",
  ]);
}

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof selectDeliveries>["executeTakeFirst"]>>>;

function deliveryOf(row: Row): AlertDelivery | undefined {
  const alert = alertOf(row);
  const channel = tryParseJson(row.channel) as AlertChannel | null | undefined;
  if (!alert || !channel || typeof channel !== "object" || typeof channel.kind !== "string") return undefined;
  return {
    deliveryId: row.delivery_id,
    alert,
    channel,
    attempts: row.attempts,
    state: row.state as AlertDelivery["state"],
    nextAtUs: row.next_us,
    ...(row.error === null ? {} : { error: row.error }),
  };
}
