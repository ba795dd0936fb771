import type { Span } from "../core/mod.ts";
import { decodeBody } from "./codec.ts";
import type { Db } from "./statements.ts";
import type { OpenSpan } from "./trace_state.ts";

/** What a span said when it started, of a run that another process began. */
export async function loadOpenSpan(db: Db, runNo: number, position: number): Promise<OpenSpan> {
  const row = await db.selectFrom("span").leftJoin("body", "body.id", "span.attributes_body")
    .select(["kind", "name", "request_model", "start_us", "attributes", "encoding", "data"])
    .where("run_no", "=", runNo).where("position", "=", position).executeTakeFirstOrThrow();
  const json = row.attributes ?? (row.data === null ? "{}" : decodeBody(row.encoding!, row.data));
  return {
    kind: row.kind as Span["kind"],
    model: row.request_model ?? row.name,
    startTimeUs: row.start_us,
    attributes: JSON.parse(json) as Record<string, unknown>,
  };
}
