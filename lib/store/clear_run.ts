import { bytes } from "./codec.ts";
import { type Db, run as execute } from "./statements.ts";

/** What was received is judged where it came from: these evaluations come with it, and go with it. */
export const RECEIVED_SOURCE = "otlp";

const TABLES = ["span", "run_message", "run_usage", "snapshot"] as const;

/** Takes a run out, for another reading of it to take its place and its number; what people said of it stays. */
export async function clearRun(db: Db, traceId: string): Promise<number | undefined> {
  const key = bytes(traceId);
  const { rows: [run] } = await execute<{ id: number }>(
    db,
    "take out run",
    [key],
    () => db.deleteFrom("run").where("trace_id", "=", key).returning("id"),
  );
  if (!run) return undefined;
  for (const table of TABLES) {
    await execute(
      db,
      `take out ${table}`,
      [run.id],
      () => db.deleteFrom(table).where("run_no", "=", run.id),
    );
  }
  await execute(
    db,
    "take out evaluation",
    [run.id, RECEIVED_SOURCE],
    () => db.deleteFrom("evaluation").where("run_no", "=", run.id).where("source", "=", RECEIVED_SOURCE),
  );
  return run.id;
}
