import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { type BodyReading, selectOf, type View } from "./0004_views.ts";
import { viewsOf as viewsBefore } from "./0008_clock.ts";

type Column = View["columns"][number];

/** Sums of binary fractions carry noise in their last digits. */
const rounded = (usd: string) => `round(${usd}, 12)`;

/** The columns with others in the place of one. */
function replaced(columns: View["columns"], name: string, ...others: readonly Column[]): View["columns"] {
  const at = columns.findIndex(([column]) => column === name);
  return columns.toSpliced(at, 1, ...others);
}

/** `runs` and `spans` say what is known of a cost, how many calls are not in it, and what those may have cost. */
export function viewsOf(reading: BodyReading): readonly View[] {
  return viewsBefore(reading).map((view): View => {
    if (view.name === "runs") {
      const columns = replaced(
        view.columns,
        "total_cost",
        ["total_cost", "real", `case when r.unknown_cost_calls = 0 then ${rounded("r.cost_usd")} end`],
        [
          "known_cost",
          "real",
          `case when r.unknown_cost_calls = 0 or r.cost_usd > 0 then ${rounded("r.cost_usd")} end`,
        ],
        ["estimated_cost", "real", `nullif(${rounded("r.estimated_cost_usd")}, 0)`],
        ["unknown_cost_calls", "integer", "r.unknown_cost_calls"],
      );
      return { ...view, columns };
    }
    if (view.name !== "spans") return view;
    const attributes = view.columns.find(([name]) => name === "attributes")![2];
    const estimate = `json_extract(${attributes}, '$."agentop.cost.estimated_usd"')`;
    const columns = replaced(
      view.columns,
      "cost_usd",
      ["cost_usd", "real", "s.cost_usd"],
      [
        "estimated_cost_usd",
        "real",
        `case when s.cost_quantities is not null and s.cost_usd is null then ${estimate} end`,
      ],
    );
    return { ...view, columns };
  });
}

/** Views that show estimates, and a table of what servers said of themselves: what they refuse, what is left of their limits. */
export const money: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run(`create table endpoint (
      address text not null, key_id text not null, refused_fields text not null, limits text not null,
      noted_us integer not null, primary key (address, key_id)) strict, without rowid`);
    for (const view of viewsOf("plain")) {
      await run(`drop view ${view.name}`);
      await run(`create view ${view.name} as ${selectOf(view)}`);
    }
  },
};
