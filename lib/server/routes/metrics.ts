import { RUN_STATUSES } from "../../core/mod.ts";
import type { Gauge } from "../metrics.ts";
import { route } from "../route.ts";
import type { ServerServices } from "../services.ts";

export const getMetrics = route({
  method: "GET",
  path: "/metrics",
  role: "read",
  pace: "read",
  summary: "Figures for Prometheus",
  answer: { type: "text/plain", description: "Prometheus' text format" },
  async handle(_, services) {
    const text = services.metrics.text(await gauges(services));
    return new Response(text, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } });
  },
});

async function gauges({ store, work, readers }: ServerServices): Promise<readonly Gauge[]> {
  const [summary, ...counts] = await Promise.all([
    store.summarizeRuns(),
    ...RUN_STATUSES.map((status) => store.countRuns({ status: [status] })),
  ]);
  const one = (name: string, help: string, value: number): Gauge => ({ name, help, values: [{ value }] });
  return [
    {
      name: "agentop_runs",
      help: "Runs in the store, by status.",
      values: RUN_STATUSES.map((status, index) => ({ labels: { status }, value: counts[index]! })),
    },
    one("agentop_runs_live", "Runs that a process works on.", summary.live),
    one("agentop_tokens", "Tokens in and out of all runs in the store.", summary.tokens),
    one("agentop_cost_usd", "Known cost of all runs in the store.", summary.costUsd),
    one("agentop_unknown_cost_calls", "Model calls whose cost nobody knows.", summary.unknownCostCalls),
    one(
      "agentop_retries",
      "Attempts after the first of each call, of all runs in the store.",
      summary.retries,
    ),
    one("agentop_http_runs_at_work", "Runs and replays that requests wait for.", work.count),
    one("agentop_http_event_readers", "Readers of server-sent events.", readers.count),
  ];
}
