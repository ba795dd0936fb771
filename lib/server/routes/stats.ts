import { z } from "zod";
import { costReport } from "../../app/mod.ts";
import { costShape, snakeCased } from "../../documents/mod.ts";
import { route } from "../route.ts";
import { name, usage, usd } from "./schemas.ts";

const row = z.looseObject({
  key: z.string().nullable(),
  runs: z.number(),
  llm_calls: z.number(),
  usage,
  cost_usd: usd.nullable(),
  cost_known: z.boolean(),
  unknown_cost_calls: z.number(),
});

export const getStats = route({
  method: "GET",
  path: "/stats",
  role: "read",
  pace: "read",
  summary: "What runs used and cost: together, by model, by day (UTC)",
  query: z.object({ agent_id: name.optional(), group: name.optional() }),
  answer: {
    type: "application/json",
    schema: z.strictObject({
      runs: z.number().meta({ description: "all, as GET /runs lists them" }),
      runs_without_calls: z.number().meta({
        description: "those of them that called no model: in no row and not in the runs of `total`",
      }),
      total: row,
      by_model: z.array(row),
      by_day: z.array(row),
    }),
    description:
      "Rows with the highest cost first. The runs of `total` are those that called a model: `runs` less `runs_without_calls`",
  },
  async handle({ query: { agent_id, group } }, { store }) {
    const filter = {
      ...(agent_id === undefined ? {} : { agent: agent_id }),
      ...(group === undefined ? {} : { group }),
    };
    const [runs, models, days] = await Promise.all([
      store.countRuns(filter),
      costReport(store, "model", filter),
      costReport(store, "day", filter),
    ]);
    const rows = (report: typeof models) => report.rows.map((it) => snakeCased(costShape(it)));
    return {
      runs,
      runs_without_calls: Math.max(0, runs - models.total.runs), // one may have begun between the questions
      total: snakeCased(costShape(models.total)),
      by_model: rows(models),
      by_day: rows(days),
    };
  },
});
