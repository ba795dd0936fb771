import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { type BodyReading, selectOf, text, type View, viewsOf as viewsBefore } from "./0004_views.ts";

/** `runs` says why the last answer ended, and what is to be known of a run that did not fail. */
export function viewsOf(reading: BodyReading): readonly View[] {
  return viewsBefore(reading).map((view): View => {
    if (view.name !== "runs") return view;
    const at = view.columns.findIndex(([name]) => name === "tags");
    const added = [
      ["finish_reason", "text", text("r.finish_reason", "$")],
      ["warnings", "text", "r.warnings"],
    ] as const;
    return { ...view, columns: view.columns.toSpliced(at, 0, ...added) };
  });
}

/** Both as JSON text, like the other texts of a run; null in rows from before. */
export const warnings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run("alter table run add column finish_reason text");
    await run("alter table run add column warnings text");
    for (const view of viewsOf("plain")) {
      await run(`drop view ${view.name}`);
      await run(`create view ${view.name} as ${selectOf(view)}`);
    }
  },
};
