import { z } from "zod";
import { ALERT_METRICS, BUDGET_PERIODS } from "../../core/mod.ts";
import { alertShape, snakeCased } from "../../documents/mod.ts";
import { route } from "../route.ts";
import { pageAnswer } from "./page_answer.ts";
import { name, page, time } from "./schemas.ts";

const alert = z.strictObject({
  alert_id: z.string(),
  rule: z.string(),
  metric: z.enum(ALERT_METRICS),
  scope: z.string(),
  per: z.enum(BUDGET_PERIODS),
  subject: z.string(),
  text: z.string(),
  value: z.number().meta({
    description: "USD, tokens, a share of 1, ms, retries, a score, or % of a budget",
  }),
  threshold: z.number(),
  runs: z.number().meta({ description: "those that ended while the value was beyond the threshold" }),
  window_runs: z.number().nullable().meta({
    description: "of a rule per day, week or month: all runs that its value is of",
  }),
  run_ids: z.array(z.string()),
  opened_at: time,
  closed_at: time.nullable(),
  acknowledged_at: time.nullable(),
  muted: z.boolean(),
}).meta({ id: "Alert" });

export const listAlerts = route({
  method: "GET",
  path: "/alerts",
  role: "read",
  pace: "read",
  summary: "The alert log, newest first",
  query: z.object({
    ...page,
    rule: name.optional(),
    open: z.enum(["true", "false"]).optional().meta({ description: "only what nobody has acknowledged" }),
  }),
  answer: { type: "application/json", schema: z.array(alert), description: "A page of alerts" },
  async handle({ query: { limit, cursor, rule, open }, target }, { store }) {
    const alerts = await store.listAlerts({
      limit: limit + 1,
      ...(cursor === undefined ? {} : { before: cursor }),
      ...(rule === undefined ? {} : { rule }),
      ...(open === "true" ? { isOpen: true } : {}),
    });
    const shown = alerts.slice(0, limit);
    const next = alerts.length > limit ? shown.at(-1)?.alertId : undefined;
    return pageAnswer(shown.map((it) => snakeCased(alertShape(it))), next, { target });
  },
});
