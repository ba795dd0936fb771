import type { Kysely } from "kysely";
import { controlKeyOf, type ExperimentChange, isObject } from "../core/mod.ts";
import { bytes } from "./codec.ts";
import type { Schema } from "./schema.ts";

const CHANGES_MAX = 1_000;
const NAME_MAX_CHARS = 200;

/** The changes that were asked of an experiment, oldest first. What cannot be one is left out. */
export async function experimentChanges(
  db: Kysely<Schema>,
  experimentId: string,
): Promise<readonly ExperimentChange[]> {
  const rows = await db.selectFrom("control").selectAll()
    .where("trace_id", "=", bytes(controlKeyOf(experimentId))).where("action", "=", "set")
    .orderBy("id", "desc").limit(CHANGES_MAX).execute();
  return rows.toReversed().flatMap((row): readonly ExperimentChange[] => {
    const { concurrency, by } = argumentOf(row.argument);
    if (typeof concurrency !== "number" || !Number.isSafeInteger(concurrency) || concurrency < 1) return [];
    return [{
      id: row.id,
      concurrency,
      by: typeof by === "string" ? by.slice(0, NAME_MAX_CHARS) : "person",
      atUs: row.requested_us,
      isTaken: row.taken === 1,
    }];
  });
}

function argumentOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
