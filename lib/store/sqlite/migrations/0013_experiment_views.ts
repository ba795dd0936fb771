import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { type BodyReading, selectOf, text, time, type View } from "./0004_views.ts";
import { kept, viewsOf as viewsBefore } from "./0010_identity.ts";

const TOKENS = [
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
];

/** As `runs` says it: what is known, how many calls are not in it, and what those may have cost. */
const spent = (alias: string): View["columns"] => [
  ...TOKENS.map((name) => [name, "integer", `${alias}.${name}`] as const),
  ["total_tokens", "integer", `${alias}.input_tokens + ${alias}.output_tokens`],
  [
    "total_cost",
    "real",
    `case when ${alias}.unknown_cost_calls = 0 then round(${alias}.cost_usd, 12) end`,
  ],
  [
    "known_cost",
    "real",
    `case when ${alias}.unknown_cost_calls = 0 or ${alias}.cost_usd > 0 then round(${alias}.cost_usd, 12) end`,
  ],
  ["estimated_cost", "real", `nullif(round(${alias}.estimated_cost_usd, 12), 0)`],
  ["unknown_cost_calls", "integer", `${alias}.unknown_cost_calls`],
];

const variantOf = (result: string) => text("x.variants", `$[' || ${result}.variant || ']`);

const experiments: View = {
  name: "experiments",
  columns: [
    ["experiment_id", "text", "x.experiment_id"],
    ["suite", "text", kept("x.suite")],
    ["path", "text", text("x.plan", "$.path")],
    ["status", "text", "x.status"],
    ["reason", "text", kept("x.reason")],
    ["start_time", "text", time("x.start_us")],
    ["end_time", "text", time("x.end_us")],
    ["duration_ms", "real", "(x.end_us - x.start_us) / 1000.0"],
    ["variants", "text", "x.variants"],
    ["cases", "integer", "x.cases"],
    ["repeats", "integer", "x.repeats"],
    ["planned", "integer", "x.planned"],
    ["done", "integer", "x.done"],
    ["passed", "integer", "x.passed"],
    ["errors", "integer", "x.errors"],
    ...spent("x"),
    ["suite_hash", "text", "x.suite_hash"],
  ],
  from: "experiment x",
};

const results: View = {
  name: "experiment_results",
  columns: [
    ["experiment_id", "text", "x.experiment_id"],
    ["suite", "text", kept("x.suite")],
    ["variant", "text", variantOf("t")],
    ["case_id", "text", kept("c.case_id")],
    ["repeat", "integer", "t.repeat"],
    ["run_id", "text", "r.run_id"],
    ["status", "text", "r.status"],
    ["passed", "integer", "t.passed"],
    ["is_error", "integer", "t.is_error"],
    ["duration_ms", "real", "t.duration_ms"],
    ...spent("t"),
  ],
  from: `eval_result t join experiment x on x.id = t.experiment_no join run r on r.id = t.run_no
    left join eval_case c on c.experiment_no = t.experiment_no and c.position = t.case_position`,
};

function withExperiment({ name, columns, from }: View): View {
  if (name !== "evaluations") return { name, columns, from };
  const at = columns.findIndex(([column]) => column === "label");
  return {
    name,
    columns: [
      ...columns.toSpliced(
        at + 1,
        0,
        ["passed", "integer", "e.passed"],
        ["error", "text", kept("e.error")],
      ),
      ["experiment_id", "text", "x.experiment_id"],
      ["variant", "text", variantOf("t")],
      ["case_id", "text", kept("c.case_id")],
      ["repeat", "integer", "t.repeat"],
    ],
    from: `${from} left join experiment x on x.id = e.experiment_no
      left join eval_result t on t.run_no = e.run_no and t.experiment_no = e.experiment_no
      left join eval_case c on c.experiment_no = t.experiment_no and c.position = t.case_position`,
  };
}

export function viewsOf(reading: BodyReading): readonly View[] {
  return [...viewsBefore(reading).map(withExperiment), experiments, results];
}

/** Experiments and their results for queries; scores say which of them they belong to. */
export const experimentViews: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run("drop view evaluations");
    const changed = ["evaluations", experiments.name, results.name];
    for (const view of viewsOf("plain").filter(({ name }) => changed.includes(name))) {
      await run(`create view ${view.name} as ${selectOf(view)}`);
    }
  },
};
