import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { type BodyReading, selectOf, text, type View } from "./0004_views.ts";
import { viewsOf as viewsBefore } from "./0009_money.ts";

/** Of our stores, in the header of the file (`PRAGMA application_id`): "AgOp". */
export const APPLICATION_ID = 0x41674f70;

/** Columns that hold any text: one with NUL or a lone surrogate stands there as JSON after \u0001, and reads as its escapes. */
const KEPT = new Set([
  "r.agent",
  "r.user_id",
  "r.model",
  "r.group_id",
  "r.error_type",
  "s.name",
  "s.error_type",
  "s.provider",
  "s.request_model",
  "s.response_model",
  "s.response_id",
  "d.parameter_changed",
  "d.before_output",
  "d.after_output",
  "e.name",
  "e.label",
  "e.explanation",
  "e.source",
  "e.scorer_version",
]);

/** Any text of such a column, readable. */
export const kept = (source: string) =>
  `case when substr(${source}, 1, 1) = char(1) then ${text(`substr(${source}, 2)`, "$")} else ${source} end`;

export function viewsOf(reading: BodyReading): readonly View[] {
  return viewsBefore(reading).map((view) => ({
    ...view,
    columns: withResult(view).map(([name, type, source]) => [
      name,
      type,
      KEPT.has(source) ? kept(source) : source,
    ]),
  }));
}

/** `return_value` is the name of old; JSON, and who thinks of it, says `result`. */
function withResult({ name, columns }: View): View["columns"] {
  if (name !== "tool_calls") return columns;
  return columns.flatMap((column) => {
    const [called, ...rest] = column;
    return called === "return_value" ? [column, ["result", ...rest]] : [column];
  });
}

/** Files say that they are stores of ours; views show any text. */
export const identity: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run(`pragma application_id = ${APPLICATION_ID}`);
    for (const view of viewsOf("plain")) {
      await run(`drop view ${view.name}`);
      await run(`create view ${view.name} as ${selectOf(view)}`);
    }
  },
};
