import type { Alert, AlertDelivery, AlertRuleState, Run } from "../../../core/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";

/** As many as anybody scrolls through. */
const ALERTS_MAX = 500;

export interface AlertsAnswer {
  /** Newest first. */
  readonly alerts: readonly Alert[];
  readonly rules: readonly AlertRuleState[];
}

export const ALERTS_QUERIES = {
  list: async (
    { store }: TuiServices,
    { rule }: { readonly rule: string | undefined },
  ): Promise<AlertsAnswer> => {
    const [alerts, rules] = await Promise.all([
      store.listAlerts({ limit: ALERTS_MAX, ...(rule === undefined ? {} : { rule }) }),
      store.listAlertRules(),
    ]);
    return { alerts, rules };
  },
  deliveries: (
    { store }: TuiServices,
    { alertId }: { readonly alertId: string },
  ): Promise<readonly AlertDelivery[]> => store.listDeliveries([alertId]),
  /** The one run behind an alert. */
  run: async ({ store }: TuiServices, { runId }: { readonly runId: string }): Promise<Run> =>
    await store.resolveRun(runId),
} satisfies Queries;

export type AlertsQueries = typeof ALERTS_QUERIES;
